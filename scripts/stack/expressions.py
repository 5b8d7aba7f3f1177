"""Writes tests for `promtool test rules` from the expressions of the dashboards, over series with known results.

    python scripts/stack/expressions.py FOLDER

A dashboard that no longer has a panel fails here: a renamed panel does not become untested.
"""

import json
import pathlib
import re
import sys

DASHBOARDS = pathlib.Path(__file__).resolve().parents[2] / "dashboards" / "prometheus"
TIMES = "loadagent_http_req_response_time_seconds"
RUN = 'run_id="shown",scenario="s"'
RATE_INTERVAL = "4s"  # Grafana's: four times the push interval of a second


class Dashboard:
    """A dashboard over a time range, with values for its variables."""

    def __init__(self, topic, seconds, start=0, **values):
        self.topic, self.seconds = topic, seconds
        self.json = json.loads((DASHBOARDS / f"{topic}.json").read_text())
        self.variables = {one["name"]: one for one in self.json["templating"]["list"]}
        defaults = {name: default(one) for name, one in self.variables.items()}
        length = f"{seconds - start}s"
        macros = {"__range": length, "__interval": "1s", "__rate_interval": RATE_INTERVAL}
        self.values = {**defaults, "run_id": "shown", "base_run_id": "base", **values, **macros}

    def expression(self, title, legend=None):
        found = [
            target["expr"]
            for panel in self.json["panels"]
            if panel["title"] == title
            for target in panel.get("targets", [])
            if legend in (None, target.get("legendFormat"))
        ]
        if not found:
            raise LookupError(f"{self.topic} has no panel {title!r}, {legend!r}")
        return self.substitute(found[0])

    def variable(self, name):
        query = self.variables[name]["query"]["query"]
        return self.substitute(query.removeprefix("query_result(").removesuffix(")"))

    def substitute(self, text):
        def replace(found):
            name = found["braced"] or found["bare"]
            if self.values.get(name) is None:
                raise LookupError(f"{self.topic}: no value for ${name} in {text}")
            return self.values[name]

        # `$1` is a group of a regular expression, which Grafana does not replace.
        return re.sub(r"\$\{(?P<braced>\w+)\}|\$(?P<bare>[A-Za-z_]\w*)", replace, text)

    def between(self, expression, low, high, at=None):
        """The expression has one value, and it lies between."""
        return [
            {"expr": f"({expression}) {sign} bool {bound}", "eval_time": f"{at or self.seconds}s", "exp_samples": [{"labels": "{}", "value": 1}]}
            for sign, bound in ((">=", low), ("<=", high))
        ]


def series(name, values):
    return {"series": name, "values": " ".join(f"{value:.9g}" for value in values)}


def summed(increments):
    total, found = 0, []
    for one in increments:
        total += one
        found.append(total)
    return found


def classic(per_second, labels=RUN):
    """Classic buckets; `per_second` is [{upper edge: how many}], not cumulative over edges."""
    edges = sorted({edge for one in per_second for edge in one})
    found = []
    for edge in [*edges, float("inf")]:
        below = [sum(count for upper, count in one.items() if upper <= edge) for one in per_second]
        le = "+Inf" if edge == float("inf") else f"{edge:g}"
        found.append(series(f'{TIMES}_bucket{{{labels},le="{le}"}}', summed(below)))
    return found


def native(per_second, labels=RUN):
    """Native histograms of schema 0: an upper edge is a power of two."""
    indexes = sorted({edge.hex().split("p")[1] for one in per_second for edge in one}, key=int)
    first, last = int(indexes[0]), int(indexes[-1])
    counts, samples = dict.fromkeys(range(first, last + 1), 0), []
    for one in per_second:
        for edge, count in one.items():
            counts[int(edge.hex().split("p")[1])] += count
        buckets = " ".join(str(count) for count in counts.values())
        samples.append(f"{{{{schema:0 count:{sum(counts.values())} sum:1 offset:{first} buckets:[{buckets}]}}}}")
    return [{"series": f"{TIMES}{{{labels}}}", "values": " ".join(samples)}]


def quantiles():
    """One expression, over both forms of histograms: all of ten a second between a half and one."""
    dashboard = Dashboard("live", 60)
    p99 = dashboard.expression("Response time", "p99")
    load = [{0.5: 0, 1.0: 10}] * 60
    # On a line in classic buckets: 0.5 + 0.99 * 0.5; by ratio in native ones: 2^-0.01.
    for name, histograms, right in (("classic", classic, 0.995), ("native", native, 0.99309)):
        yield f"p99 of the live dashboard, {name}", histograms(load), dashboard.between(p99, right - 0.001, right + 0.001)
    nothing = [{"expr": p99, "eval_time": "60s", "exp_samples": []}]
    yield "p99 of nothing is no point, not NaN", classic([{1.0: 0}] * 60), nothing


