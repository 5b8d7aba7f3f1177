"""Every panel of every dashboard is asked of every store, as Grafana would, over real runs and over nothing."""

import dataclasses

from lib import grafana, showcase
from lib.sources import Refused

TITLE = "dashboards: every panel's query, in every store"
PROFILES = ("agents", "soak", "spike", "spike", "stress")
# Which runs a dashboard is viewed with; the others with all.
OF_ONE_KIND = {"agents": "agents", "soak": "soak", "spike": "spike", "stress": "stress", "compare": "spike"}
# How long after a run its totals must still be shown.
LATER_S = 600


def prove(sheet, options):
    dashboards = {folder: grafana.dashboards(folder) for folder in ("prometheus", "influxdb")}
    for folder, found in dashboards.items():
        sheet.holds(f"dashboards for {folder}", found, f"{len(found)} in dashboards/{folder}")
    kinds = [kind for kind in showcase.KINDS if options.only.lower() in kind.__name__.replace("_", " ")]
    with showcase.stores(kinds) as stores:
        for store in stores:
            sheet.used(store.server.name, store.server.version)
            nothing(sheet, store, dashboards[store.folder])
        shown = [showcase.run(profile, stores, options.quick) for profile in PROFILES]
        for one in shown:
            complete = all(output["complete"] for output in one.run.outputs())
            sheet.holds(f"{one.profile}: outputs complete", complete and len(one.run.outputs()) == len(stores))
        rows = [row for store in stores for dashboard in dashboards[store.folder] for row in over_runs(sheet, store, dashboard, shown)]
        sheet.table(["store", "dashboard", "run", "targets", "points", "empty, rightly"], rows)
        for store in stores:
            totals(sheet, store, dashboards[store.folder], shown)


def nothing(sheet, store, dashboards):
    """An empty store: variables settle, and no query is called wrong."""
    window = grafana.Window(1_700_000_000, 1_700_000_600)
    errors, asked = [], 0
    for dashboard in dashboards:
        found = tour(dashboard, store, window)
        asked += len(found)
        errors += [one.shown(dashboard) for one in found if one.refused or one.infinite]
    sheet.count(f"{store.name}: errors of {asked} targets on an empty store", errors, [])


def over_runs(sheet, store, dashboard, shown):
    """One row a run that the dashboard is viewed with."""
    only = OF_ONE_KIND.get(dashboard.topic)
    runs = [one for one in shown if only in (None, one.profile)]
    for one in runs[-1:] if dashboard.topic in ("compare", "runs") else runs:
        window = one.window
        if dashboard.topic == "runs":
            window = grafana.Window(shown[0].window.start, shown[-1].window.end)
        base = next(other for other in shown if other.profile == one.profile)
        found = tour(dashboard, store, window, one.run_id, base.run_id)
        errors = [target.shown(dashboard) for target in found if target.failed(dashboard, store, one.profile)]
        sheet.count(f"{store.name}: {dashboard.name} with {one.profile}: errors of {len(found)} targets", errors, [])
        empty = sum(1 for target in found if not target.points)
        yield [store.name, dashboard.name, one.profile, len(found), sum(target.points for target in found), empty]


@dataclasses.dataclass
class Found:
    """The answers to one target of a panel: as its panel asks, and the other way."""

    panel: str
    ref: str
    points: int = 0
    infinite: int = 0
    remarks: tuple = ()
    refused: str = ""

    def failed(self, dashboard, store, run):
        empty = not self.points and not any(one.holds(self, dashboard, store, run) for one in RIGHTLY_EMPTY)
        return self.refused or self.infinite or self.remarks or empty

    def shown(self, dashboard):
        what = self.refused or (self.infinite and f"{self.infinite} points are not finite") or " ".join(self.remarks) or "no data"
        return f"{dashboard.name}: {self.panel} {self.ref}: {what}"


