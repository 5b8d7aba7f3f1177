"""Medians with an order-statistic interval: no assumption about the shape of the noise."""

import dataclasses
import math
import statistics


@dataclasses.dataclass
class Median:
    value: float
    low: float
    high: float
    coverage: float
    n: int

    def __str__(self):
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}] (n={self.n}, {self.coverage:.0%})"


def median(values):
    """The narrowest symmetric pair of order statistics that covers the median with at least 95 %;
    with fewer than six values the extremes, whose lower coverage is shown."""
    ordered, n = sorted(values), len(values)
    rank = 1
    while rank < n // 2 and _coverage(n, rank + 1) >= 0.95:
        rank += 1
    return Median(statistics.median(ordered), ordered[rank - 1], ordered[n - rank], _coverage(n, rank), n)


def percentile(values, share):
    """Nearest rank, upwards."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def coefficient_of_variation(values):
    return statistics.pstdev(values) / statistics.fmean(values)


def _coverage(n, rank):
    outside = sum(math.comb(n, k) for k in range(rank)) / 2**n
    return max(0.0, 1 - 2 * outside)
