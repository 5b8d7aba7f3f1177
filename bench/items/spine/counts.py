"""The target's log, the summary and Prometheus agree on one number, however the run ends."""

import dataclasses
import signal
import time

from lib import machine
from lib.generator import Generator
from lib.nginx import Nginx
from lib.prometheus import Prometheus

TITLE = "exact counts: access log = summary = Prometheus"


@dataclasses.dataclass
class Case:
    name: str
    words: list
    seconds: int
    interrupt_after: float = 0
    core: object = machine.LOAD_CORE
    least_rate: int = 0


def cases(quick):
    length, rate = (2, 500) if quick else (10, 2000)
    span = ["-d", f"{length}s"]
    return [
        Case("closed, 20 users", ["-u", "20", *span], length),
        Case(f"open, {rate}/s", ["--rate", rate, *span], length),
        Case("ended by Ctrl-C", ["-u", "20", *span], length, interrupt_after=length * 0.45),
        Case("two workers", ["-u", "20", *span, "--workers", "2"], length, core=None),
        Case("as fast as it goes, 50 users", ["-u", "50", *span], length, least_rate=50_000),
    ]


def prove(sheet, options):
    rows = []
    with Prometheus() as prometheus:
        sheet.used("prometheus", prometheus.version)
        for case in cases(options.quick):
            rows.append(show(sheet, options, case, prometheus))
    sheet.table(["run", "access log", "summary", "Prometheus", "histogram", "difference", "req/s", "exit"], rows)


def show(sheet, options, case, prometheus):
    with Nginx(log=True) as nginx:
        sheet.used("nginx", nginx.version)
        started = Generator(nginx.url, *case.words, prometheus=prometheus, core=case.core)
        if case.interrupt_after:
            time.sleep(case.interrupt_after)
            started.child.send(signal.SIGINT)
        run = started.finish(case.seconds + 60)
        logged = nginx.logged()
    reported, stored = run.requests(), round(sum(prometheus.last_samples("loadagent_http_reqs_total", run.run_id)))
    histograms = prometheus.last_histograms("loadagent_http_req_duration_seconds", run.run_id)
    timed = round(sum(float(histogram["count"]) for histogram in histograms))
    rate = reported / case.seconds

    sheet.count(f"{case.name}: summary", reported, logged)
    sheet.count(f"{case.name}: Prometheus", stored, logged)
    sheet.count(f"{case.name}: observations in the histogram", timed, logged)
    sheet.holds(f"{case.name}: requests were made", logged > 0, logged)
    sheet.holds(f"{case.name}: outputs complete", run.outputs() and all(one["complete"] for one in run.outputs()))
    sheet.holds(f"{case.name}: exit code", run.finished.code in allowed_codes(case, options.quick), run.finished.code)
    if case.least_rate:
        sheet.bar(f"{case.name}: rate", rate, ">=", case.least_rate, "req/s")
    off = max(abs(reported - logged), abs(stored - logged), abs(timed - logged))
    return [case.name, logged, reported, stored, timed, off, rate, run.finished.code]


def allowed_codes(case, quick):
    if case.interrupt_after:
        return (105,)
    # Whether a busy machine delivers the promised load is a matter of timing, which quick never judges.
    return (0, 109) if quick else (0,)
