"""Three processes with `--segment`, started together: their parts are the whole, exactly, as the target counts it.

Of data, the target's log shows which rows came: each is a path of its own."""

import contextlib
import dataclasses
import json
import time

from lib import generator, server
from lib.target import Target

TITLE = "segments are the whole: arrivals, iterations, users, rows"
ROWS = 500
PARTS = 3
# Three starts and a target on two cores: until then each has prepared everything.
LEAD_S = 3


@dataclasses.dataclass
class Case:
    name: str
    options: dict
    requests: int  # of the whole


CASES = [
    Case("constant arrivals", {"executor": "constant-arrival-rate", "rate": 100, "duration": "3s"}, 300),
    Case(
        "a ramp of arrivals",
        {"executor": "ramping-arrival-rate", "startRate": 10, "stages": [{"duration": "4s", "target": 90}]},
        200,
    ),
    Case("shared iterations", {"executor": "shared-iterations", "vus": 7, "iterations": 200}, 200),
    Case("iterations of each user", {"executor": "per-vu-iterations", "vus": 7, "iterations": 11}, 77),
    Case("fewer users than parts", {"executor": "per-vu-iterations", "vus": 2, "iterations": 5}, 10),
]

ROW_LOADS = {
    "users": {"executor": "constant-vus", "vus": 9, "duration": "30s"},
    "arrivals": {"executor": "constant-arrival-rate", "rate": 150, "duration": "30s", "preAllocatedVUs": 18},
}


def prove(sheet, options):
    rows = [show(sheet, case) for case in CASES if options.only in case.name]
    sheet.table(["case", "whole", *[f"{part}/{PARTS}" for part in range(1, PARTS + 1)], "together"], rows)
    split(sheet)
    for name, load in ROW_LOADS.items():
        rows_once(sheet, name, load)


def show(sheet, case):
    whole, _ = _run(case.options, ["1/1"])
    parts, served = _run(case.options, [f"{part}/{PARTS}" for part in range(1, PARTS + 1)])
    sheet.count(f"{case.name}: the whole", sum(whole), case.requests)
    sheet.count(f"{case.name}: the parts together", sum(parts), case.requests)
    sheet.count(f"{case.name}: served to the parts", served, case.requests)
    sheet.holds(f"{case.name}: no part is larger by more than a user's or one arrival", _even(case, parts), parts)
    return [case.name, sum(whole), *parts, sum(parts)]


def split(sheet):
    """k6's way to write a segment is the same."""
    parts, _ = _run(CASES[0].options, ["0:1/3", "1/3:2/3", "2/3:1"])
    sheet.count("k6's syntax: the parts together", sum(parts), CASES[0].requests)


def rows_once(sheet, name, load):
    """Every row of a `unique` set is used, and none twice."""
    data = {"users": {"csv": "users.csv", "order": "unique"}}
    flow = lambda target: [{"row": "users", "as": "user"}, {"get": target.url + "${user.id}"}]
    parts, log = _log([f"{part}/{PARTS}" for part in range(1, PARTS + 1)], load, flow, data)
    routes = {path: route["total"] for path, route in log["routes"].items()}
    sheet.count(f"rows of {name}: the parts together", sum(parts), ROWS)
    sheet.holds(f"rows of {name}: each once", routes == {f"/{row}": 1 for row in range(ROWS)}, len(routes))


def _even(case, parts):
    unit = case.options["iterations"] if case.options["executor"] == "per-vu-iterations" else 1
    # A part of shared iterations is an exact stride, too.
    return max(parts) - min(parts) <= unit


def _run(options, segments):
    """Requests of each part by its own count, and of all by the target's."""
    counts, log = _log(segments, options, lambda target: [{"get": target.url}])
    return counts, log["total"]


def _log(segments, options, flow, data=None):
    """Requests of each part by its own count, and the target's log."""
    with server.folder("segments") as folder, Target("2ms") as target, contextlib.ExitStack() as stack:
        profile = folder / "segments.yaml"
        scenarios = {"s": {**options, "flow": flow(target)}}
        profile.write_text(json.dumps({"scenarios": scenarios, **({"data": data} if data else {})}))
        (folder / "users.csv").write_text("id\n" + "".join(f"{row}\n" for row in range(ROWS)))
        begin = ["--start-at", f"{time.time() + LEAD_S:.3f}"] if len(segments) > 1 else []
        runs = [
            stack.enter_context(generator.Generator(profile, "--segment", segment, "--workers", "2", *begin, core=None))
            for segment in segments
        ]
        counts = []
        for run in runs:
            done = run.wait(60)
            counts.append(int(done.value("http_reqs", "count", absent=0)) if done.summary["metrics"].get("http_reqs") else 0)
        return counts, target.log()
