"""Eleven scenarios, the same options for loadagent and the real k6: iterations, drops and the curve of users agree."""

import contextlib
import dataclasses
import json

from lib import generator, peers, programs, server
from lib.process import Child
from lib.target import Target

TITLE = "executors beside k6, with the same options"
LATENCY_MS = 10

SCRIPT = """import http from 'k6/http';
import { sleep } from 'k6';
export const options = { discardResponseBodies: true, scenarios: { s: %s } };
export default function () { http.get('%s'); %s }
"""


@dataclasses.dataclass
class Case:
    name: str
    options: dict
    think_ms: int
    slack: int  # iterations by which two runs of one program may differ: users at the edge of a time limit
    curve: bool = True  # whether users follow a plan; those of arrival rates follow the target


CASES = [
    Case("shared-iterations", {"executor": "shared-iterations", "vus": 4, "iterations": 40}, 200, 0),
    Case("shared-iterations, cut", {"executor": "shared-iterations", "vus": 2, "iterations": 100, "maxDuration": "2s"}, 300, 2),
    Case("per-vu-iterations", {"executor": "per-vu-iterations", "vus": 4, "iterations": 10}, 200, 0),
    Case("per-vu-iterations, cut", {"executor": "per-vu-iterations", "vus": 3, "iterations": 20, "maxDuration": "2s"}, 300, 3),
    Case("constant-vus", {"executor": "constant-vus", "vus": 5, "duration": "3s"}, 300, 5),
    Case("constant-vus, no grace", {"executor": "constant-vus", "vus": 5, "duration": "2500ms", "gracefulStop": "0s"}, 1000, 0),
    Case(
        "ramping-vus",
        {
            "executor": "ramping-vus",
            "startVUs": 0,
            "stages": [{"duration": "3s", "target": 12}, {"duration": "2s", "target": 12}, {"duration": "3s", "target": 0}],
        },
        100,
        12,
    ),
    Case(
        "ramping-vus, jumps, no grace",
        {
            "executor": "ramping-vus",
            "startVUs": 2,
            "gracefulRampDown": "0s",
            "stages": [
                {"duration": "1500ms", "target": 2},
                {"duration": "0s", "target": 10},
                {"duration": "2s", "target": 10},
                {"duration": "0s", "target": 1},
                {"duration": "1500ms", "target": 1},
            ],
        },
        150,
        10,
    ),
    Case(
        "constant-arrival-rate",
        {"executor": "constant-arrival-rate", "rate": 50, "duration": "3s", "preAllocatedVUs": 30},
        100,
        1,
        curve=False,
    ),
    Case(
        "constant-arrival-rate, starved",
        {"executor": "constant-arrival-rate", "rate": 20, "duration": "3s", "preAllocatedVUs": 3},
        490,
        3,
        curve=False,
    ),
    Case(
        "ramping-arrival-rate",
        {
            "executor": "ramping-arrival-rate",
            "startRate": 10,
            "preAllocatedVUs": 30,
            "stages": [{"duration": "3s", "target": 60}, {"duration": "1s", "target": 60}, {"duration": "1s", "target": 0}],
        },
        100,
        1,
        curve=False,
    ),
]


@dataclasses.dataclass
class Counts:
    iterations: int
    dropped: int
    users: list  # each second


def prove(sheet, options):
    sheet.used("k6", peers.version("k6"))
    rows = [show(sheet, case) for case in CASES if options.only in case.name]
    sheet.table(["case", "iterations", "k6", "dropped", "k6", "users each second", "k6"], rows)


def show(sheet, case):
    with server.folder("beside") as folder, contextlib.ExitStack() as stack:
        targets = [stack.enter_context(Target(f"{LATENCY_MS}ms")) for _ in range(2)]
        ours, theirs = _ours(case, targets[0].url, folder), _theirs(case, targets[1].url, folder)
        ours, theirs = ours(), theirs()
        unfinished = targets[0].log()["total"] - ours.iterations
    # An iteration that is cut off in its pause has sent its request: one for each user at the most.
    users = max(ours.users, default=0)
    sheet.holds(f"{case.name}: the target's requests are the iterations", 0 <= unfinished <= users, f"{unfinished} cut off")
    sheet.holds(
        f"{case.name}: iterations agree within {case.slack}",
        abs(ours.iterations - theirs.iterations) <= case.slack,
        f"{ours.iterations}, k6 {theirs.iterations}",
    )
    sheet.holds(
        f"{case.name}: dropped agree within {case.slack}",
        abs(ours.dropped - theirs.dropped) <= case.slack,
        f"{ours.dropped}, k6 {theirs.dropped}",
    )
    if case.curve:
        # The last sample of each is taken at its own end.
        pairs = list(zip(ours.users, theirs.users))[: max(1, len(theirs.users) - 1)]
        agree = all(abs(one - other) <= 1 for one, other in pairs)
        sheet.holds(f"{case.name}: users agree each second within 1", agree, f"{ours.users}, k6 {theirs.users}")
    return [case.name, ours.iterations, theirs.iterations, ours.dropped, theirs.dropped, str(ours.users), str(theirs.users)]


def _ours(case, url, folder):
    flow = [{"get": url}, {"think": f"{case.think_ms}ms"}]
    profile = folder / "beside.yaml"
    profile.write_text(json.dumps({"scenarios": {"s": {**case.options, "flow": flow}}}))
    samples = folder / "ours.json"
    run = generator.Generator(profile, outs=[f"json={samples}"], core=None)

    def wait():
        run.finish(90)
        return _told(samples)

    return wait


def _theirs(case, url, folder):
    script, samples = folder / "beside.js", folder / "k6.json"
    script.write_text(SCRIPT % (json.dumps(case.options), url, f"sleep({case.think_ms / 1000});"))
    path, _ = programs.server("k6")
    child = Child([path, "run", "--quiet", "--no-usage-report", "--out", f"json={samples}", script])

    def wait():
        child.wait(90)
        return _told(samples)

    return wait


def _told(path):
    """Both write k6's format."""
    sums, users = {"iterations": 0, "dropped_iterations": 0}, {}
    for line in path.read_text().splitlines():
        point = json.loads(line)
        if point["type"] != "Point":
            continue
        name, value = point["metric"], point["data"]["value"]
        if name in sums:
            sums[name] += value
        elif name == "vus":
            users[point["data"]["time"]] = users.get(point["data"]["time"], 0) + value
    curve = [round(users[at]) for at in sorted(users)]
    return Counts(round(sums["iterations"]), round(sums["dropped_iterations"]), curve)
