"""Percentiles asked of the stores, for the run and for each interval, through a step of latency.

Those of the run are compared with the summary, and the summary with the target's own log. That log has no percentiles of
spans of time, so those of intervals are compared, over each side of the step, with the distribution that the target was
configured with; and, interval by interval, with the finest of the stores, which got them from loadagent, too.
"""

import dataclasses
import math
import statistics
import typing

from lib import stats, stores
from lib.generator import Generator
from lib.target import Target

TITLE = "percentiles of the stores, and a step of latency at once"
QUANTILES = {"med": 0.5, "p(95)": 0.95, "p(99)": 0.99}
FIELDS = {"med": "p50", "p(95)": "p95", "p(99)": "p99"}
METRIC = "loadagent_http_req_duration_seconds"
BEFORE_MS, AFTER_MS = 50, 150
# Smooth over many buckets, so that what is judged is the buckets and not the luck of a single value's place in one.
SIGMA = 0.2
SPREAD = f"lognormal({{}}ms,{SIGMA})"
# What the way there and back, the target's timer and chance add to percentiles of the distribution.
AROUND = 2.0


@dataclasses.dataclass
class Asked:
    kind: typing.Callable
    error: float  # in per cent, of a percentile that is read from its buckets
    run: typing.Callable  # (server, run_id, name) -> ms
    intervals: typing.Callable  # (server, run_id, name) -> {second at which the interval ended: ms}
    store: object = None


def asked():
    return [
        # Half a bucket of schema 5 or 3, and the summary's own schema 8 beside it.
        Asked(stores.RemoteWrite, 1.1 + 0.15, prometheus_run, prometheus_intervals),
        Asked(stores.VictoriaRemoteWrite, 4.4 + 0.15, victoria_run, victoria_intervals),
        Asked(stores.VictoriaInflux, 0.001, victoria_field_run, victoria_field_intervals),
        Asked(stores.InfluxAggregate, 0.001, influx_run, influx_intervals),
    ]


def prove(sheet, options):
    rate, seconds, step = (300, 8, 4) if options.quick else (1000, 60, 30)
    all_asked = [one for one in asked() if options.only.lower() in one.kind.name.lower()]
    flags = ["--latency-at", f"{step}s={SPREAD.format(AFTER_MS)}"]
    with stores.started(*(one.kind for one in all_asked)) as those:
        for one, one.store in zip(all_asked, those):
            sheet.used(one.store.server.name, one.store.server.version)
        with Target(SPREAD.format(BEFORE_MS), flags=flags) as target:
            outs = [store.out() for store in those]
            with Generator(target.url, "--rate", rate, "-d", f"{seconds}s", outs=outs) as load:
                done = load.wait(seconds + 90)
            log = target.log()
        sheet.count("requests", done.requests(), log["total"])
        own_log(sheet, done, log)
        of_the_run(sheet, all_asked, done)
        of_intervals(sheet, all_asked, done, log["started_at_unix_ms"] / 1000 + step, seconds)


def own_log(sheet, done, log):
    """The server's times have neither the network in them nor what the client's core does after a burst."""
    for name in QUANTILES:
        off = 100 * abs(done.value("http_req_duration", name) / log["latency_ms"][FIELDS[name]] - 1)
        sheet.bar(f"summary: {name} off the target's own log", off, "<=", AROUND, "%")


def of_the_run(sheet, all_asked, done):
    rows = []
    for name in QUANTILES:
        summary = done.value("http_req_duration", name)
        row = [name, summary]
        for one in all_asked:
            value = one.run(one.store.server, done.run_id, name)
            off = 100 * abs(value / summary - 1)
            label = f"{one.store.name}: {name} of the run off the summary"
            # The same bucket is certain; half of one needs enough values for a rank to mean one place in it.
            sheet.holds(f"{label}: within a bucket", off <= 2 * one.error, f"{off:.3g} %")
            sheet.bar(label, off, "<=", one.error, "%")
            row.append(value)
        rows.append(row)
    sheet.table(["run, ms", "summary", *(one.store.name for one in all_asked)], rows)


