"""The store goes away for a third of the run and comes back: nothing is missing, and the load did not notice."""

import dataclasses

from lib import outage, stores
from lib.generator import Generator
from lib.nginx import Nginx

TITLE = "an outage of the store leaves no hole"
HEADINGS = ["store", "outage", "target", "summary", "store: total", "store: summed", "gap s", "p99 ms", "growth MiB", "exit"]


def prove(sheet, options):
    plan, rows = outage.plan(options), []
    for kinds in outage.groups(options):
        hows = ("gone", "hung") if options.quick else ("calm", "gone", "hung", "calm")
        runs = [(how, run(sheet, half(plan) if how == "calm" else plan, kinds, how, rows)) for how in hows]
        if not options.quick:
            undisturbed(sheet, kinds[0].name, runs)
    sheet.table(HEADINGS, rows)


def half(plan):
    return dataclasses.replace(plan, seconds=plan.seconds // 2, down=plan.down / 2, up=plan.up / 2)


def run(sheet, plan, kinds, how, rows):
    with stores.started(*kinds) as those, Nginx(log=True) as nginx:
        for store in those:
            sheet.used(store.server.name, store.server.version)
        words = ["--rate", plan.rate, "-d", f"{plan.seconds}s"]
        with Generator(nginx.url, *words, outs=[store.out() for store in those]) as load:
            if how != "calm":
                outage.take_away(load, plan, [store.server for store in those], how)
            done = load.wait(plan.seconds + 120)
        logged = nginx.logged()
        rows += [judge(sheet, plan, store, how, done, logged) for store in those]
    label = f"{those[0].name if len(those) == 1 else 'all stores'}, {how}"
    judge_load(sheet, plan, label, done, logged)
    return done


def judge(sheet, plan, store, how, done, logged):
    label, stored = f"{store.name}, {how}", store.stored(done.run_id)
    sheet.count(f"{label}: total in the store", stored.total, logged)
    if stored.summed is not None:
        sheet.count(f"{label}: sum of what is stored", stored.summed, logged)
    outage.no_hole(sheet, label, stored, plan)
    growth = outage.growth_mib(done.finished.rss, plan.down)
    summed = "" if stored.summed is None else stored.summed
    p99 = done.value("http_req_duration", "p(99)")
    gap = stored.widest_gap()
    return [store.name, how, logged, done.requests(), stored.total, summed, gap, p99, growth, done.finished.code]


def judge_load(sheet, plan, label, done, logged):
    sheet.count(f"{label}: summary", done.requests(), logged)
    sheet.holds(f"{label}: outputs complete", done.outputs() and all(one["complete"] for one in done.outputs()), done.outputs())
    # Whether a busy machine delivers the promised load is a matter of timing, which quick never judges.
    sheet.holds(f"{label}: exit code", done.finished.code in ((0, 109) if sheet.quick else (0,)), done.finished.code)
    sheet.bar(f"{label}: achieved rate off the plan", 100 * abs(logged / (plan.rate * plan.seconds) - 1), "<=", 0.5, "%")
    sheet.bar(f"{label}: growth of memory", outage.growth_mib(done.finished.rss, plan.down), "<", 32, "MiB")


def undisturbed(sheet, name, runs):
    """Beside calm runs before and after, because a busy machine alone moves a p99 of a fast target by milliseconds."""
    p99 = {how: [done.value("http_req_duration", "p(99)") for was, done in runs if was == how] for how, _ in runs}
    for how in ("gone", "hung"):
        sheet.bar(f"{name}, {how}: p99 above the calm runs'", max(p99[how]) - max(p99["calm"]), "<=", 1, "ms")
