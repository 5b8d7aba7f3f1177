"""A throw-away Prometheus and the questions asked of it."""

import json
import pathlib
import shutil
import tempfile
import time
import urllib.parse

from lib import machine, ports, programs
from lib.process import Child

# From most to least: a version that refuses a flag gets the next set.
FLAGS = (
    ["--web.enable-remote-write-receiver", "--enable-feature=native-histograms,exemplar-storage"],
    ["--web.enable-remote-write-receiver", "--enable-feature=native-histograms"],
    ["--web.enable-remote-write-receiver"],
)


class Prometheus:
    def __init__(self, name="prometheus3"):
        self._path, self.version = programs.server(name)
        self._dir = pathlib.Path(tempfile.mkdtemp(prefix="bench-prometheus-"))
        (self._dir / "prometheus.yml").write_text("{}\n")
        self._child = self._start()
        self.write_url = f"{self._base}/api/v1/write"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.end(patience=15)
        shutil.rmtree(self._dir, ignore_errors=True)

    def query(self, expression):
        # A minute ahead, so that a sample stamped with a clock slightly ahead is not missed.
        asked = urllib.parse.urlencode({"query": expression, "time": f"{time.time() + 60:.3f}"})
        return json.loads(ports.get(f"{self._base}/api/v1/query?{asked}"))["data"]["result"]

    def last_samples(self, metric, run_id):
        """The last raw sample of each series: a range selector, so neither staleness nor look-back hides one."""
        series = self.query(f'{metric}{{run_id="{run_id}"}}[1h]')
        return [float(one["values"][-1][1]) for one in series if one.get("values")]

    def last_histograms(self, metric, run_id):
        series = self.query(f'{metric}{{run_id="{run_id}"}}[1h]')
        return [one["histograms"][-1][1] for one in series if one.get("histograms")]

    def _start(self):
        for flags in FLAGS:
            port = ports.free_port()
            self._base = f"http://127.0.0.1:{port}"
            argv = [
                self._path,
                f"--config.file={self._dir}/prometheus.yml",
                f"--storage.tsdb.path={self._dir}/data",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=warn",
            ]
            child = Child(argv + flags, core=machine.TARGET_CORE)
            try:
                ports.wait_answering(child, f"{self._base}/-/ready")
                return child
            except RuntimeError as refused:
                last = refused
        raise last


def count_above(histogram, seconds):
    """Observations above a value, the bucket that it falls into shared out in proportion."""
    total = 0.0
    for _, low, high, count in histogram.get("buckets", []):
        low, high = float(low), float(high)
        if high > seconds:
            total += float(count) * min(1.0, (high - seconds) / (high - low))
    return total
