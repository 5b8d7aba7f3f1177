"""Stores as Grafana's data sources: a query and a span in, series out, with all that the store remarked.

Values are floats, or text where a column holds text; a point that is no number is left out here, as Grafana shows none.
"""

import dataclasses
import json
import re
import urllib.error
import urllib.parse

from lib import ports


@dataclasses.dataclass
class Series:
    name: str  # of the column or metric
    labels: dict
    points: list  # (seconds since the epoch, value)
    buckets: list = dataclasses.field(default_factory=list)  # of native histograms: (seconds, [(low, high, count)])


@dataclasses.dataclass
class Answer:
    series: list
    remarks: list  # warnings and infos; an error is raised

    def points(self):
        return sum(len(one.points) for one in self.series)

    def infinite(self):
        """Points that are not finite numbers: a graph would show a hole or nothing at all."""
        values = [value for one in self.series for _, value in one.points if isinstance(value, float)]
        return sum(1 for value in values if value != value or value in (float("inf"), float("-inf")))


class Refused(Exception):
    """The store called the query wrong."""


class PromQl:
    kind = "prometheus"

    def __init__(self, base):
        self.base = base

    def range(self, query, window, step):
        # Grafana rounds the ends to the step, so that a graph does not shiver.
        start, end = int(window.start // step * step), int(window.end // step * step)
        body = self._ask("query_range", query=query, start=start, end=end, step=step)
        return self._answer(body, lambda one: one.get("values", []))

    def instant(self, query, window):
        body = self._ask("query", query=query, time=f"{window.end:.3f}")
        if body["data"]["resultType"] == "scalar":
            at, value = body["data"]["result"]
            return Answer([Series("", {}, [(at, float(value))])], remarks(body))
        return self._answer(body, lambda one: [one["value"]] if "value" in one else one.get("values", []))

    def options(self, query, window):
        """Values of a variable."""
        listed = re.fullmatch(r"label_values\((?:(?P<of>.+),\s*)?(?P<label>\w+)\)", query.strip())
        if listed:
            match = {"match[]": listed["of"]} if listed["of"] else {}
            return self._ask(f"label/{listed['label']}/values", start=window.start, end=window.end, **match)["data"]
        result = re.fullmatch(r"query_result\((?P<query>.+)\)", query.strip(), re.DOTALL)
        if not result:
            raise Refused(f"no variable query that is known here: {query}")
        body = self._ask("query", query=result["query"], time=f"{window.end:.3f}")
        if body["data"]["resultType"] == "scalar":
            return [f"{float(body['data']['result'][1]):.15g}"]
        return [as_text(one) for one in self._answer(body, lambda one: [one["value"]]).series]

    def _ask(self, path, **parameters):
        asked = urllib.parse.urlencode({**parameters, "nocache": 1})
        try:
            return json.loads(ports.get(f"{self.base}/api/v1/{path}?{asked}", timeout=60))
        except urllib.error.HTTPError as refusal:
            raise Refused(refusal.read().decode()[:500]) from None

    @staticmethod
    def _answer(body, values_of):
        found = []
        for one in body["data"]["result"]:
            labels = dict(one["metric"])
            name = labels.pop("__name__", "")
            points = [(float(at), float(value)) for at, value in values_of(one)]
            histograms = [*one.get("histograms", []), *([one["histogram"]] if "histogram" in one else [])]
            # A native histogram is what a heatmap draws: as a point its count stands for it.
            points += [(float(at), float(histogram["count"])) for at, histogram in histograms]
            found.append(Series(name, labels, points, [(float(at), spread(body)) for at, body in histograms]))
        return Answer(found, remarks(body))


class InfluxQl:
    kind = "influxdb"

    def __init__(self, base, database):
        self.base, self.database = base, database

    def range(self, query, window, step):
        return self.instant(query, window)

    def instant(self, query, window):
        asked = urllib.parse.urlencode({"db": self.database, "epoch": "ms", "q": query})
        try:
            body = json.loads(ports.get(f"{self.base}/query?{asked}", timeout=60))
        except urllib.error.HTTPError as refusal:
            raise Refused(refusal.read().decode()[:500]) from None
        found, messages = [], []
        for result in body["results"]:
            if "error" in result:
                raise Refused(result["error"])
            messages += [message["text"] for message in result.get("messages", [])]
            for one in result.get("series", []):
                found += list(columns(one))
        return Answer(found, messages)

    def options(self, query, window):
        """The column `value` of SHOW TAG VALUES, else the first that is not the time."""
        return [value for one in self.instant(query, window).series if one.name != "key" for _, value in one.points]


def spread(histogram):
    return [(float(low), float(high), float(count)) for _, low, high, count in histogram.get("buckets", [])]


def columns(one):
    names, tags = one["columns"], one.get("tags", {})
    at = names.index("time") if "time" in names else None
    for place, name in enumerate(names):
        if place == at:
            continue
        points = [(row[at] / 1000 if at is not None else 0.0, number(row[place])) for row in one["values"]]
        yield Series(name, {"": one.get("name", ""), **tags}, [point for point in points if point[1] is not None])


def number(value):
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def remarks(body):
    return [*body.get("warnings", []), *body.get("infos", [])]


def as_text(one):
    """As `query_result` writes a series; a scalar is its bare number."""
    at, value = one.points[0]
    labels = ",".join(f'{name}="{value}"' for name, value in one.labels.items())
    return f"{one.name}{{{labels}}} {value:.15g} {round(at * 1000)}"
