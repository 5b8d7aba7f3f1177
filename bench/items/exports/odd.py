"""Generated runs with odd names, tags, metrics of their own and values, into every output at once: what a metric adds up to over
all of its series is the same in each of them and in `summary.json`.

A tag may have the name and the value of one of the run's, and names may be such as a receiver rewrites: then series that are two
must stay two.
"""

import contextlib
import csv
import json
import random

from lib import server
from lib.generator import Generator
from lib.influx import InfluxDB
from lib.nginx import Nginx
from lib.prometheus import Prometheus
from lib.victoria import Victoria

TITLE = "Odd names, tags and values: equal totals in every output"
TAGS = ("team", "_a", "key_a", "duplicate", "value", "tag_value", "Team", "job")
VALUES = ("a", "b", "a&b", "a=b", "a&team=b", "a\\", "a,b", "a b", 'ü "q"', "1", "%26", "🚀", "x" * 200)
NAMES = ("GET /", 'get, "it"', "a\\", "a\\n", "naïve & co", "{x}", "other", "# no comment", "a=b c")
METRICS = {"jobs": "counter", "took": "trend", "fine": "rate"}
NUMBERS = (0, 1, 0.03, 2.5, 1e-6, 123456.75, 7)
# Sums of floats in another order.
CLOSE = 1e-9


def prove(sheet, options):
    runs = 4 if options.quick else 200
    draw = random.Random(12)
    with contextlib.ExitStack() as stack:
        nginx = stack.enter_context(Nginx())
        folder = stack.enter_context(server.folder("odd"))
        remote, classic = stack.enter_context(Prometheus()), stack.enter_context(Prometheus("prometheus", native=False))
        victoria, otlp = stack.enter_context(Victoria()), stack.enter_context(Victoria())
        influx = stack.enter_context(InfluxDB())
        for name, one in (("nginx", nginx), ("prometheus3", remote), ("prometheus", classic), ("victoria", victoria), ("influxdb", influx)):
            sheet.used(name, one.version)
        outs = [
            f"prometheus={remote.write_url}?stale_markers=off",
            f"prometheus={classic.write_url}?stale_markers=off",
            f"prometheus={victoria.write_url}",
            f"otlp={otlp.base}/opentelemetry",
            f"influxdb={influx.base}/{influx.database}",
            f"influxdb={influx.base}/{influx.database}?mode=raw&prefix=raw_",
        ]
        wrong, checked = [], 0
        for number in range(runs):
            profile = folder / "odd.json"
            profile.write_text(json.dumps(generated(draw, nginx.url)))
            files = [f"json={folder}/out.json", f"csv={folder}/out.csv"]
            words = ["--tag", f"{draw.choice(TAGS)}={draw.choice(VALUES)}", "--drain", "20s"]
            with Generator(profile, *words, outs=outs + files) as started:
                done = started.wait(60)
            expected = of_summary(done)
            found = {
                "Prometheus 3": of_counters(lambda metric: remote.last_samples(metric, done.run_id)),
                "Prometheus 2": of_counters(lambda metric: classic.last_samples(metric, done.run_id)),
                "VictoriaMetrics, remote write": of_counters(lambda metric: last_of(victoria, metric, done.run_id)),
                "VictoriaMetrics, OTLP": of_counters(lambda metric: last_of(otlp, metric, done.run_id)),
                "InfluxDB, aggregate": of_aggregate(influx, done.run_id),
                "InfluxDB, raw": of_raw(influx, done.run_id),
                "JSON": of_json(folder / "out.json"),
                "CSV": of_csv(folder / "out.csv"),
            }
            if done.finished.code not in (0, 99):
                wrong.append((number, "exit code", done.finished.code, done.finished.stderr[-300:]))
            for output, totals in found.items():
                # CSV has six digits, as k6's has.
                slack = 1e-5 if output == "CSV" else CLOSE
                for metric, value in expected.items():
                    checked += 1
                    if abs(totals.get(metric, 0) - value) > slack * max(1, abs(value)):
                        wrong.append((number, output, metric, totals.get(metric, 0), value))
        sheet.count("totals that differ from the summary", len(wrong), 0)
        sheet.holds("first differences", not wrong, wrong[:10])
        sheet.count("generated runs", runs, runs)
        sheet.figure("totals that were compared", checked)


def generated(draw, url):
    def tags():
        return {draw.choice(TAGS): draw.choice(VALUES) for _ in range(draw.randrange(4))}

    def step():
        if draw.random() < 0.5:
            return {"get": url, "name": draw.choice(NAMES), "tags": tags()}
        samples = {"jobs": draw.choice(NUMBERS), "took": draw.choice(NUMBERS), "fine": draw.randrange(2)}
        return {"metric": samples, "tags": tags()}

    def scenario():
        flow = [{"get": url, "name": draw.choice(NAMES)}, *(step() for _ in range(draw.randrange(1, 6)))]
        load = {"executor": "per-vu-iterations", "vus": draw.randrange(1, 4), "iterations": draw.randrange(1, 4)}
        return {**load, "tags": tags(), "flow": flow}

    return {"name": "odd", "metrics": METRICS, "scenarios": {f"s{n}": scenario() for n in range(draw.randrange(1, 4))}}


def of_summary(done):
    metrics = done.summary["metrics"]
    totals = {"http_reqs": metrics["http_reqs"]["values"]["count"]}
    if "jobs" in metrics:
        totals["jobs"] = metrics["jobs"]["values"]["count"]
    if "fine" in metrics:
        totals["fine"] = metrics["fine"]["values"]["passes"] + metrics["fine"]["values"]["fails"]
    return totals


def of_counters(last):
    return {metric: sum(last(f"loadagent_{metric}_total")) for metric in ("http_reqs", "jobs", "fine")}


def last_of(victoria, metric, run_id):
    series = victoria.raw(f'{metric}{{run_id="{run_id}"}}')
    return [samples[max(samples)] for _, samples in series]


def of_aggregate(influx, run_id):
    def total(metric, field):
        found = influx.query(f'SELECT last("{field}") AS n FROM "{metric}" WHERE "run_id" = \'{run_id}\' GROUP BY *')
        return sum(one["values"][-1][one["columns"].index("n")] for one in found)

    return {"http_reqs": total("http_reqs", "total"), "jobs": total("jobs", "total"), "fine": total("fine", "total_count")}


def of_raw(influx, run_id):
    def total(metric, function):
        found = influx.rows(f'SELECT {function}("value") AS n FROM "raw_{metric}" WHERE "run_id" = \'{run_id}\'')
        return found[0]["n"] if found else 0

    return {"http_reqs": total("http_reqs", "sum"), "jobs": total("jobs", "sum"), "fine": total("fine", "count")}


def added(samples):
    totals = {"http_reqs": 0, "jobs": 0, "fine": 0}
    for metric, value in samples:
        if metric in totals:
            totals[metric] += 1 if metric == "fine" else value
    return totals


def of_json(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return added((line["metric"], line["data"]["value"]) for line in lines if line["type"] == "Point")


def of_csv(path):
    with path.open(newline="") as opened:
        return added((row["metric_name"], float(row["metric_value"])) for row in csv.DictReader(opened))