def run_info(seconds, start=0, run="shown"):
    """A heartbeat a second, then nothing."""
    return series(f'loadagent_run_info{{run_id="{run}",profile="p",version="1"}}', []) | {"values": f"_x{start} 1x{seconds - 1} stale"}


def recovery():
    """A burst from 40 s to 50 s; requests are slow until 60 s, and one late second, which counts as degraded only."""
    dashboard = Dashboard("spike", 120, window="5s", warmup="10s", resolution="1s", began="0", ended="119")
    slow = {*range(40, 60), 90}
    load = [{2.0**-6: 0, 1.0: 10} if second in slow else {2.0**-6: 10, 1.0: 0} for second in range(120)]
    wanted = series(f"loadagent_target_rate{{{RUN}}}", [100 if 40 <= second < 50 else 10 for second in range(120)])
    tests = [
        # Rates look back four seconds.
        *dashboard.between(dashboard.expression("Recovery time"), 10, 15),
        *dashboard.between(dashboard.expression("Degraded for"), 23, 31),
        *dashboard.between(dashboard.expression("Baseline p99"), 2**-7, 2**-6),
        *dashboard.between(dashboard.expression("Peak p99"), 0.5, 1, at=50),
    ]
    yield "recovery, classic", [*classic(load), wanted, run_info(120)], tests
    yield "recovery, native", [*native(load), wanted, run_info(120)], tests
    never = [{2.0**-6: 10, 1.0: 0} if second < 40 else {2.0**-6: 0, 1.0: 10} for second in range(120)]
    nothing = [{"expr": dashboard.expression("Recovery time"), "eval_time": "120s", "exp_samples": []}]
    yield "no recovery", [*native(never), wanted, run_info(120)], nothing


def slope():
    """p99 grows on a line from 2 s to 3 s within ten minutes: 6 s an hour; 9 s are an hour away."""
    chosen = {"window": "15s", "warmup": "30s", "resolution": "1s", "began": "0", "ended": "599", "slo": "9"}
    dashboard = Dashboard("soak", 600, **chosen)
    load = []
    for second in range(600):
        part = 0.01 + 0.01 * second / 600  # of the way from 1 to 101
        low = (990 - 1000 * part) / (1 - part)
        load.append({1.0: low, 101.0: 1000 - low})
    yield "a slope, classic", [*classic(load), run_info(600)], [
        *dashboard.between(dashboard.expression("p99 growth per hour"), 5.7, 6.3),
        *dashboard.between(dashboard.expression("p99, last / first window"), 1.4, 1.5),
        *dashboard.between(dashboard.expression("Hours to SLO breach"), 0.95, 1.05),
    ]
    level = dashboard.expression("p99 growth per hour")
    yield "no slope, native", [*native([{1.0: 10}] * 600), run_info(600)], dashboard.between(level, -1e-6, 1e-6)
    step = native([{1.0: 10, 2.0: 0} if second < 300 else {1.0: 0, 2.0: 10} for second in range(600)])
    yield "a step upwards, native", [*step, run_info(600)], dashboard.between(level, 1, 20)


def steady():
    """Ten a second for 200 s, from ramp to ramp; then the dashboard shows it for another 100 s."""
    dashboard = Dashboard("soak", 310, window="15s", warmup="30s", resolution="1s", began="0", ended="199")
    wanted = [*range(1, 11), *[10] * 180, *range(10, 0, -1)]
    stale = {"values": " ".join(map(str, wanted)) + " stale"}
    given = [
        run_info(200),
        series(f"loadagent_target_rate{{{RUN}}}", []) | stale,
        series(f"loadagent_iterations_total{{{RUN}}}", []) | {"values": " ".join(map(str, summed(wanted))) + " stale"},
    ]
    share = dashboard.expression("Delivered load over time")
    yield "steadiness of a steady load", given, [
        *dashboard.between(dashboard.expression("Rate variation"), 0, 0.1),
        *(one for second in range(40, 200, 10) for one in dashboard.between(share, 0.95, 1.05, at=second)),
        *({"expr": share, "eval_time": f"{second}s", "exp_samples": []} for second in (10, 205, 300)),
    ]


