"""A campaign is killed with -9 in the third of its six runs, at several moments, and resumed."""

import json
import signal
import time

from lib import programs, server
from lib.process import Child
from lib.target import Target

TITLE = "a campaign killed in the third of six runs and resumed: nothing twice, nothing skipped, one table"
RATE = 50
NAMES = ["a", "b", "c", "d", "e", "f"]
PROFILE = """base_url: "{url}"
vars: {{RUN: x}}
rate: {rate}
duration: {seconds}s
flow: [{{get: "/run/${{RUN}}"}}]
thresholds: {{http_req_failed: rate<0.01}}
"""


def prove(sheet, options):
    seconds = 1 if options.quick else 3
    # Into the third run: while it starts, in its middle, near its end.
    kills = [0.5] if options.quick else [0.02, 0.5, 0.98]
    rows = [one(sheet, seconds, share) for share in kills]
    sheet.table(["killed after", "requests before the kill", "of the interrupted run", "in all", "runs made again"], rows)


def one(sheet, seconds, share):
    with server.folder("campaign") as folder, Target("1ms") as target:
        (folder / "p.yaml").write_text(PROFILE.format(url=target.url.rstrip("/"), rate=RATE, seconds=seconds))
        runs = [{"name": name, "profile": "p.yaml", "env": {"RUN": name}} for name in NAMES]
        (folder / "c.yaml").write_text(json.dumps({"name": "six", "runs": runs}))
        argv = [programs.loadagent(), "campaign", "c.yaml", "--dir", "out", "--no-progress"]
        child = Child(argv, cwd=folder)
        log = folder / "out/03-c/intervals.log"
        wait_until(lambda: log.exists() and log.stat().st_size > 0, child)
        time.sleep(seconds * share)
        child.send(signal.SIGKILL)
        name = f"killed after {share:.0%} of the third run"
        sheet.count(f"{name}: ended by", child.wait(10).code, -signal.SIGKILL)
        before = seen(target)
        state = json.loads((folder / "out/campaign.json").read_text())
        sheet.count(f"{name}: runs that are done", [run["state"] for run in state["runs"]].count("done"), 2)
        resumed = Child([*argv, "--resume"], cwd=folder).wait(120)
        sheet.count(f"{name}: exit code after it was resumed", resumed.code, 0)
        after = seen(target)
        each = RATE * seconds
        for run in NAMES:
            # What the interrupted run had sent is sent again; every other run is made once.
            extra = before.get("c", 0) if run == "c" else 0
            sheet.count(f"{name}: requests of run {run} at the target", after.get(run, 0), each + extra)
        again = resumed.stderr.count("done already")
        sheet.count(f"{name}: runs that were not made again", again, 2)
        table = [line.split() for line in resumed.stdout.splitlines()]
        rows = [line for line in table if line and line[0] in NAMES]
        sheet.count(f"{name}: rows of the table, in their order", [row[0] for row in rows], NAMES)
        sheet.count(f"{name}: requests in the table", [int(row[3].replace(",", "")) for row in rows], [each] * len(NAMES))
        sheet.count(f"{name}: tables", resumed.stdout.count("verdict"), 1)
        state = json.loads((folder / "out/campaign.json").read_text())
        sheet.count(f"{name}: runs that are done in the end", [run["state"] for run in state["runs"]], ["done"] * 6)
        sheet.holds(f"{name}: what was interrupted is kept", (folder / "out/03-c.interrupted-1/intervals.log").exists())
        return [f"{share:.0%}", sum(before.values()), before.get("c", 0), sum(after.values()), 6 - again - 3]


def seen(target):
    """Requests of each run, as the target counted them."""
    return {path.removeprefix("/run/"): route["total"] for path, route in target.log()["routes"].items() if path.startswith("/run/")}


def wait_until(condition, child, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if child.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(f"the campaign did not come to its third run: {child.output_tail()}")
        time.sleep(0.01)
