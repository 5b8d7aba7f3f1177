"""Runs of bundled suites against a practice target, whose own log says what was requested."""

import collections
import json
import math

from lib import generator
from lib.target import Target

# Answers of language models as short as those of a test should be; every request is kept.
FLAGS = ["--journal", "20000", "--llm-gap", "1ms", "--llm-tokens", "10"]
# Below this chance a mix is not that of the suite.
LEAST_CHANCE = 0.001
SEED = 7


class Ran:
    """A run of a suite and what the target saw."""

    def __init__(self, run, log):
        self.run, self.log = run, log
        self.code = run.finished.code
        self.requests = log.get("requests", [])

    def count(self, path, method=None):
        if method is None:
            return self.log["routes"].get(path, {}).get("total", 0)
        return sum(one["method"] == method and one["path"].split("?")[0] == path for one in self.requests)

    def bodies(self, path):
        """JSON bodies that were sent to a path."""
        return [json.loads(one["body"]) for one in self.requests if one["path"].split("?")[0] == path]

    def missed(self):
        """Thresholds that failed, as `metric: condition`."""
        metrics = self.run.summary.get("metrics", {})
        return {
            f"{key}: {condition}"
            for key, metric in metrics.items()
            for condition, result in metric.get("thresholds", {}).items()
            if not result["ok"]
        }

    def tail(self):
        return self.run.finished.stdout[-1500:] + self.run.finished.stderr[-1500:]


def run(name, variables, *flags, target=(), latency="1ms", timeout=300, core=None):
    """Runs a suite; `variables` maps the names of its URLs to their paths."""
    with Target(latency, flags=[*FLAGS, *target]) as server:
        base = server.url.rstrip("/")
        urls = [word for variable, path in variables.items() for word in ("-e", f"{variable}={base}{path}")]
        options = {} if core is None else {"core": core}
        ran = generator.run(name, *urls, "--seed", SEED, *flags, timeout=timeout, **options)
        return Ran(ran, server.log())


def reaches(sheet, ran, paths):
    """Every route was requested."""
    missing = sorted(path for path in paths if ran.count(path) == 0)
    sheet.holds("every route is reached", not missing, f"missing: {missing}" if missing else f"{len(paths)} routes")


def has_mix(sheet, name, counts, weights):
    """Pearson's chi-square test of counts against the shares of a suite."""
    total, whole = sum(counts.values()), sum(weights.values())
    expected = {key: total * weight / whole for key, weight in weights.items()}
    statistic = sum((counts.get(key, 0) - mean) ** 2 / mean for key, mean in expected.items()) if total else math.inf
    chance = survival(statistic, len(weights) - 1) if total else 0.0
    strangers = sorted(str(key) for key in counts if key not in weights)
    shown = ", ".join(f"{key} {counts.get(key, 0)} of {mean:.0f}" for key, mean in expected.items())
    sheet.holds(f"mix of {name}", chance > LEAST_CHANCE and not strangers, f"p = {chance:.3f}: {shown} {strangers or ''}".strip())


def survival(statistic, degrees):
    """The chance of a chi-square statistic at least this large: the regularized upper incomplete gamma function."""
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, 1000):
            term *= x / (a + step)
            total += term
        return max(0.0, 1 - total * scale)
    # Lentz's continued fraction.
    b, c, d = x + 1 - a, 1e300, 1 / (x + 1 - a)
    fraction = d
    for step in range(1, 1000):
        factor = -step * (step - a)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        fraction *= d * c
    return fraction * scale


def has_data(sheet, ran, metrics):
    """Each of the suite's metrics has samples."""
    known = ran.run.summary.get("metrics", {})
    missing = sorted(name for name in metrics if name not in known)
    sheet.holds("every metric has data", not missing, f"missing: {missing}" if missing else f"{len(metrics)} metrics")


def passes(sheet, name, ran):
    sheet.holds(f"{name}: exit code 0", ran.code == 0, "" if ran.code == 0 else f"{ran.code}: {ran.tail()}")


def misses(sheet, name, ran, thresholds):
    """On a degraded target, exactly these thresholds fail."""
    sheet.count(f"{name}: exit code on a degraded target", ran.code, 99)
    missed = ran.missed()
    sheet.holds(f"{name}: exactly the right thresholds", missed == set(thresholds), f"{len(missed)}: {sorted(missed ^ set(thresholds))}")


def tally(values):
    return dict(collections.Counter(values))
