"""A run whose process is killed and stopped, started again on the same folder: one run, nothing twice, gaps as they were.

What the target saw comes from nginx' access log; what is stored, from raw points of Prometheus and InfluxDB.
"""

import dataclasses
import datetime
import json
import pathlib
import random
import shutil
import signal
import tempfile
import time

from lib import machine, programs, stores
from lib.nginx import Nginx
from lib.process import Child

TITLE = "a run that is killed and stopped goes on as the same run"
# Of a kill: the requests of an interval that was not closed, and what its process had in flight.
UNLOGGED_S = 2
SEED = 20261129


@dataclasses.dataclass
class Plan:
    rate: int
    seconds: int
    ends: list  # (second of the plan, signal)
    away: float  # from an end to the next start
    kills: int  # of the short runs
    length: int  # of a short run


FULL = Plan(200, 600, [(150, signal.SIGKILL), (300, signal.SIGTERM), (450, signal.SIGKILL)], 4.0, 200, 6)
QUICK = Plan(100, 24, [(6, signal.SIGKILL), (12, signal.SIGTERM), (18, signal.SIGKILL)], 1.0, 6, 5)


class Restarted:
    """A run in a folder, whatever becomes of its processes."""

    def __init__(self, name, url, plan_rate, seconds, outs):
        self.run_id, self.home = f"resume-{name}", pathlib.Path(tempfile.mkdtemp(prefix="bench-resume-"))
        self.dir = self.home / "run"
        self.argv = [programs.loadagent(), "run", url, "--rate", plan_rate, "-d", f"{seconds}s", "-q"]
        self.argv += ["--run-dir", self.dir, "--run-id", self.run_id]
        self.argv += [word for out in outs for word in ("--out", out)]
        self.child = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child:
            self.child.end()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self):
        self.child = Child(self.argv, core=machine.LOAD_CORE)
        return time.time()

    def end(self, number):
        """(code, moment) of an end by a signal."""
        self.child.send(number)
        finished = self.child.wait(90)
        return finished.code, time.time()

    def summary(self):
        return json.loads((self.dir / "summary.json").read_text())

    def value(self, metric):
        return int(self.summary()["metrics"].get(metric, {}).get("values", {}).get("count", 0))


def prove(sheet, options):
    plan = QUICK if options.quick else FULL
    kinds = [stores.RemoteWrite, stores.InfluxAggregate]
    with stores.started(*kinds) as those:
        for store in those:
            sheet.used(store.server.name, store.server.version)
        soak(sheet, plan, those)
        at_random(sheet, plan, those)


