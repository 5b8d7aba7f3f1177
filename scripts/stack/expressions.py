"""Writes tests for `promtool test rules` from the expressions that stand in the boards, over series of known answers.

    python scripts/stack/expressions.py FOLDER

A board that no longer has the panel fails here, so that nothing stays untested because it was renamed.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

from lib import grafana  # noqa: E402

TIMES = "loadagent_http_req_response_time_seconds"
RUN = 'run_id="shown",scenario="s"'


class Known:
    """A store of which every variable is told beforehand."""

    kind = "prometheus"

    def __init__(self, values):
        self.values = values

    def options(self, query, window):
        # Bare, and as labels of a series: whichever the variable's regular expression looks for.
        return [form for value in self.values.values() for form in (value, f'{{run_id="{value}"}} 1 1000')]


class Told:
    """A board over the first so many seconds since 1970, its variables told."""

    def __init__(self, topic, seconds, start=0, **values):
        self.seconds = seconds
        board = next(one for one in grafana.boards("prometheus") if one.topic == topic)
        source = Known({"run_id": "shown", "base_run_id": "base", **values})
        known = {one["name"] for one in board.variables}
        chosen = {name: value for name, value in source.values.items() if name in known}
        self.asked = grafana.Asked(board, source, grafana.Window(start, seconds), chosen)

    def expression(self, title, legend=None):
        found = [
            grafana.text_of(target)
            for panel in self.asked.board.panels()
            if panel["title"] == title
            for target in panel["targets"]
            if legend in (None, target.get("legendFormat"))
        ]
        if not found:
            raise LookupError(f"{self.asked.board.name} has no panel {title!r}, {legend!r}")
        return self.asked.substitute(found[0], 1)

    def variable(self, name):
        query = next(one["query"]["query"] for one in self.asked.board.variables if one["name"] == name)
        return self.asked.substitute(query.removeprefix("query_result(").removesuffix(")"), None)

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
    counts, told = dict.fromkeys(range(first, last + 1), 0), []
    for one in per_second:
        for edge, count in one.items():
            counts[int(edge.hex().split("p")[1])] += count
        buckets = " ".join(str(count) for count in counts.values())
        told.append(f"{{{{schema:0 count:{sum(counts.values())} sum:1 offset:{first} buckets:[{buckets}]}}}}")
    return [{"series": f"{TIMES}{{{labels}}}", "values": " ".join(told)}]


def quantiles():
    """The one expression, over both forms of histograms: all of ten a second between a half and one."""
    told = Told("live", 60)
    p99 = told.expression("Response time", "p99")
    load = [{0.5: 0, 1.0: 10}] * 60
    # On a line in classic buckets: 0.5 + 0.99 * 0.5; by ratio in native ones: 2^-0.01.
    for name, histograms, right in (("classic", classic, 0.995), ("native", native, 0.99309)):
        yield f"p99 of the live board, {name}", histograms(load), told.between(p99, right - 0.001, right + 0.001)
    nothing = [{"expr": p99, "eval_time": "60s", "exp_samples": []}]
    yield "p99 of nothing is no point, not NaN", classic([{1.0: 0}] * 60), nothing


def recovery():
    """A burst from 40 s to 50 s; requests are slow until 60 s. Rates look back four seconds."""
    told = Told("spike", 120, window="5s", warmup="10s", resolution="1s", began="0", ended="119")
    load = [{2.0**-6: 10, 1.0: 0} if second < 40 or second >= 60 else {2.0**-6: 0, 1.0: 10} for second in range(120)]
    wanted = series(f"loadagent_target_rate{{{RUN}}}", [100 if 40 <= second < 50 else 10 for second in range(120)])
    tests = [
        *told.between(told.expression("Recovered after"), 10, 15),
        *told.between(told.expression("Disturbed for"), 20, 25),
        *told.between(told.expression("Usual p99"), 2**-7, 2**-6),
        *told.between(told.expression("Worst p99"), 0.5, 1, at=50),
    ]
    yield "recovery, classic", [*classic(load), wanted], tests
    yield "recovery, native", [*native(load), wanted], tests


def slope():
    """p99 grows on a line from 2 s to 3 s within ten minutes: 6 s an hour; 9 s are an hour away."""
    chosen = {"window": "15s", "warmup": "30s", "resolution": "1s", "began": "0", "ended": "599", "slo": "9"}
    told = Told("soak", 600, **chosen)
    load = []
    for second in range(600):
        part = 0.01 + 0.01 * second / 600  # of the way from 1 to 101
        low = (990 - 1000 * part) / (1 - part)
        load.append({1.0: low, 101.0: 1000 - low})
    yield "a slope, classic", classic(load), [
        *told.between(told.expression("p99 grows an hour"), 5.7, 6.3),
        *told.between(told.expression("p99, end over begin"), 1.4, 1.5),
        *told.between(told.expression("Hours to the objective"), 0.95, 1.05),
    ]
    level = told.expression("p99 grows an hour")
    yield "no slope, native", native([{1.0: 10}] * 600), told.between(level, -1e-6, 1e-6)
    yield "a step upwards, native", native([{1.0: 10, 2.0: 0} if second < 300 else {1.0: 0, 2.0: 10} for second in range(600)]), (
        told.between(level, 1, 20)
    )


def shift():
    """A base run from 3 s on, the shown one 600 s later, at 603 s: it is seen by itself, and its points lie over."""
    told = Told("compare", 700, start=580, began="603", base_began="10", shift="600", resolution="1s", history="1d")
    runs = [
        series(f'loadagent_run_info{{run_id="{run}",profile="p",version="1"}}', [1] * 60)
        | {"values": f"_x{start} 1x59 stale"}
        for run, start in (("base", 3), ("shown", 603))
    ]
    loads = [
        {"series": f'loadagent_http_reqs_total{{run_id="{run}",scenario="s"}}', "values": f"_x{start} 0+{rate}x59"}
        for run, start, rate in (("base", 3, 5), ("shown", 603, 7))
    ]
    yield "the shift of a comparison, and what it moves", [*runs, *loads], [
        *told.between(told.variable("began"), 603, 603),
        *told.between(told.variable("base_began"), 3, 13),
        *told.between(told.variable("shift"), 600, 600),
        *told.between(told.expression("Requests a second", "requests"), 6.99, 7.01, at=640),
        *told.between(told.expression("Requests a second", "base requests"), 4.99, 5.01, at=640),
    ]


def main():
    folder = pathlib.Path(sys.argv[1])
    try:
        for group in (quantiles, recovery, slope, shift):
            tests = [
                {"name": name, "interval": "1s", "input_series": given, "promql_expr_test": asked} for name, given, asked in group()
            ]
            document = {"evaluation_interval": "1s", "tests": tests}
            (folder / f"{group.__name__}.yml").write_text(json.dumps(document) + "\n")  # JSON is YAML
            print(f"  {group.__name__}: {len(tests)} tests of expressions")
    except (LookupError, StopIteration) as missing:
        print(f"  {missing}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
