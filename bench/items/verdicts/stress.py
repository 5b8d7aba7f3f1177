"""The search for the breaking point, against targets whose capacity is planned, and with a generator that is the limit."""

import heapq
import random

from lib import generator
from lib.target import Target

TITLE = "verdicts: the highest rate that holds is the target's capacity"
LIMIT_S = 300


def prove(sheet, options):
    cases = [(500, 100)] if options.quick else [(500, 30), (2_000, 50)]
    rows = []
    for capacity, first in cases:
        found = search(["--capacity", f"{capacity}/s", "--queue", 100_000], "5ms", first)
        rows.append(row(f"{capacity}/s", found))
        judge(sheet, f"{capacity}/s", found, capacity)
    if not options.quick:
        places, mean_ms, bound_ms = 16, 10, 60
        truth = rate_with_p95(places, mean_ms / 1e3, bound_ms / 1e3)
        flags = ["--capacity", places, "--queue", 100_000]
        found = search(flags, f"exponential({mean_ms}ms)", 50, "--threshold", f"http_req_response_time=p(95)<{bound_ms}")
        rows.append(row(f"gradual, {truth:.0f}/s", found))
        judge(sheet, "gradual", found, truth)
    limited = search([], "100ms", 50, "--max-vus", 3)
    rows.append(row("limited generator", limited))
    sheet.count("limited generator: exit code", limited["code"], 109)
    sheet.count("limited generator: verdict", limited["verdict"], "generator_limited")
    sheet.count("limited generator: capacity", limited["max_sustained_rate"], None)
    sheet.table(["planned", "verdict", "found /s", "from", "to", "rates", "s"], rows)


def judge(sheet, name, found, truth):
    sheet.count(f"{name}: verdict", found["verdict"], "found")
    sheet.bar(f"{name}: off the plan by", 100 * abs((found["max_sustained_rate"] or 0) / truth - 1), "<=", 5, "%")
    sheet.bar(f"{name}: time", found["seconds"], "<=", LIMIT_S, "s")


def search(flags, latency, first, *words):
    with Target(latency, flags=[str(flag) for flag in flags]) as target:
        run = generator.run(target.url, "--rate", first, "-d", "1m", "--preset", "breakpoint", *words, timeout=700)
    found = run.summary["loadagent"]["analysis"]["search"]
    return {**found, "code": run.finished.code}


def row(name, found):
    low, high = found["interval"]
    return [name, found["verdict"], found["max_sustained_rate"] or "", low or "", high or "", len(found["probes"]), found["seconds"]]


def rate_with_p95(places, mean, bound):
    """The rate at which a queue with so many servers and exponential service has this p95, for even arrivals."""
    low, high = 1.0, places / mean
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if p95(places, mean, middle) < bound else (low, middle)
    return low


def p95(places, mean, rate, requests=60_000):
    chance, free, times = random.Random(1), [0.0] * places, []
    for number in range(requests):
        due = number / rate
        done = max(heapq.heappop(free), due) + chance.expovariate(1 / mean)
        heapq.heappush(free, done)
        times.append(done - due)
    times.sort()
    return times[int(0.95 * len(times))]
