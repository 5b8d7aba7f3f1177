"""Every panel of every board is asked of every store, as Grafana would, over real runs and over nothing."""

import dataclasses

from lib import grafana, showcase
from lib.sources import Refused

TITLE = "boards: every panel's query, in every store"
PROFILES = ("soak", "spike", "spike", "stress")
# Which runs a board is looked at with; the others with all.
OF_ONE_KIND = {"soak": "soak", "spike": "spike", "stress": "stress", "compare": "spike"}
# How long after a run its totals must still stand there.
LATER_S = 600


def prove(sheet, options):
    boards = {folder: grafana.boards(folder) for folder in ("prometheus", "influxdb")}
    for folder, found in boards.items():
        sheet.holds(f"boards for {folder}", found, f"{len(found)} in dashboards/{folder}")
    kinds = [kind for kind in showcase.KINDS if options.only.lower() in kind.__name__.replace("_", " ")]
    with showcase.stores(kinds) as stores:
        for store in stores:
            sheet.used(store.server.name, store.server.version)
            nothing(sheet, store, boards[store.folder])
        shown = [showcase.run(profile, stores, options.quick) for profile in PROFILES]
        for one in shown:
            complete = all(sink["complete"] for sink in one.run.outputs())
            sheet.holds(f"{one.profile}: outputs complete", complete and len(one.run.outputs()) == len(stores))
        rows = [row for store in stores for board in boards[store.folder] for row in look(sheet, store, board, shown)]
        sheet.table(["store", "board", "run", "targets", "points", "empty, rightly"], rows)
        for store in stores:
            totals(sheet, store, boards[store.folder], shown)


def nothing(sheet, store, boards):
    """An empty store: variables settle, and no query is called wrong."""
    window = grafana.Window(1_700_000_000, 1_700_000_600)
    faults, asked = [], 0
    for board in boards:
        found = tour(board, store, window, {})
        asked += len(found)
        faults += [one.said(board) for one in found if one.refused or one.infinite]
    sheet.count(f"{store.name}: faults of {asked} targets on an empty store", faults, [])


def look(sheet, store, board, shown):
    """One row a run that the board is looked at with."""
    only = OF_ONE_KIND.get(board.topic)
    runs = [one for one in shown if only in (None, one.profile)]
    if board.topic == "compare":
        runs = runs[-1:]
    for one in runs:
        yield look_at(sheet, store, board, one, shown)


def look_at(sheet, store, board, one, shown):
    window = one.window
    chosen = {"run_id": one.run_id}
    if board.topic == "compare":
        base = next(other for other in shown if other.profile == one.profile)
        chosen["base_run_id"] = base.run_id
    if board.topic == "runs":
        window = grafana.Window(shown[0].window.start, shown[-1].window.end)
    found = tour(board, store, window, chosen)
    faults = [target.said(board) for target in found if target.fault(board, store)]
    sheet.count(f"{store.name}: {board.name} with {one.profile}: faults of {len(found)} targets", faults, [])
    empty = sum(1 for target in found if not target.points)
    return [store.name, board.name, one.profile, len(found), sum(target.points for target in found), empty]


@dataclasses.dataclass
class Found:
    """What one target of a panel told, asked as its panel asks it and the other way, too."""

    panel: str
    ref: str
    points: int = 0
    infinite: int = 0
    remarks: tuple = ()
    refused: str = ""

    def fault(self, board, store):
        return self.refused or self.infinite or self.remarks or (not self.points and not right_to_be_empty(self, board, store))

    def said(self, board):
        what = self.refused or (self.infinite and f"{self.infinite} points are not finite") or " ".join(self.remarks) or "no data"
        return f"{board.name}: {self.panel} {self.ref}: {what}"


def tour(board, store, window, chosen):
    try:
        asked = grafana.Asked(board, store.source, window, chosen)
    except (Refused, LookupError) as refusal:
        return [Found("variables", "", refused=str(refusal))]
    return [
        ask(asked, panel, target)
        for panel in [*board.panels(), *board.annotations()]
        for target in panel["targets"]
        if grafana.text_of(target)
    ]


def ask(asked, panel, target):
    found = Found(panel.get("title") or panel["type"], target.get("refId", ""))
    instant = bool(target.get("instant")) and not target.get("range")
    try:
        answers = [asked.target(panel, target, way) for way in (instant, not instant)]
    except (Refused, LookupError) as refusal:
        found.refused = str(refusal)
        return found
    found.points = answers[0].points()
    found.infinite = sum(one.infinite() for one in answers)
    found.remarks = tuple(sorted({remark for one in answers for remark in one.remarks}))
    return found


# (board or "", words in the panel's title, store or ""): why nothing is the right answer.
RIGHTLY_EMPTY = {}


def right_to_be_empty(found, board, store):
    return any(
        topic in ("", board.topic) and words in found.panel and name in ("", store.name)
        for topic, words, name in RIGHTLY_EMPTY
    )


def totals(sheet, store, boards, shown):
    """Totals and p99 of the live board are the summary's, at the end and later."""
