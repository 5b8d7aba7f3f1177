"""The queries of panels are asked of the same run by remote write and by OTLP, second by second."""

import json
import urllib.parse

from lib import ports, programs, prometheus, stores
from lib.generator import Generator
from lib.target import Target

TITLE = "OTLP: panels answer as by remote write"
TREND, FAILED = "loadagent_http_req_duration_seconds", "loadagent_http_req_failed_total"
EXACT = 1e-6  # in per cent: the order of sums
PANELS = {
    "requests a second": "sum(rate(loadagent_http_reqs_total{RUN}[5s]))",
    "by status": "sum by (status, method, scenario) (rate(loadagent_http_reqs_total{RUN}[5s]))",
    "failed share": f'sum(rate({FAILED}{{RUN,condition="nonzero"}}[5s])) / sum(rate({FAILED}{{RUN}}[5s]))',
    "bytes a second": "sum(rate(loadagent_data_received_bytes_total{RUN}[5s]))",
    "users": "sum(loadagent_vus{RUN})",
    "requests so far": "sum(loadagent_http_reqs_total{RUN})",
}
NATIVE = {
    "mean": f"histogram_sum(sum(rate({TREND}{{RUN}}[5s]))) / histogram_count(sum(rate({TREND}{{RUN}}[5s])))",
    **{f"p{q}": f"histogram_quantile(0.{q}, sum(rate({TREND}{{RUN}}[5s])))" for q in (50, 95, 99)},
}
VMRANGE = {
    "mean": f"sum(rate({TREND}_sum{{RUN}}[5s])) / sum(rate({TREND}_count{{RUN}}[5s]))",
    **{f"p{q}": f"histogram_quantile(0.{q}, sum(rate({TREND}_bucket{{RUN}}[5s])) by (vmrange))" for q in (50, 95, 99)},
}
# VictoriaMetrics prints the bounds of buckets with four digits, and rounds 2^-6 and 2^-7 the one way for remote write and
# the other for OTLP.
ROUNDED = 0.1
# Who is compared with whom, and how far apart percentiles may be: not at all where buckets are alike, and half a bucket
# of schema 3 and half of 5 where remote write chose the one and OTLP the other.
PROMETHEUS = (stores.RemoteWrite, {stores.PrometheusOtlp: 0}, NATIVE)
VICTORIA = (stores.VictoriaRemoteWrite, {stores.VictoriaOtlp: 4.4 + 1.1, stores.VictoriaOtlpNamed: ROUNDED}, VMRANGE)


def prove(sheet, options):
    rate, seconds = (300, 12) if options.quick else (1000, 60)
    path, version = programs.server("prometheus3")
    groups = [VICTORIA]
    if prometheus.takes_otlp(path):
        groups.append(PROMETHEUS)
    else:
        sheet.note(f"Prometheus {version} at hand was built without its OTLP receiver: not shown")
    kinds = [kind for one, others, _ in groups for kind in (one, *others)]
    rows = []
    with stores.started(*kinds) as those, Target("lognormal(30ms,0.5)", flags=["--errors", "5%"]) as target:
        for store in those:
            sheet.used(store.server.name, store.server.version)
        outs = [store.out() for store in those]
        with Generator(target.url, "--rate", rate, "-d", f"{seconds}s", outs=outs) as load:
            done = load.wait(seconds + 90)
        log = target.log()
        sheet.count("requests", done.requests(), log["total"])
        sheet.holds("outputs complete", all(one["complete"] for one in done.outputs()), done.outputs())
        for store in those:
            sheet.count(f"{store.name}: requests", store.stored(done.run_id).total, log["total"])
        span = (log["started_at_unix_ms"] / 1000, seconds)
        by_kind = dict(zip(kinds, those))
        for one, others, trends in groups:
            for other, error in others.items():
                pair = (by_kind[one], by_kind[other])
                alike(sheet, pair, done.run_id)
                for panel, query in {**PANELS, **trends}.items():
                    rows.append(compare(sheet, panel, query, pair, done.run_id, span, error if panel[0] == "p" else 0))
    sheet.table(["panel", "store", "points", "off by at most, %"], rows)


def alike(sheet, pair, run_id):
    """Sample by sample: the counter of requests has the same values at the same moments."""
    timelines = [store.stored(run_id).timeline for store in pair]
    sheet.holds(f"{pair[1].name}: samples of the counter", timelines[0] == timelines[1], f"{len(timelines[0])} moments")


def compare(sheet, panel, query, pair, run_id, span, error):
    one, other = (ask(store.server, query, run_id, span) for store in pair)
    label = f"{pair[1].name}: {panel}"
    sheet.holds(f"{label}: the same series and moments", one and shape(one) == shape(other), f"{shape(one)} {shape(other)}")
    offs = [
        100 * abs(value - other[labels][at]) / max(abs(value), 1e-12)
        for labels, values in one.items()
        for at, value in values.items()
        if at in other.get(labels, {})
    ]
    worst = max(offs, default=float("inf"))
    if error > ROUNDED:
        # Where few values lie far apart, a rank between two of them is a place between far buckets.
        sheet.bar(f"{label}: off by at most", worst, "<=", 2 * error, "%")
    else:
        sheet.holds(f"{label}: the same values", worst <= max(error, EXACT), f"off by {worst:.3g} %")
    return [panel, pair[1].name, len(offs), worst]


def shape(series):
    return {labels: len(values) for labels, values in series.items()}


def ask(server, query, run_id, span):
    started, seconds = span
    query = query.replace("{RUN", f'{{run_id="{run_id}"')
    # From a second in which all have begun to one before the load ends.
    asked = {"query": query, "start": round(started) + 6, "end": round(started) + seconds, "step": 1, "nocache": 1}
    answer = json.loads(ports.get(f"{server.base}/api/v1/query_range?{urllib.parse.urlencode(asked)}"))
    found = {}
    for one in answer["data"]["result"]:
        values = {round(float(at)): float(value) for at, value in one["values"]}
        found[tuple(sorted(one["metric"].items()))] = {at: value for at, value in values.items() if value == value}
    return found
