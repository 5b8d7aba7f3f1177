"""The content of OTLP requests, read by the protocol's own types: `python otlp_facts.py FOLDER`, JSON out.

Runs in an environment of its own (`scripts/servers otlpproto`), so that nothing here is shared with what is measured.
"""

import json
import math
import pathlib
import sys

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

KINDS = ("gauge", "sum", "exponential_histogram")


def main(folder):
    facts = Facts()
    for path in sorted(pathlib.Path(folder).iterdir()):
        facts.read(ExportMetricsServiceRequest.FromString(path.read_bytes()))
    json.dump(facts.as_json(), sys.stdout)


class Facts:
    def __init__(self):
        self.points, self.errors, self.series, self.exemplars = 0, [], {}, []
        self.temporalities, self.resources, self.starts = set(), set(), set()

    def read(self, request):
        for one in request.resource_metrics:
            self.resources.add(json.dumps(sorted((pair.key, pair.value.string_value) for pair in one.resource.attributes)))
            for scope in one.scope_metrics:
                for metric in scope.metrics:
                    self.metric(metric)

    def metric(self, metric):
        kind = metric.WhichOneof("data")
        data = getattr(metric, kind)
        self.needs(kind in KINDS and metric.name and data.data_points, f"{metric.name}: {kind}")
        if kind != "gauge":
            self.temporalities.add(AggregationTemporality.Name(data.aggregation_temporality))
        self.needs(kind != "sum" or data.is_monotonic, f"{metric.name}: not monotonic")
        for point in data.data_points:
            self.point(metric, kind, point)

    def point(self, metric, kind, point):
        self.points += 1
        pairs = sorted((pair.key, pair.value.string_value) for pair in point.attributes)
        label = f"{metric.name} {pairs}"
        self.needs(len(dict(pairs)) == len(pairs) and dict(pairs).get("run_id"), f"{label}: attributes")
        self.needs(point.start_time_unix_nano <= point.time_unix_nano, f"{label}: ends before it begins")
        fresh = {"name": metric.name, "kind": kind, "labels": dict(pairs), "points": []}
        known = self.series.setdefault(label, fresh)
        if kind != "gauge":
            self.starts.add(point.start_time_unix_nano)
        read = {"start": point.start_time_unix_nano, "end": point.time_unix_nano}
        if kind == "exponential_histogram":
            read |= self.histogram(label, point)
            for one in point.exemplars:
                self.exemplar(metric.name, label, point, read["buckets"], one)
        elif point.flags & 1:
            self.needs(kind == "gauge" and not point.HasField("as_double"), f"{label}: ended with a value")
        else:
            read["value"] = point.as_double
            self.needs(point.HasField("as_double") and math.isfinite(point.as_double), f"{label}: no number")
        if known["points"]:
            last = known["points"][-1]
            self.needs(read["end"] > last["end"], f"{label}: time does not grow")
        known["points"].append(read)

    def histogram(self, label, point):
        counts = list(point.positive.bucket_counts)
        self.needs(point.count == sum(counts) + point.zero_count, f"{label}: count is not the sum of its buckets")
        self.needs(not point.negative.bucket_counts, f"{label}: negative times")
        self.needs(point.HasField("sum") and math.isfinite(point.sum) and (point.count or point.sum == 0), f"{label}: sum")
        buckets = {point.positive.offset + place: count for place, count in enumerate(counts) if count}
        base = 2 ** (2**-point.scale)
        low, high = (min(buckets), max(buckets) + 1) if buckets else (0, 0)
        # A sum must lie between what its buckets allow, or their numbers are off.
        least, most = (sum(count * base ** (index + more) for index, count in buckets.items()) for more in (0, 1))
        self.needs(least * (1 - 1e-9) <= point.sum <= most * (1 + 1e-9), f"{label}: its sum lies outside of its buckets")
        if point.HasField("min") and buckets and not point.zero_count:
            inside = base**low * (1 - 1e-9) <= point.min and point.max <= base**high * (1 + 1e-9)
            self.needs(inside and point.min <= point.max, f"{label}: its extremes lie outside of its buckets")
        return {"count": point.count, "sum": point.sum, "scale": point.scale, "buckets": buckets, "min": point.HasField("min")}

    def exemplar(self, name, label, point, buckets, one):
        # A value on a bound may be taken for one of the next bucket here.
        place = math.log2(one.as_double) * 2**point.scale
        near = {math.floor(place + step) for step in (-1e-6, 1e-6)}
        self.needs(near & {int(index) for index in buckets}, f"{label}: an exemplar of {one.as_double} was never counted")
        self.needs(one.time_unix_nano <= point.time_unix_nano, f"{label}: an exemplar from the future")
        read = {"name": name, "trace": one.trace_id.hex(), "span": one.span_id.hex(), "value": one.as_double}
        self.exemplars.append(read)

    def needs(self, condition, error):
        if not condition and len(self.errors) < 20:
            self.errors.append(error)

    def as_json(self):
        for label, one in self.series.items():
            if one["kind"] != "gauge":
                self.in_a_row(label, one["points"])
        series = [{**one, "points": len(one["points"]), **self.fold(one)} for one in self.series.values()]
        return {
            "points": self.points, "errors": self.errors, "temporalities": sorted(self.temporalities),
            "resources": sorted(self.resources), "starts": len(self.starts), "series": series,
            "exemplars": self.exemplars,
        }

    def in_a_row(self, label, points):
        for before, after in zip(points, points[1:]):
            if "AGGREGATION_TEMPORALITY_DELTA" in self.temporalities:
                self.needs(after["start"] >= before["end"], f"{label}: deltas overlap")
                continue
            self.needs(after["start"] == before["start"], f"{label}: its start moved")
            self.needs(after.get("value", 0) >= before.get("value", 0), f"{label}: it fell")
            shift, lowered = before.get("scale", 0) - after.get("scale", 0), {}
            self.needs(shift >= 0, f"{label}: its scale rose")
            for index, count in before.get("buckets", {}).items():
                lowered[index >> max(shift, 0)] = lowered.get(index >> max(shift, 0), 0) + count
            grown = all(after["buckets"].get(index, 0) >= count for index, count in lowered.items())
            self.needs(grown, f"{label}: a bucket fell")

    def fold(self, one):
        """Last values of what is cumulative, sums of what is not."""
        points = one["points"] if "AGGREGATION_TEMPORALITY_DELTA" in self.temporalities else one["points"][-1:]
        if one["kind"] == "exponential_histogram":
            buckets = {}
            for point in points:
                for index, count in point["buckets"].items():
                    buckets[index] = buckets.get(index, 0) + count
            return {
                "count": sum(point["count"] for point in points), "sum": sum(point["sum"] for point in points),
                "buckets": buckets, "scale": one["points"][-1]["scale"], "extremes": any(point["min"] for point in points),
            }
        return {"value": sum(point.get("value", 0) for point in points)}


if __name__ == "__main__":
    main(sys.argv[1])
