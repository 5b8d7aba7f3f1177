"""The ways in which a run reaches a store, and what each store then holds of its requests.

Every figure comes from raw points, by the store's own query; nothing is asked of loadagent.
"""

import contextlib
import dataclasses

from lib.influx import InfluxDB
from lib.prometheus import Prometheus
from lib.victoria import Victoria


@dataclasses.dataclass
class Stored:
    total: int  # requests of the whole run
    timeline: list  # (seconds since the epoch, requests so far), at each point of the store
    summed: int = None  # where intervals are stored: their sum, each time stamp once

    def widest_gap(self):
        return max((later[0] - earlier[0] for earlier, later in zip(self.timeline, self.timeline[1:])), default=float("inf"))

    def rates(self, seconds, start, end):
        """Over every span of at least that many seconds that lies between the moments."""
        points = [point for point in self.timeline if start <= point[0] <= end]
        found, last = [], 0
        for at, so_far in points:
            last = next((n for n in range(last, len(points)) if points[n][0] - at >= seconds - 0.01), None)
            if last is None:
                break
            found.append((points[last][1] - so_far) / (points[last][0] - at))
        return found


class RemoteWrite:
    """Prometheus 3.5, or any other Prometheus."""

    name = "Prometheus"

    def __init__(self, **options):
        self.server = Prometheus(**options)

    def out(self, base=None):
        # Markers are samples of the account that no query returns.
        return f"prometheus={base or self.server.base}/api/v1/write?stale_markers=off"

    def points(self, run_id):
        """How many samples it holds, in the unit of loadagent's account."""
        return self.server.samples(run_id)

    def stored(self, run_id):
        series = self.server.raw(f'loadagent_http_reqs_total{{run_id="{run_id}"}}')
        return _of_counters([{round(at * 1000): float(value) for at, value in one["values"]} for one in series])


class VictoriaRemoteWrite:
    name = "VictoriaMetrics, remote write"

    def __init__(self):
        self.server = Victoria()

    def out(self, base=None):
        return f"prometheus={base or self.server.base}/api/v1/write"

    def stored(self, run_id):
        return _of_counters([samples for _, samples in self.server.raw(f'loadagent_http_reqs_total{{run_id="{run_id}"}}')])


class PrometheusOtlp(RemoteWrite):
    name = "Prometheus, OTLP"

    def __init__(self):
        super().__init__(otlp=True)

    def out(self, base=None):
        return f"otlp={base or self.server.base}/api/v1/otlp"


class VictoriaOtlp(VictoriaRemoteWrite):
    name = "VictoriaMetrics, OTLP"

    def out(self, base=None):
        return f"otlp={base or self.server.base}/opentelemetry"


class VictoriaOtlpNamed(VictoriaOtlp):
    """Names and labels go through the translation that Prometheus' own OTLP receiver does; buckets are as by remote write."""

    name = "VictoriaMetrics, OTLP, Prometheus' naming, schema 3"

    def __init__(self):
        self.server = Victoria(flags=["-opentelemetry.usePrometheusNaming"])

    def out(self, base=None):
        return super().out(base) + "?schema=3"


class VictoriaInflux:
    name = "VictoriaMetrics, v2 write path"

    def __init__(self):
        self.server = Victoria()

    def out(self, base=None):
        return f"influxdb={base or self.server.base}?org=bench&bucket=bench&token=unused"

    def stored(self, run_id):
        stored = _of_counters([samples for _, samples in self.server.raw(f'http_reqs_total{{run_id="{run_id}"}}')])
        intervals = self.server.raw(f'http_reqs_count{{run_id="{run_id}"}}')
        stored.summed = round(sum(sum(samples.values()) for _, samples in intervals))
        return stored


class InfluxAggregate:
    name = "InfluxDB, aggregate"

    def __init__(self):
        self.server = InfluxDB()

    def out(self, base=None):
        return f"influxdb={base or self.server.base}/{self.server.database}"

    def points(self, _):
        return self.server.points()

    def stored(self, run_id):
        statement = f"SELECT \"count\", \"total\" FROM \"http_reqs\" WHERE \"run_id\" = '{run_id}' GROUP BY *"
        series = [[dict(zip(one["columns"], row)) for row in one["values"]] for one in self.server.query(statement)]
        stored = _of_counters([{row["time"] // 10**6: row["total"] for row in rows if row["total"] is not None} for rows in series])
        stored.summed = round(sum(row["count"] or 0 for rows in series for row in rows))
        return stored


class InfluxRaw:
    """A database is one run's: k6's layout has no label for it."""

    name = "InfluxDB, raw"

    def __init__(self):
        self.server = InfluxDB()

    def out(self, base=None):
        return f"influxdb={base or self.server.base}/{self.server.database}?mode=raw"

    def points(self, _):
        return sum(self.server.count(measurement) for measurement in self.server.measurements())

    def stored(self, run_id):
        total = self.server.rows('SELECT sum("value") AS n FROM "http_reqs"')
        seconds = self.server.rows('SELECT sum("value") AS n FROM "http_reqs" WHERE time > 0 GROUP BY time(1s) fill(none)')
        so_far, timeline = 0, []
        for row in seconds:
            if row["n"]:
                so_far += row["n"]
                timeline.append((row["time"] / 10**9 + 1, so_far))
        return Stored(round(total[0]["n"]) if total else 0, timeline, self.server.count("http_reqs"))


ALL = (RemoteWrite, VictoriaRemoteWrite, VictoriaInflux, InfluxAggregate, InfluxRaw)
AGGREGATES = ALL[:-1]


@contextlib.contextmanager
def started(*kinds):
    """Stores of these kinds; all are ended and emptied on the way out."""
    with contextlib.ExitStack() as stack:
        stores = []
        for kind in kinds:
            store = kind()
            stack.enter_context(store.server)
            stores.append(store)
        yield stores


def _of_counters(series):
    """Cumulative samples by millisecond: all series in one line, each with its latest value."""
    moments = sorted({at for samples in series for at in samples})
    latest, timeline = [0.0] * len(series), []
    for at in moments:
        latest = [samples.get(at, before) for samples, before in zip(series, latest)]
        timeline.append((at / 1000, sum(latest)))
    return Stored(round(timeline[-1][1]) if timeline else 0, timeline)
