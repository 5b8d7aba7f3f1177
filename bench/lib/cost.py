"""What a request costs the generator: its own CPU by wait4, over the requests that the target counted."""

import dataclasses

from lib import stats

HEADINGS = ["CPU us/req", "req/s", "peak MiB"]
# A run from which the hypervisor took more than this is marked.
QUIET_STEAL_S = 0.15


@dataclasses.dataclass
class Cost:
    us: float
    requests: int
    per_second: float
    rss_mib: float
    stolen: float

    def quiet(self):
        return self.stolen <= QUIET_STEAL_S


def of(finished, served):
    if not served:
        raise RuntimeError(f"the target counted no request: {finished.stderr[-500:]}")
    return Cost(
        us=finished.cpu_seconds / served * 1e6,
        requests=served,
        per_second=served / finished.wall_seconds,
        rss_mib=finished.peak_rss_bytes / 2**20,
        stolen=finished.stolen_seconds,
    )


def row(name, costs):
    def middle(field):
        return stats.median([getattr(one, field) for one in costs])

    return [name, str(middle("us")), middle("per_second").value, middle("rss_mib").value]