def of_intervals(sheet, all_asked, done, stepped, seconds):
    """The finest of the stores is what the others are compared with, interval by interval."""
    series = {
        one.store.name: {name: one.intervals(one.store.server, done.run_id, name) for name in QUANTILES} for one in all_asked
    }
    finest = min(all_asked, key=lambda one: one.error)
    for one in all_asked:
        found = series[one.store.name]
        sheet.holds(f"{one.store.name}: an interval for each second", len(found["med"]) >= seconds - 1, len(found["med"]))
        for name in QUANTILES:
            of_the_distribution(sheet, one, name, found[name], stepped)
            if one is finest:
                continue
            offs = compare(found[name], series[finest.store.name][name], stepped)
            label = f"{one.store.name}: {name} of intervals, median off the finest"
            sheet.holds(f"{label}: there is something to compare", offs, f"{len(offs)} intervals")
            if offs:
                # A percentile of a few hundred values lies between two of them; p(99) of 300 is one of the last three.
                sheet.bar(label, stats.median(offs).value, "<=", one.error, "%")
                sheet.figure(f"{one.store.name}: {name} of intervals, worst", max(offs), "%")
        seen = sight(found["med"], stepped)
        sheet.holds(f"{one.store.name}: the step is seen", seen is not None, seen)
        if seen is not None:
            # The interval in which it happens may be over at once; the next one must show it.
            sheet.bar(f"{one.store.name}: first interval that shows the step ends after it", seen, "<=", 2, "s")
            settled = [ms for at, ms in found["med"].items() if at - 1 > stepped + 0.5]
            sheet.holds(f"{one.store.name}: intervals after the step", settled, len(settled))
            worst = max(abs(ms / AFTER_MS - 1) for ms in settled[:-1] or settled or [math.inf])
            sheet.bar(f"{one.store.name}: median of intervals after the step off {AFTER_MS} ms", 100 * worst, "<=", 10, "%")
    sheet.raw("intervals", series)
    moments = [at for at in sorted(series[finest.store.name]["med"]) if abs(at - stepped) < 3.5]
    rows = [[round(at - stepped, 2), *(nearest(series[one.store.name]["med"], at) for one in all_asked)] for at in moments]
    sheet.table(["interval ends, s after the step", *(f"{one.store.name}, p50 ms" for one in all_asked)], rows)


def of_the_distribution(sheet, one, name, found, stepped):
    """The median over the intervals, because a single one has too few values for its percentile to be that close."""
    for side, middle in (("before", BEFORE_MS), ("after", AFTER_MS)):
        # Answers of 50 ms to requests of before the step may come after it, and its interval holds both.
        there = [ms for at, ms in found.items() if (at < stepped if side == "before" else at - 1 > stepped + 0.5)]
        truth = middle * math.exp(SIGMA * statistics.NormalDist().inv_cdf(QUANTILES[name]))
        label = f"{one.store.name}: {name} of intervals {side} the step off the distribution"
        sheet.holds(f"{label}: there is something to compare", there, f"{len(there)} intervals")
        if there:
            sheet.bar(label, 100 * abs(statistics.median(there) / truth - 1), "<=", one.error + AROUND, "%")


def compare(found, finest, stepped):
    """How far off in per cent, without the intervals in which the latency changes."""
    offs = []
    for at, ms in found.items():
        other = nearest(finest, at)
        if other and not -0.5 < at - stepped < 1.5:
            offs.append(100 * abs(ms / other - 1))
    return offs


def nearest(series, moment):
    at = min(series, key=lambda at: abs(at - moment), default=None)
    return series[at] if at is not None and abs(at - moment) < 0.3 else ""


def sight(medians, stepped):
    between = (BEFORE_MS * AFTER_MS) ** 0.5
    return next((at - stepped for at in sorted(medians) if at > stepped and medians[at] > between), None)


# ---- Prometheus: by its own functions ------------------------------------------------------------


