"""Runs of the profiles in bench/profiles, written to every kind of store at once, so that dashboards have something to show."""

import contextlib
import dataclasses

from lib import programs
from lib.generator import Generator
from lib.grafana import Asked, Window
from lib.influx import InfluxDB
from lib.prometheus import Prometheus
from lib.sources import InfluxQl, PromQl
from lib.victoria import Victoria

PROFILES = programs.ROOT / "bench" / "profiles"
# Variables for -e that shorten a run to seconds; the shape stays.
QUICK = {
    "soak": {"HOLD": "34s"},
    "spike": {"BEFORE": "21s", "SPIKE": "2s", "AFTER": "16s"},
    "stress": {"STEP": "2s"},
    "agents": {"HOLD": "20s"},
}
# What one would choose on a dashboard to look at runs this short.
CHOICES = {
    "soak": {"window": "15s", "warmup": "30s", "resolution": "1s"},
    "spike": {"window": "5s", "warmup": "10s", "resolution": "1s"},
    "stress": {"resolution": "1s"},
    "runs": {"resolution": "1s"},
}
# Half a bucket, in per cent, of a percentile that is read from buckets; the summary's own half besides.
SUMMARY_ERROR = 0.15


@dataclasses.dataclass
class Store:
    """Where a run goes, and how dashboards ask for it. `error` is that of percentiles, in per cent."""

    name: str
    folder: str
    error: float
    server: object
    out: str
    source: object

    def settle(self):
        if isinstance(self.server, Victoria):
            self.server.raw("loadagent_run_info")  # flushes


def prometheus_native():
    server = Prometheus()
    return Store("Prometheus, native", "prometheus", 1.1, server, f"prometheus={server.write_url}", PromQl(server.base))


def prometheus_classic():
    server = Prometheus()
    out = f"prometheus={server.write_url}?histograms=classic"
    # Between bounds a factor of the square root of two apart; interpolated on a line.
    return Store("Prometheus, classic", "prometheus", 100 * (2**0.5 - 1), server, out, PromQl(server.base))


def victoria_remote_write():
    server = Victoria()
    return Store(
        "VictoriaMetrics, remote write", "prometheus", 4.4, server, f"prometheus={server.write_url}", PromQl(server.base)
    )


def victoria_otlp():
    server = Victoria()
    out = f"otlp={server.base}/opentelemetry?schema=3"
    return Store("VictoriaMetrics, OTLP", "prometheus", 4.4, server, out, PromQl(server.base))


def influxdb():
    server = InfluxDB("k6")
    out = f"influxdb={server.base}/{server.database}"
    return Store("InfluxDB", "influxdb", 0.01, server, out, InfluxQl(server.base, server.database))


KINDS = (prometheus_native, prometheus_classic, victoria_remote_write, victoria_otlp, influxdb)


@contextlib.contextmanager
def stores(kinds=KINDS):
    with contextlib.ExitStack() as stack:
        started = []
        for kind in kinds:
            started.append(kind())
            stack.enter_context(started[-1].server)
        yield started


def look(dashboard, store, window, run_id=None, base_run_id=None):
    """A dashboard with a run chosen; another one to compare with, if it knows how."""
    chosen = {**CHOICES.get(dashboard.topic, {}), "run_id": run_id, "base_run_id": base_run_id}
    known = {variable["name"] for variable in dashboard.variables}
    return Asked(dashboard, store.source, window, {name: value for name, value in chosen.items() if value and name in known})


@dataclasses.dataclass
class Shown:
    """A run that is over, and the time range that its link would open."""

    profile: str
    run: object
    window: Window

    @property
    def run_id(self):
        return self.run.run_id


def run(profile, those, quick):
    words = [word for name, value in QUICK[profile].items() if quick for word in ("-e", f"{name}={value}")]
    with Generator(PROFILES / f"{profile}.yaml", *words, outs=[one.out for one in those]) as load:
        began = load.child.started_wall
        done = load.wait(180)
        ended = began + done.finished.wall_seconds
    for one in those:
        one.settle()
    return Shown(profile, done, Window(began - 1, ended + 1))
