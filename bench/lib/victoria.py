"""A throw-away VictoriaMetrics: remote write and both Influx paths in, raw samples out."""

import json
import signal
import time
import urllib.parse

from lib import ports
from lib.server import Server


class Victoria(Server):
    READY = "/health"
    # It keeps acknowledged samples in memory for seconds; killed, it would lose them, and loadagent would be blamed.
    STOP_SIGNAL = signal.SIGINT

    def __init__(self, flags=(), start=True):
        self._further = list(flags)
        super().__init__("victoria", start)

    @property
    def write_url(self):
        return f"{self.base}/api/v1/write"

    def flags(self):
        return [
            f"-storageDataPath={self.dir}/data",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=10y",
            "-search.latencyOffset=0s",
            "-search.maxQueryDuration=2m",
            "-loggerLevel=WARN",
            # A push whose answer was lost comes again: the same sample is then stored twice and returned once.
            "-dedup.minScrapeInterval=1ms",
            *self._further,
        ]

    def query(self, expression):
        self._flush()
        asked = {"query": expression, "time": f"{time.time() + 60:.3f}"}
        return json.loads(ports.get(f"{self.base}/api/v1/query?{urllib.parse.urlencode(asked)}"))["data"]["result"]

    def raw(self, selector):
        """[(labels, {milliseconds: value})]: raw samples, one for each time stamp."""
        self._flush()
        # A minute ahead: without an end it stops before the second that has just begun.
        asked = urllib.parse.urlencode({"match[]": selector, "start": 1, "end": f"{time.time() + 60:.3f}"})
        series = {}
        for line in ports.get(f"{self.base}/api/v1/export?{asked}", timeout=120).splitlines():
            one = json.loads(line)
            labels = tuple(sorted(one["metric"].items()))
            series.setdefault(labels, {}).update(zip(one["timestamps"], one["values"]))
        return [(dict(labels), samples) for labels, samples in series.items()]

    def _flush(self):
        ports.get(f"{self.base}/internal/force_flush")