def tour(dashboard, store, window, *runs):
    try:
        asked = showcase.look(dashboard, store, window, *runs)
    except (Refused, LookupError) as refusal:
        return [Found("variables", "", refused=str(refusal))]
    return [
        ask(asked, panel, target)
        for panel in [*dashboard.panels(), *dashboard.annotations()]
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


@dataclasses.dataclass(frozen=True)
class Right:
    """Why nothing is the right answer. An empty word means any."""

    panel: str
    why: str
    dashboard: str = ""
    ref: str = ""
    store: str = ""
    but_with: str = ""  # the profile with which it is not

    def holds(self, found, dashboard, store, run):
        if run == self.but_with:
            return False
        wanted = ((self.panel, found.panel), (self.ref, found.ref), (self.dashboard, dashboard.topic))
        return all(word in ("", real) for word, real in wanted) and store.name.startswith(self.store)


BUCKETS = "Response time distribution"
NO_ZEROS = "InfluxDB gets points of what happened, and this did not"
ONLY_SOAK = "only the soak's flow has groups, parallel blocks, limits and early ends"
RIGHTLY_EMPTY = (
    Right(BUCKETS, "B draws VictoriaMetrics' vmrange only", ref="B", store="Prometheus"),
    Right(BUCKETS, "A draws what has `le`, or native histograms", ref="A", store="VictoriaMetrics"),
    Right("annotation Stages", "stages of a soak are looked for every minute, and this run is one", dashboard="soak"),
    Right("Series limit overflow", NO_ZEROS, store="InfluxDB"),
    Right("Dropped iterations", NO_ZEROS, store="InfluxDB"),
    Right("Stages", NO_ZEROS + ": no iteration was dropped", dashboard="spike", ref="H", store="InfluxDB"),
    Right("Verdict: degradation", "only of a run with nine minutes of constant load"),
    Right("Verdict: recovery time", "none without spikes, or if the seconds around one do not show it"),
    Right("Verdict: last good rate", "none of a load that does not rise, or of an invalid run"),
    Right("Verdict: max sustained rate", "only of a search for the breaking point"),
    Right("Failed scrapes of targets", "only of a run that scrapes targets"),
    Right("Verdict: leak", "only of a run of nine minutes that scrapes targets"),
    *[Right("Runs", "a column of findings that runs of this kind do not have", ref=ref) for ref in "HIJKL"],
    Right("Groups", ONLY_SOAK, but_with="soak"),
    Right("Parallel block concurrency", ONLY_SOAK, but_with="soak"),
    Right("Failed iterations", ONLY_SOAK, but_with="soak"),
    Right("Rate-limited requests", ONLY_SOAK, but_with="soak"),
)


# ---- what the live dashboard shows of a run is what its summary has --------------------------------------

EXACT = 1e-6  # in per cent: the order of sums
TOTALS = {
    "Requests": ("http_reqs", "count"),
    "Failed": ("http_req_failed", "rate"),
    "Dropped iterations": ("dropped_iterations", "count"),
    "Checks passed": ("checks", "rate"),
}
P99 = "p99, whole run"
# Where values are spread over many buckets, a store's place within one is right to half of it. Past its limit the target
# answers all in nearly the same time, and a store can know no more than the bucket.
SMOOTH = ("soak",)


def totals(sheet, store, dashboards, shown):
    """At the end of the run and long after it, in every store."""
    live = next(dashboard for dashboard in dashboards if dashboard.topic == "live")
    rows = []
    for one in shown:
        for moment, window in (("at the end", one.window), ("later", one.window.later(LATER_S))):
            asked = showcase.look(live, store, window, one.run_id)
            for title, (metric, value) in TOTALS.items():
                expected = one.run.value(metric, value, absent=0)
                found = stat(asked, title)
                off = abs((found or 0) - expected) / max(abs(expected), 1e-12) * 100 if expected else found or 0
                sheet.holds(f"{store.name}: {one.profile}: {title} {moment}", off <= EXACT, f"{found} for {expected}")
            found, expected = in_ms(asked, stat(asked, P99)), one.run.value("http_req_response_time", "p(99)")
            off = 100 * abs(found / expected - 1)
            label = f"{store.name}: {one.profile}: {P99} {moment}"
            sheet.holds(f"{label}, within a bucket", off <= 2 * store.error + showcase.SUMMARY_ERROR, f"off by {off:.3g} %")
            if one.profile in SMOOTH:
                sheet.bar(f"{label}, off by", off, "<=", store.error + showcase.SUMMARY_ERROR, "%")
            rows.append([store.name, one.profile, moment, found, expected, off])
    sheet.table(["store", "run", "asked", "p99, ms", "summary, ms", "off, %"], rows)


def stat(asked, title):
    """What a stat panel shows; None is its `noValue`."""
    panel = next(one for one in asked.dashboard.panels() if one.get("title") == title)
    points = [point for one in asked.target(panel, panel["targets"][0], True).series for point in one.points]
    return points[-1][1] if points else None


def in_ms(asked, value):
    return value * (1000 if asked.source.kind == "prometheus" else 1)
