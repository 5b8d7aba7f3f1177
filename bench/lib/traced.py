"""Traced runs: where their spans go, and what is asked of them."""

from lib import otlp
from lib.receiver import Receiver


class Spans(Receiver):
    """A receiver of spans."""

    def __init__(self, **options):
        super().__init__(keep_bodies=True, **options)

    def words(self, ratio, most):
        """The flag of a run that sends its spans here."""
        return ["--traces", f"{self.base}?ratio={ratio}&max={most}/s"]

    def received(self):
        return otlp.read(self, "otlp_spans")


def requests(spans):
    return [span for span in spans if span["kind"] == "client"]


def iterations(spans):
    return [span for span in spans if span["kind"] == "internal"]


def contexts(spans):
    """The header that each request carried, by its span."""
    return sorted(f"00-{span['trace']}-{span['span']}-01" for span in requests(spans))
