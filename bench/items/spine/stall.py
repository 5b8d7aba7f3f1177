"""A target that goes silent for a second: the open model reports the true response times, the closed one reports that it cannot."""

from lib import generator, stats, truth
from lib.prometheus import Prometheus, count_above
from lib.target import Target

TITLE = "true time through a stall"
LATENCY_MS = 10


def prove(sheet, options):
    # Quick shortens the clock, not the share of requests that meet the stall.
    rate, seconds, start, stall = (500, 4, 2.0, 0.5) if options.quick else (2000, 15, 7.5, 1.0)
    open_model(sheet, rate, seconds, start, stall)
    closed_model(sheet, seconds, start, stall)


def open_model(sheet, rate, seconds, start, stall):
    with Target(f"{LATENCY_MS}ms", stall=f"{start}s+{stall}s") as target:
        run = generator.run(target.url, "--rate", rate, "-d", f"{seconds}s", timeout=seconds + 60)
        log = target.log()
    plain = truth.response_times_ms(rate, seconds, LATENCY_MS, start, stall)
    # The target's timer rounds its latency up; its own median shows by how much.
    true = truth.response_times_ms(rate, seconds, log["latency_ms"]["p50"], start, stall)

    rows = []
    for name, share in (("med", 0.5), ("p(95)", 0.95), ("p(99)", 0.99), ("max", 1.0)):
        response, service = run.value("http_req_response_time", name), run.value("http_req_duration", name)
        seen = log["latency_ms"].get({"med": "p50", "p(95)": "p95", "p(99)": "p99"}.get(name, name), "")
        expected = stats.percentile(true, share)
        rows.append([name, stats.percentile(plain, share), expected, response, service, seen])
        if name in ("p(95)", "p(99)"):
            sheet.bar(f"response time {name} off the truth", 100 * abs(response / expected - 1), "<=", 5, "%")
    sheet.table(["ms", "truth, rule", "truth, target's latency", "response time", "service time", "target's own"], rows)
    sheet.count("requests", run.requests(), log["total"])
    if not sheet.quick:
        sheet.count("dropped", run.dropped(), 0)
        sheet.count("requests promised", run.requests(), rate * seconds)
    sheet.bar("peak memory of the generator", run.finished.peak_rss_bytes / 2**20, "<=", 30, "MiB")
    sheet.figure("CPU per request", run.finished.cpu_seconds / run.requests() * 1e6, "us")


def closed_model(sheet, seconds, start, stall):
    users, slow = 50, stall / 2
    with Prometheus() as prometheus, Target(f"{LATENCY_MS}ms", stall=f"{start}s+{stall}s") as target:
        sheet.used("prometheus", prometheus.version)
        words = ["-u", users, "-d", f"{seconds}s"]
        run = generator.run(target.url, *words, prometheus=prometheus, quiet=False, timeout=seconds + 60)
        log = target.log()
        histograms = prometheus.last_histograms("loadagent_http_req_duration_seconds", run.run_id)
    above = sum(count_above(one, slow) for one in histograms)
    sheet.count("closed: requests", run.requests(), log["total"])
    sheet.figure(f"closed: samples above {slow:g} s, of {users} users", above)
    sheet.bar("closed: that is off by", abs(above - users), "<=", users * 0.1)
    sheet.holds("closed: the text has `closed model`", "closed model" in run.finished.stdout.lower())
    sheet.figure("closed: p99 of response time", run.value("http_req_response_time", "p(99)"), "ms")
    sheet.figure("closed: max", run.value("http_req_duration", "max"), "ms")