def soak(sheet, plan, those):
    with Nginx(log=True) as nginx, Restarted("soak", nginx.url, plan.rate, plan.seconds, [store.out() for store in those]) as run:
        began, ends = run.start(), []
        for second, number in plan.ends:
            time.sleep(max(0, began + second - time.time()))
            asked = time.time()
            code, gone = run.end(number)
            sheet.count(f"second {second}: ended by {number.name}", code, 105 if number == signal.SIGTERM else -number)
            time.sleep(plan.away)
            ends.append((asked if number == signal.SIGKILL else gone, run.start(), number))
        code = run.child.wait(plan.seconds + 120).code
        whole = run.summary()["loadagent"]
        coverage, started = whole["coverage"], int(parse(whole["started_at"]) * 1000)
        gaps = [((started + gap["from_ms"]) / 1000, (started + gap["to_ms"]) / 1000) for gap in coverage["gaps"]]
        counted, stored = run.value("http_reqs"), [store.stored(run.run_id) for store in those]
        series = those[0].server.raw(f'loadagent_http_reqs_total{{run_id="{run.run_id}"}}')
        answered = nginx.answered()

    sheet.count("interruptions", coverage["interruptions"], len(plan.ends))
    sheet.bar("exit code", code, "<=", 0)
    rows = []
    for (ended, again, number), (begin, end) in zip(ends, gaps):
        rows.append([number.name, round(ended - began, 2), round(begin - began, 2), round(again - began, 2), round(end - began, 2)])
        sheet.holds(f"{number.name}: the gap begins with the end", -UNLOGGED_S <= begin - ended <= 0.5, f"{begin - ended:.2f} s")
        sheet.holds(f"{number.name}: the gap ends with the next start", 0 <= end - again <= UNLOGGED_S, f"{end - again:.2f} s")
    sheet.table(["end", "ended", "gap from", "started", "gap to"], rows)
    missing = sum(end - begin for begin, end in gaps)
    sheet.holds("coverage is what the gaps leave", abs(coverage["missing_ms"] / 1000 - missing) < 0.01, f"{coverage['ratio']:.4f}")
    instances = {one["metric"].get("instance") for one in series}
    sheet.count("instances in Prometheus", len(instances), 1)
    falls = sum(later < earlier for one in series for (_, earlier), (_, later) in zip(floats(one), floats(one)[1:]))
    sheet.count("counters of Prometheus that fall", falls, 0)
    for store, there in zip(those, stored):
        sheet.count(f"{store.name}: equals the summary", there.total, counted)
        if there.summed is not None:
            sheet.count(f"{store.name}: sum of what is stored", there.summed, counted)
    kills = sum(number == signal.SIGKILL for _, number in plan.ends)
    lost = len(answered) - counted
    sheet.holds("the target saw no fewer", lost >= 0, lost)
    sheet.holds(f"not stored: at most {UNLOGGED_S} s of each kill", lost <= kills * UNLOGGED_S * plan.rate, f"{lost} of {len(answered)}")
    outside = sum(not any(begin <= at <= end for begin, end in gaps) for at in answered)
    # The target's clock has milliseconds, and an answer is counted when it has arrived.
    sheet.holds("all of it inside the gaps", abs(outside - counted) <= 5 * len(gaps), f"{outside} answered outside, {counted} stored")
    sheet.figure("requests that the target answered", len(answered))


def at_random(sheet, plan, those):
    """Short runs, killed at random moments up to three times each."""
    chance, killed, wrong, lost_most, runs = random.Random(SEED), 0, [], 0.0, 0
    sheet.note(f"seed of the moments: {SEED}")
    with Nginx() as nginx:
        while killed < plan.kills:
            times = sorted(chance.uniform(0.02, plan.length + 0.5) for _ in range(chance.randint(1, 3)))
            runs += 1
            with Restarted(f"random-{runs}", nginx.url, plan.rate, plan.length, [store.out() for store in those]) as run:
                done, answered = nginx.counted(lambda: one(run, times))
                killed += done
                counted, stored = run.value("http_reqs"), [store.stored(run.run_id) for store in those]
                allowed = done * UNLOGGED_S * plan.rate
                lost_most = max(lost_most, (answered - counted) / max(done, 1) / plan.rate)
                facts = [answered, counted, *[(there.total, there.summed) for there in stored]]
                is_whole = all(there.total == counted and there.summed in (None, counted) for there in stored)
                if not is_whole or not 0 <= answered - counted <= allowed:
                    wrong.append((runs, [round(at, 3) for at in times], facts))
    sheet.count(f"runs with a sample twice, or lost outside of the gaps, of {runs} with {killed} kills", len(wrong), 0)
    for one_wrong in wrong[:10]:
        sheet.note(f"run {one_wrong[0]}, killed at {one_wrong[1]}: target, summary, stores: {one_wrong[2]}")
    sheet.figure("most that a kill left unlogged", lost_most, "s of requests")


def one(run, times):
    """Runs it to its end; how many of the kills met a process."""
    began, kills = run.start(), 0
    for at in times:
        time.sleep(max(0, began + at - time.time()))
        if run.child.poll() is None:
            run.child.send(signal.SIGKILL)
            kills += run.child.wait(10).code == -signal.SIGKILL
        run.start()
    run.child.wait(90)
    return kills


def parse(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def floats(series):
    return [(at, float(value)) for at, value in series["values"]]

