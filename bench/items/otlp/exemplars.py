"""Exemplars lead to spans that exist; the sampled share, the cap and the times are as configured."""

import datetime
import json
import math
import time
import urllib.parse

from lib import cost, generator, otlp, ports, programs, stats, traced
from lib.generator import Generator
from lib.nginx import Nginx
from lib.prometheus import Prometheus
from lib.receiver import Receiver
from lib.target import Target

TITLE = "traces: exemplars, share, cap, times and cost"
METRICS = {"loadagent_http_req_duration_seconds": "duration", "loadagent_http_req_response_time_seconds": "response"}


def prove(sheet, options):
    rate, seconds = (300, 8) if options.quick else (1000, 60)
    sheet.used("opentelemetry-proto", programs.server("otlpproto")[1])
    exemplars(sheet, rate, seconds)
    cap(sheet, rate, seconds)
    times(sheet, rate, seconds)
    if not options.quick:
        price(sheet, options)


def exemplars(sheet, rate, seconds):
    ratio = 0.1
    with traced.Spans() as spans, Receiver(keep_bodies=True) as metrics, Prometheus() as prometheus:
        sheet.used("prometheus", prometheus.version)
        with Target("lognormal(30ms,0.7)") as target:
            words = ["--rate", rate, "-d", f"{seconds}s", *spans.words(ratio, 10 * rate)]
            with Generator(target.url, *words, prometheus=prometheus, outs=[f"otlp={metrics.base}"]) as load:
                done = load.wait(seconds + 60)
        stored = {name: ask(prometheus, name, done.run_id, seconds) for name in METRICS}
        received, facts = spans.received(), otlp.read(metrics, "otlp_facts")
    sheet.holds("outputs complete", all(one["complete"] for one in done.outputs()), done.outputs())
    share(sheet, len(traced.iterations(received)), int(done.value("iterations", "count")), ratio)
    by_trace = {span["trace"]: span for span in traced.requests(received)}
    rows = []
    for name, field in METRICS.items():
        by_wire = {
            "Prometheus, remote write": [(one["labels"]["trace_id"], float(one["value"])) for one in stored[name]],
            "OTLP": [(one["trace"], one["value"]) for one in facts["exemplars"] if one["name"] == name],
        }
        for wire, found in by_wire.items():
            rows.append([name, wire, len(found), *judge(sheet, f"{wire}: {field}", found, by_trace, field, seconds)])
    sheet.holds("every OTLP point and exemplar is sound", not facts["errors"], facts["errors"])
    sheet.table(["metric", "wire", "exemplars", "spans", "slowest, s"], rows)


def ask(prometheus, name, run_id, seconds):
    asked = {"query": f'{name}{{run_id="{run_id}"}}', "start": time.time() - seconds - 120, "end": time.time() + 60}
    answer = json.loads(ports.get(f"{prometheus.base}/api/v1/query_exemplars?{urllib.parse.urlencode(asked)}"))
    return [exemplar for one in answer["data"] for exemplar in one["exemplars"]]


def judge(sheet, label, found, by_trace, field, seconds):
    unknown = [trace for trace, _ in found if trace not in by_trace]
    sheet.count(f"{label}: exemplars whose trace was not exported", len(unknown), 0)
    sheet.holds(f"{label}: there is one for nearly every second", len(found) >= seconds - 2, len(found))
    known = [(value, of(by_trace[trace], field)) for trace, value in found if trace in by_trace]
    off = [pair for pair in known if abs(pair[0] - pair[1]) > 1e-9]
    sheet.holds(f"{label}: their values are the times of the spans", not off, off[:3])
    slowest = max(of(span, field) for span in by_trace.values())
    sheet.holds(f"{label}: the slowest sampled request is among them", any(abs(value - slowest) < 1e-9 for value, _ in known), slowest)
    return len(by_trace), slowest


def of(span, field):
    return span["duration_ns"] / 1e9 if field == "duration" else span["attributes"]["loadagent.response_time"]


def share(sheet, sampled, iterations, ratio):
    # Six standard deviations: missed once in half a milliard runs.
    bound = 6 * math.sqrt(iterations * ratio * (1 - ratio))
    off = abs(sampled - ratio * iterations)
    sheet.holds("sampled share", off <= bound, f"{sampled} of {iterations}, wanted {ratio:.0%}, off by {off:.0f}, bound {bound:.0f}")


def cap(sheet, rate, seconds):
    most = 20
    with traced.Spans() as spans, Target("5ms") as target:
        with Generator(target.url, "--rate", rate, "-d", f"{seconds}s", *spans.words(1, most)) as load:
            done = load.wait(seconds + 60)
        received = traced.iterations(spans.received())
    begin = round(datetime.datetime.fromisoformat(done.summary["loadagent"]["started_at"]).timestamp() * 1000) * 10**6
    by_second = {}
    for span in received:
        second = (span["start_ns"] - begin) // 10**9
        by_second[second] = by_second.get(second, 0) + 1
    sheet.holds("the cap is never passed", max(by_second.values()) <= most, f"{max(by_second.values())} in a second (at most {most})")
    sheet.holds("and is used", len(received) >= most * (seconds - 1), f"{len(received)} in {seconds} s")


def times(sheet, rate, seconds):
    with traced.Spans() as spans, Target("lognormal(5ms,0.5)", flags=["--errors", "5%"]) as target:
        with Generator(target.url, "--rate", rate, "-d", f"{seconds}s", *spans.words(1, 10 * rate)) as load:
            done = load.wait(seconds + 60)
        received = traced.requests(spans.received())
    served = done.requests()
    sheet.count("every request is a span", len(received), served)
    summed, metric = sum(span["duration_ns"] for span in received) / 1e6, done.value("http_req_duration", "avg") * served
    sheet.holds("durations of spans are those of the metric", abs(summed / metric - 1) < 1e-9, f"{summed:.6f} ms and {metric:.6f} ms")
    errors = [span for span in received if "error.type" in span["attributes"]]
    sheet.count("spans with an error", len(errors), int(done.value("http_req_failed", "passes", absent=0)))


def price(sheet, options):
    """In adjacent pairs: without traces, with a hundredth."""
    rows, ratios = {"off": [], "1 %": []}, []
    with Nginx() as nginx, traced.Spans() as spans:
        for _ in range(options.pairs):
            pair = {}
            for name, words in (("off", []), ("1 %", spans.words(0.01, 1000))):
                words = [nginx.url, "--rate", 10_000, "-d", "8s", *words]
                done, served = nginx.counted(lambda: generator.run(*words, timeout=120))
                pair[name] = cost.of(done.finished, served)
                rows[name].append(pair[name])
            ratios.append(pair["1 %"].us / pair["off"].us)
    sheet.table(["", *cost.HEADINGS], [cost.row(name, costs) for name, costs in rows.items()])
    sheet.bar("CPU with 1 % sampled over without traces", stats.median(ratios).value, "<=", 1.03)
    sheet.figure("pairs", str(stats.median(ratios)))
