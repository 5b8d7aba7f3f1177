"""Four segments as four processes with four folders: together they are the run of one process, with one verdict.

Arrivals come from nginx' access log, percentiles from Prometheus over all segments, both of which know of no merge.
"""

import collections
import json
import pathlib
import shutil
import signal
import tempfile
import time

from lib import machine, programs, stores
from lib.nginx import Nginx
from lib.process import Child

TITLE = "four segments: the schedule of one, one result, one verdict"
PARTS = 4
LEAD_S = 4
QUANTILES = {"med": 0.5, "p(95)": 0.95, "p(99)": 0.99}
# A bucket of schema 5 wide, and the summary's own schema 8 beside it.
RESOLUTION = 2.2 + 0.3


class Segments:
    """Processes that are started together."""

    def __init__(self, run_id, url, words, parts, outs):
        self.home, self.run_id = pathlib.Path(tempfile.mkdtemp(prefix="bench-segments-")), run_id
        begin = f"{time.time() + LEAD_S:.3f}"
        self.children = []
        for index in range(parts):
            argv = [programs.loadagent(), "run", url, "-q", "--run-id", run_id, *words, "--workers", "1", "--start-at", begin]
            argv += ["--segment", f"auto/{parts}"] if parts > 1 else []
            argv += ["--run-dir", self.home / "all" / str(index)]
            argv += [word for out in outs for word in ("--out", out)]
            env = {"JOB_COMPLETION_INDEX": str(index)}
            self.children.append(Child(argv, core=machine.LOAD_CORE, env=env))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.end()
        shutil.rmtree(self.home, ignore_errors=True)

    def wait(self):
        return [child.wait(180).code for child in self.children]

    def merge(self, name, *only):
        """(exit code, summary) of the merged run."""
        runs = [self.home / "all" / str(index) for index in only] or [self.home / "all"]
        ran = Child([programs.loadagent(), "merge", *runs, "--run-dir", self.home / name]).wait(60)
        return ran, json.loads((self.home / name / "summary.json").read_text())


def prove(sheet, options):
    rate, seconds = (200, 6) if options.quick else (1000, 60)
    words = ["--rate", rate, "-d", f"{seconds}s", "--threshold", f"http_reqs=count=={rate * seconds}"]
    with stores.started(stores.RemoteWrite) as (store,):
        sheet.used(store.server.name, store.server.version)
        one, _ = arrivals(Segments, words, 1, [])
        several, merged = arrivals(Segments, words, PARTS, [store.out()], sheet, store)
    sheet.count("requests of one process", sum(one), rate * seconds)
    sheet.count("requests of the segments together", sum(several), rate * seconds)
    off = [abs(here - there) for here, there in zip(one[1:-1], several[1:-1])]
    # An answer at the turn of a second falls on either side of it, and a slow machine answers late.
    sheet.bar("requests of each second, most off those of one process", max(off), "<=", max(3, rate // 100))
    sheet.table(["second", "one process", "four segments"], [[n, *pair] for n, pair in enumerate(zip(one, several))][:8])
    killed(sheet, rate, seconds)


def arrivals(segments, words, parts, outs, sheet=None, store=None):
    """Answers in each second from the first one on, and what the merge came to."""
    with Nginx(log=True) as nginx, segments(f"segments-{parts}-{time.time():.0f}", nginx.url, words, parts, outs) as run:
        codes = run.wait()
        merged = None
        if store:
            merged = judge(sheet, run, store, codes)
        moments = sorted(nginx.answered())
    counts = collections.Counter(int(at - moments[0]) for at in moments)
    return [counts[second] for second in range(max(counts) + 1)], merged


def judge(sheet, run, store, codes):
    sheet.count("segments judge their part: exit codes", codes, [99] * PARTS)
    ran, merged = run.merge("merged")
    sheet.count("merged: exit code", ran.code, 0)
    sheet.count("merged: verdict", merged["loadagent"]["verdict"], "pass")
    sheet.count("merged: coverage", merged["loadagent"]["coverage"]["ratio"], 1)
    counted = merged["metrics"]["http_reqs"]["values"]["count"]
    sheet.count("Prometheus: requests of all segments", store.stored(run.run_id).total, counted)
    rows = []
    for name, quantile in QUANTILES.items():
        selector = f'loadagent_http_req_duration_seconds{{run_id="{run.run_id}"}}'
        [found] = store.server.query(f"histogram_quantile({quantile}, sum(last_over_time({selector}[1h])))")
        stored, own = float(found["value"][1]) * 1000, merged["metrics"]["http_req_duration"]["values"][name]
        off = 100 * abs(stored / own - 1)
        rows.append([name, own, stored, off])
        sheet.holds(f"{name} of Prometheus over all segments is that of the merge", off <= RESOLUTION, f"{off:.2f} %")
    sheet.table(["response, ms", "merge", "Prometheus", "off, %"], rows)
    ran, missing = run.merge("without", 0, 1, 3)
    sheet.count("without a segment: exit code", ran.code, 109)
    sheet.count("without a segment: verdict", missing["loadagent"]["verdict"], "invalid")
    sheet.holds("without a segment: it is named", "1 segment is missing: 3/4" in ran.stdout)
    return merged


def killed(sheet, rate, seconds):
    """One of them is killed half-way and does not come back."""
    words = ["--rate", rate, "-d", f"{seconds}s"]
    with Nginx() as nginx, Segments(f"segments-killed-{time.time():.0f}", nginx.url, words, PARTS, []) as run:
        time.sleep(LEAD_S + seconds / 2)
        run.children[1].send(signal.SIGKILL)
        run.wait()
        ran, merged = run.merge("merged")
    coverage = merged["loadagent"]["coverage"]
    sheet.count("killed segment: exit code", ran.code, 109)
    sheet.count("killed segment: gaps", coverage["interruptions"], 1)
    expected = 1 - 0.5 / PARTS
    sheet.holds("killed segment: coverage", abs(coverage["ratio"] - expected) < 3 / seconds / PARTS, f"{coverage['ratio']:.3f}, {expected:.3f} expected")