def prometheus_run(prometheus, run_id, name):
    asked = f'histogram_quantile({QUANTILES[name]}, sum(last_over_time({METRIC}{{run_id="{run_id}"}}[1h])))'
    return float(prometheus.query(asked)[0]["value"][1]) * 1000


def prometheus_intervals(prometheus, run_id, name):
    """Each interval is the difference of two samples in a row, whose moments are asked first."""
    found = {}
    for one in prometheus.raw(f'{METRIC}{{run_id="{run_id}"}}'):
        moments = [at for at, _ in one.get("histograms", [])]
        for before, at in zip(moments, moments[1:]):
            now, then = f'{METRIC}{{run_id="{run_id}"}} @ {at:.3f}', f'{METRIC}{{run_id="{run_id}"}} @ {before:.3f}'
            answer = prometheus.query(f"histogram_quantile({QUANTILES[name]}, sum({now}) - sum({then}))")
            if at - before > 0.5 and answer and answer[0]["value"][1] != "NaN":
                found[at] = float(answer[0]["value"][1]) * 1000
    return found


# ---- VictoriaMetrics: vmrange buckets, and fields as metrics ------------------------------------------


def victoria_run(victoria, run_id, name):
    asked = f'histogram_quantile({QUANTILES[name]}, sum(last_over_time({METRIC}_bucket{{run_id="{run_id}"}}[1h])) by (vmrange))'
    return float(victoria.query(asked)[0]["value"][1]) * 1000


def victoria_intervals(victoria, run_id, name):
    """Differences of the raw samples; the quantile is taken in the middle of its bucket, by ratio."""
    buckets, found = {}, {}
    for labels, samples in victoria.raw(f'{METRIC}_bucket{{run_id="{run_id}"}}'):
        low, high = (float(end) for end in labels["vmrange"].split("..."))
        buckets.setdefault((low, high), []).append(samples)
    moments = sorted({at for each in buckets.values() for samples in each for at in samples})
    for before, at in zip(moments, moments[1:]):
        counts = {
            ends: sum(latest(samples, at) - latest(samples, before) for samples in each) for ends, each in buckets.items()
        }
        if at - before > 500 and sum(counts.values()):
            found[at / 1000] = quantile(counts, QUANTILES[name]) * 1000
    return found


def latest(samples, moment):
    return samples.get(moment) or max((value for at, value in samples.items() if at <= moment), default=0)


def quantile(counts, share):
    wanted, below = share * sum(counts.values()), 0
    for (low, high), count in sorted(counts.items()):
        if count and below + count >= wanted:
            return low * (high / low) ** ((wanted - below) / count) if low else high
        below += count
    return max(high for _, high in counts)


def victoria_field_run(victoria, run_id, name):
    answer = victoria.query(f'last_over_time(overall_total_{FIELDS[name]}{{metric="http_req_duration",run_id="{run_id}"}}[1h])')
    return float(answer[0]["value"][1])


def victoria_field_intervals(victoria, run_id, name):
    series = victoria.raw(f'overall_{FIELDS[name]}{{metric="http_req_duration",run_id="{run_id}"}}')
    return whole({at / 1000: value for _, samples in series for at, value in samples.items()})


# ---- InfluxDB ---------------------------------------------------------------------------------------


def overall(influx, run_id, field):
    return influx.rows(
        f'SELECT "{field}" AS ms FROM "overall" WHERE "metric" = \'http_req_duration\' AND "run_id" = \'{run_id}\''
    )


def influx_run(influx, run_id, name):
    return overall(influx, run_id, f"total_{FIELDS[name]}")[-1]["ms"]


def influx_intervals(influx, run_id, name):
    return whole({row["time"] / 10**9: row["ms"] for row in overall(influx, run_id, FIELDS[name]) if row["ms"] is not None})


def whole(found):
    """Without the last piece of a second in which the last answers came."""
    moments = sorted(found)
    return {at: found[at] for before, at in zip([0, *moments], moments) if at - before > 0.5}