def stages():
    """A stage of 22 s and one of 8 s, pushed every two seconds, on a dashboard whose resolution is coarser."""
    dashboard = Dashboard("stress", 60, resolution="10s", began="0", ended="28")
    pushes = [("a", [1] * 11 + [0] * 4), ("b", [0] * 11 + [1] * 4)]
    given = [run_info(1) | {"values": "1 _ " * 15}]
    for stage, values in pushes:
        text = " _ ".join(map(str, values)) + " _ stale"
        given.append({"series": f'loadagent_stage_active{{{RUN},stage="{stage}"}}', "values": text})
    expression = dashboard.expression("Stages", "Seconds")
    right = [{"labels": f'{{scenario="s",stage="{stage}"}}', "value": value} for stage, value in (("a", 22), ("b", 8))]
    yield "seconds of stages", given, [{"expr": expression, "eval_time": "58s", "exp_samples": right}]


def results_valid():
    """Dropped and late within the bounds of the verdict, then beyond; and a closed model, which has no schedule lag."""
    dashboard = Dashboard("generator", 60)
    expression = dashboard.expression("Results valid")

    def counted(name, total):
        return {"series": f"loadagent_{name}_total{{{RUN}}}", "values": f"{total}x60"}

    def late(seconds):
        """A hundred lags, all below so many seconds and above half of that."""
        return [
            {"series": f'loadagent_schedule_lag_seconds_bucket{{{RUN},le="{le}"}}', "values": f"{count}x60"}
            for le, count in ((seconds / 2, 0), (seconds, 100), ("+Inf", 100))
        ]
    for name, dropped, given, right in (
        ("valid, though not perfect", 9, late(0.09), 1),
        ("too many dropped", 11, late(0.09), 0),
        ("closed model", 0, [], 1),
        ("too late", 0, late(0.2), 0),
    ):
        known = [counted("iterations", 991), counted("dropped_iterations", dropped), *given]
        yield f"results valid: {name}", known, dashboard.between(expression, right, right)


def shift():
    """A baseline run from 3 s on, the selected one 600 s later, at 603 s: its own points are found and shifted."""
    known = {"about_began": "610", "began": "603", "base_began": "10", "shift": "600", "resolution": "10s", "history": "1d"}
    dashboard = Dashboard("compare", 700, start=580, **known)
    runs = [run_info(60, start, run) for run, start in (("base", 3), ("shown", 603))]
    loads = [
        {"series": f'loadagent_http_reqs_total{{run_id="{run}",scenario="s"}}', "values": f"_x{start} 0+{rate}x59"}
        for run, start, rate in (("base", 3, 5), ("shown", 603, 7))
    ]
    yield "the shift of a comparison, and what it moves", [*runs, *loads], [
        *dashboard.between(dashboard.variable("about_began"), 603, 613),
        *dashboard.between(dashboard.variable("began"), 603, 603),
        *dashboard.between(dashboard.variable("base_began"), 3, 13),
        *dashboard.between(dashboard.variable("shift"), 600, 600),
        *dashboard.between(dashboard.expression("Request rate", "requests"), 6.99, 7.01, at=640),
        *dashboard.between(dashboard.expression("Request rate", "baseline requests"), 4.99, 5.01, at=640),
    ]


def run_times():
    """A run from 67 s to 186 s, on a dashboard that looks for it once a minute."""
    dashboard = Dashboard("soak", 400, resolution="1m", about_began="120", about_ended="180")
    yield "start and end to a second", [run_info(120, 67)], [
        *dashboard.between(dashboard.variable("about_began"), 67, 127),
        *dashboard.between(dashboard.variable("about_ended"), 126, 186),
        *dashboard.between(dashboard.variable("began"), 67, 67),
        *dashboard.between(dashboard.variable("ended"), 186, 186),
    ]


def main():
    folder = pathlib.Path(sys.argv[1])
    try:
        for group in (quantiles, recovery, slope, steady, stages, results_valid, shift, run_times):
            tests = [
                {"name": name, "interval": "1s", "input_series": given, "promql_expr_test": expected} for name, given, expected in group()
            ]
            document = {"evaluation_interval": "1s", "tests": tests}
            (folder / f"{group.__name__}.yml").write_text(json.dumps(document) + "\n")  # JSON is YAML
            print(f"  {group.__name__}: {len(tests)} tests of expressions")
    except (LookupError, StopIteration) as missing:
        print(f"  {missing}")
        return 1
    return 0


def default(variable):
    """The value of a variable without a choice; None if only a data source knows it."""
    if variable["type"] == "custom":
        return variable["query"].split(",")[0]
    if variable["type"] == "textbox":
        return variable["query"]
    return variable.get("allValue")


if __name__ == "__main__":
    sys.exit(main())
