"""Even arrivals at a promised rate from one core, as the target saw them."""

from lib import generator, machine, stats
from lib.target import Target

TITLE = "the schedule is kept: even arrivals on one core"


def prove(sheet, options):
    seconds = 2 if options.quick else 12
    rows = [show(sheet, rate, seconds, unevenness) for rate, unevenness in ((10_000, 0.10), (2_000, 0.12))]
    sheet.table(
        ["rate", "requests", "dropped", "cv per 10 ms", "p99 shown", "p99 of the target", "lag med", "lag p99", "CPU us/req"],
        rows,
    )


def show(sheet, rate, seconds, unevenness):
    name = f"{rate:,}/s"
    with Target("10ms") as target:
        run = generator.run(target.url, "--rate", rate, "-d", f"{seconds}s", core=machine.LOAD_CORE, timeout=seconds + 60)
        log = target.log()
    cv = stats.coefficient_of_variation(log["arrivals_per_10ms"][1:-1])
    shown, own = run.value("http_req_duration", "p(99)"), log["latency_ms"]["p99"]
    lag = run.validity()["lag_ms"]

    sheet.count(f"{name}: requests", run.requests(), log["total"])
    sheet.count(f"{name}: requests and drops make the schedule", run.requests() + run.dropped(), rate * seconds)
    if not sheet.quick:
        sheet.count(f"{name}: dropped", run.dropped(), 0)
        sheet.count(f"{name}: exit code", run.finished.code, 0)
        sheet.bar(f"{name}: achieved", run.validity()["achieved_ratio"], ">=", 0.99995)
    sheet.bar(f"{name}: cv of arrivals per 10 ms", cv, "<=", unevenness)
    sheet.bar(f"{name}: p99 shown off the target's own", abs(shown - own), "<=", 2, "ms")
    if rate == 2_000:
        sheet.bar(f"{name}: schedule lag p99", lag["p99"], "<", 1, "ms")
    cost = run.finished.cpu_seconds / run.requests() * 1e6
    sheet.raw(f"arrivals_per_10ms_at_{rate}", log["arrivals_per_10ms"])
    return [rate, run.requests(), run.dropped(), cv, shown, own, lag["p50"], lag["p99"], cost]
