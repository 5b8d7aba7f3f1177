"""Spikes whose recovery is planned: the target is slow for a known time after the load is back, or for ever."""

import os

from lib import generator, server
from lib.target import Target

TITLE = "verdicts: the time to recover from a spike is the planned one"
CALM_MS, SLOW_MS, BASE, PEAK = 10, 400, 40, 160

PROFILE = """
base_url: {url}
scenarios:
  browse:
    executor: ramping-arrival-rate
    startRate: {base}
    preAllocatedVUs: 100
    maxVUs: 400
    stages: [{{duration: {before}s, target: {base}}}, {{duration: 0s, target: {peak}}}, {{duration: {spike}s, target: {peak}}},
             {{duration: 0s, target: {base}}}, {{duration: {after}s, target: {base}}}]
    flow: [{{get: /}}]
"""


def prove(sheet, options):
    before, spike, after = (20, 8, 24) if options.quick else (60, 20, 60)
    cases = [(7, ()), (None, ())] if options.quick else [(7, ()), (25, ()), (None, ()), (7, ("taskset", "-c", "0"))]
    rows = []
    for planned, alone in cases:
        name = f"{planned} s" if planned else "never"
        name += " (one core)" if alone else ""
        finding = run(before, spike, after, planned, alone)
        found = finding["recovery_ms"] / 1e3 if finding.get("recovery_ms") is not None else None
        rows.append([name, finding["verdict"], found if found is not None else "", finding["metastable"]])
        if planned:
            sheet.holds(f"{name}: recovered", finding["verdict"] == "recovered", finding["verdict"])
            sheet.bar(f"{name}: off the plan by", abs((found or 1e9) - planned), "<=", 1, "s")
        else:
            sheet.count(f"{name}: verdict", finding["verdict"], "not_recovered")
            sheet.holds(f"{name}: no time is reported", found is None, found)
            sheet.holds(f"{name}: suspected metastable", finding["metastable"], finding)
    sheet.table(["planned recovery", "verdict", "found, s", "metastable"], rows)


def run(before, spike, after, planned, alone):
    # Times of the target count from its first request.
    flags = ["--latency-at", f"{before}s={SLOW_MS}ms"]
    if planned:
        flags += ["--latency-at", f"{before + spike + planned}s={CALM_MS}ms"]
    with server.folder("spike") as folder, Target(f"{CALM_MS}ms", flags=flags) as target:
        profile = folder / "profile.yaml"
        profile.write_text(PROFILE.format(url=target.url.rstrip("/"), base=BASE, peak=PEAK, before=before, spike=spike, after=after))
        ran = generator.run(profile, timeout=before + spike + after + 60, before=alone, env={**os.environ})
    spikes = ran.summary["loadagent"]["analysis"]["spikes"]
    if len(spikes) != 1:
        raise LookupError(f"{len(spikes)} spikes: {ran.finished.stderr[-500:]}")
    return spikes[0]
