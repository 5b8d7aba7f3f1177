"""A throw-away Prometheus and the questions asked of it."""

import json
import subprocess
import time
import urllib.parse

from lib import ports
from lib.server import Server

RECEIVER, OTLP = "--web.enable-remote-write-receiver", "--web.enable-otlp-receiver"
NATIVE, EXEMPLARS = "native-histograms", "exemplar-storage"


class Prometheus(Server):
    """`native=False` is a receiver that refuses native histograms; `out_of_order` how far back it takes samples;
    `otlp` whether it takes OTLP, which 2.42 knows nothing of."""

    READY = "/-/ready"

    def __init__(self, name="prometheus3", native=True, out_of_order=None, otlp=False, start=True):
        self._features = [NATIVE, EXEMPLARS] if native else [EXEMPLARS]
        self._config = {"storage": {"tsdb": {"out_of_order_time_window": out_of_order}}} if out_of_order else {}
        self._receivers = [RECEIVER, OTLP] if otlp else [RECEIVER]
        super().__init__(name, start)

    @property
    def write_url(self):
        return f"{self.base}/api/v1/write"

    def flags(self):
        (self.dir / "prometheus.yml").write_text(json.dumps(self._config) + "\n")  # JSON is YAML
        return [
            f"--config.file={self.dir}/prometheus.yml",
            f"--storage.tsdb.path={self.dir}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--enable-feature={','.join(self._features)}",
            "--log.level=warn",
            *self._receivers,
        ]

    def query(self, expression):
        # A minute ahead, so that a sample stamped with a clock slightly ahead is not missed.
        asked = urllib.parse.urlencode({"query": expression, "time": f"{time.time() + 60:.3f}"})
        return json.loads(ports.get(f"{self.base}/api/v1/query?{asked}"))["data"]["result"]

    def raw(self, selector, reach="1h"):
        """Raw samples: a range selector, so neither staleness nor look-back hides or invents one."""
        return self.query(f"{selector}[{reach}]")

    def last_samples(self, metric, run_id):
        """The last raw sample of each series."""
        series = self.raw(f'{metric}{{run_id="{run_id}"}}')
        return [float(one["values"][-1][1]) for one in series if one.get("values")]

    def last_histograms(self, metric, run_id):
        series = self.raw(f'{metric}{{run_id="{run_id}"}}')
        return [one["histograms"][-1][1] for one in series if one.get("histograms")]

    def samples(self, run_id):
        """How many samples it holds of a run: floats and histograms."""
        # What the receiver was asked at the start is no sample of the run.
        series = self.raw(f'{{run_id="{run_id}",__name__!~"loadagent_probe.*"}}')
        return sum(len(one.get("values", [])) + len(one.get("histograms", [])) for one in series)


def takes_otlp(path):
    """Debian's build leaves that receiver out."""
    help_text = subprocess.run([path, "--help"], capture_output=True, text=True, check=False)
    return OTLP.removeprefix("--") in help_text.stdout + help_text.stderr


def count_above(histogram, seconds):
    """Observations above a value, the bucket that it falls into shared out in proportion."""
    total = 0.0
    for _, low, high, count in histogram.get("buckets", []):
        low, high = float(low), float(high)
        if high > seconds:
            total += float(count) * min(1.0, (high - seconds) / (high - low))
    return total
