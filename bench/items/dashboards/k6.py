"""With `prefix=k6_`, what k6's own Prometheus dashboards (19665 and 18030) ask has answers.

Their queries are made of few forms over k6's names, put together here; `testid` is the label that they choose a run by.
"""

from lib import grafana, showcase
from lib.prometheus import Prometheus
from lib.sources import PromQl

TITLE = "dashboards: k6's own Prometheus dashboards show our runs"
TRENDS = ("http_req_duration", "http_req_blocked", "http_req_sending", "http_req_waiting", "http_req_receiving", "iteration_duration")
# There is no TLS here, as there is none in most of k6's own demonstrations: k6 then reports zeros.
ZERO_TRENDS = ("http_req_tls_handshaking",)
STATS = ("min", "max", "avg", "med", "p90", "p95", "p99")
COUNTERS = ("http_reqs", "data_sent", "data_received", "iterations")
RUN = 'testid=~"{run}"'


def gauges():
    """Of 19665: gauges of the last push, averaged over series, and in a table by request."""
    yield f"avg(k6_vus{{{RUN}}})"
    yield f"avg(round(k6_http_req_failed_rate{{{RUN}}}, 0.1) * 100)"
    yield f"round(k6_checks_rate{{{RUN}}}, 0.1)"
    for trend in (*TRENDS, *ZERO_TRENDS):
        for stat in STATS:
            yield f"avg(k6_{trend}_{stat}{{{RUN}}})"
    for expected in ("true", "false"):
        yield f'avg(k6_http_req_duration_p99{{{RUN}, expected_response="{expected}"}})'
    for stat in ("min", "max", "p95", "p99"):
        yield f"avg by (name, method, status) (k6_http_req_duration_{stat}{{{RUN}}})"


def counters():
    """Of both: rates over the last two samples, totals, and those of one outcome."""
    for counter in COUNTERS:
        yield f"sum(irate(k6_{counter}_total{{{RUN}}}[$__rate_interval]))"
    yield f"sum(k6_http_reqs_total{{{RUN}}})"
    yield f"avg(k6_dropped_iterations_total{{{RUN}}})"
    yield f"sum by (name, method, status) (k6_http_reqs_total{{{RUN}}})"
    for expected in ("true", "false"):
        yield f'sum(irate(k6_http_reqs_total{{{RUN}, expected_response="{expected}"}}[$__rate_interval]))'
        yield f'sum(k6_http_reqs_total{{{RUN}, expected_response="{expected}"}})'


def histograms():
    """Of 18030: quantiles of native histograms, with a `by (le)` that changes nothing."""
    for trend in (*TRENDS, *ZERO_TRENDS):
        for quantile in (0.5, 0.95, 0.99):
            yield f"histogram_quantile({quantile}, sum by (le) (rate(k6_{trend}_seconds{{{RUN}}}[$__rate_interval])))"
    yield f"histogram_quantile(0.95, sum by (name, method, status) (rate(k6_http_req_duration_seconds{{{RUN}}}[$__rate_interval])))"


def prove(sheet, options):
    with Prometheus() as prometheus:
        sheet.used("prometheus", prometheus.version)
        source = PromQl(prometheus.base)
        out = f"prometheus={prometheus.write_url}?prefix=k6_"
        store = showcase.Store("Prometheus", "prometheus", 1.1, prometheus, out, source)
        # Fails now and then, and drops no arrivals; stress drops some.
        for profile in ("soak", "stress"):
            shown = showcase.run(profile, [store], options.quick)
            listed = source.options("label_values(testid)", shown.window)
            sheet.holds(f"{profile}: the run can be chosen by testid", shown.run_id in listed, listed)
            for name, queries in (("gauges", gauges()), ("counters", counters()), ("histograms", histograms())):
                silent, asked = ask(source, shown, queries)
                sheet.count(f"{profile}: {name} of k6's dashboards without an answer, of {asked}", silent, [])
            total = source.instant(f'sum(last_over_time(k6_http_reqs_total{{testid="{shown.run_id}"}}[10m]))', shown.window)
            sheet.count(f"{profile}: requests", round(total.series[0].points[0][1]), shown.run.requests())


def ask(source, shown, queries):
    silent, asked = [], 0
    values = grafana.macros(shown.window, 1)
    for query in queries:
        asked += 1
        text = query.replace("{run}", shown.run_id).replace("$__rate_interval", values["__rate_interval"])
        answer = source.range(text, shown.window, 1)
        if not answer.points() or answer.infinite() == answer.points() or answer.remarks:
            silent.append(f"{query}: {answer.remarks or 'nothing'}")
    return silent, asked
