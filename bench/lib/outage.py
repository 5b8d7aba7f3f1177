"""What the items about a store that goes away have in common."""

import dataclasses
import statistics

from lib import stores

PUSH_INTERVAL_S = 1


@dataclasses.dataclass
class Plan:
    rate: int
    seconds: int
    down: float
    up: float


FULL = Plan(rate=1000, seconds=60, down=15, up=35)
QUICK = Plan(rate=500, seconds=8, down=2, up=5.5)


def plan(options):
    return QUICK if options.quick else FULL


def groups(options, kinds=stores.ALL):
    """Which stores share a run: each has its own in full, all have one in quick."""
    wanted = [kind for kind in kinds if options.only.lower() in kind.name.lower()]
    return ([wanted] if wanted else []) if options.quick else [[kind] for kind in wanted]


def take_away(load, plan, servers, how):
    """They are gone, or hang, from one moment of the plan to the other."""
    load.sleep_until(plan.down)
    for server in servers:
        server.leave() if how == "gone" else server.hang()
    load.sleep_until(plan.up)
    for server in servers:
        server.start() if how == "gone" else server.resume()


def growth_mib(rss, since):
    """The most that memory rose over what it was just before that moment."""
    before = [size for at, size in rss if since - 5 <= at < since] or [rss[0][1]]
    after = [size for at, size in rss if at >= since] or before
    return (max(after) - statistics.median(before)) / 2**20


def no_hole(sheet, label, stored, planned):
    """A point for every push interval of the outage, too."""
    gap = stored.widest_gap()
    sheet.bar(f"{label}: widest gap between points", gap, "<=", 1.5 * PUSH_INTERVAL_S, "s")
    # What a slow machine may do to one interval is far from a hole of the whole outage.
    sheet.holds(f"{label}: no hole as long as the outage", gap < 0.75 * (planned.up - planned.down), f"{gap:.3g} s")
    if stored.timeline:
        first, last = stored.timeline[0][0] + 1, stored.timeline[-1][0] - 1
        off = max((abs(rate / planned.rate - 1) for rate in stored.rates(5, first, last)), default=1.0)
        sheet.bar(f"{label}: rate over any 5 s off {planned.rate}/s", 100 * off, "<=", 5, "%")
