"""kill -9 in the middle of an outage, then `replay`: the store has everything up to the last seconds."""

import signal
import time

from lib import generator, outage, stores
from lib.generator import Generator
from lib.nginx import Nginx

TITLE = "kill -9 in the middle of an outage, then replay"
HEADINGS = ["store", "target", "target, 2 s before the kill", "interval log", "store", "after a second replay", "replay exit"]


def prove(sheet, options):
    plan, rows = outage.plan(options), []
    for kinds in outage.groups(options):
        with stores.started(*kinds) as those:
            rows += crash_and_replay(sheet, plan, those)
    sheet.table(HEADINGS, rows)


def crash_and_replay(sheet, plan, those):
    outs = [store.out() for store in those]
    with Nginx(log=True) as nginx, Generator(nginx.url, "--rate", plan.rate, "-d", f"{plan.seconds}s", outs=outs) as load:
        load.sleep_until(plan.down)
        for store in those:
            sheet.used(store.server.name, store.server.version)
            store.server.leave()
        load.sleep_until((plan.down + plan.seconds) / 2.5)  # 30 s of 60
        load.child.send(signal.SIGKILL)
        killed = time.time()
        sheet.count("ended by", load.child.wait(10).code, -signal.SIGKILL)
        logged = nginx.logged()
        certain = nginx.logged_until(killed - 2)
        kept = generator.logged_requests(load.dir)

        words = [word for out in outs for word in ("--out", out)]
        for store in those:
            store.server.start()
        first = generator.replay(load.dir, *words)
        stored = [store.stored(load.run_id) for store in those]
        generator.replay(load.dir, *words)
        again = [store.stored(load.run_id) for store in those]

    sheet.holds("there was something to keep", 0 < certain <= logged, f"{certain} of {logged}")
    sheet.count("replay: exit code", first.code, 0)
    if first.code:
        sheet.note((first.stdout + first.stderr)[-500:])
    for store, once, twice in zip(those, stored, again):
        judge(sheet, plan, store, once, twice, (logged, certain, kept))
    return [
        [store.name, logged, certain, kept, once.total, twice.total, first.code] for store, once, twice in zip(those, stored, again)
    ]


def judge(sheet, plan, store, stored, again, counts):
    logged, certain, kept = counts
    sheet.count(f"{store.name}: requests of before the last seconds that the store lacks", max(0, certain - stored.total), 0)
    sheet.holds(f"{store.name}: none is invented", stored.total <= logged, f"{stored.total} of {logged}")
    if not isinstance(store, stores.InfluxRaw):  # whose records are in files of their own
        sheet.count(f"{store.name}: store equals the interval log", stored.total, kept)
    if stored.summed is not None:
        sheet.count(f"{store.name}: sum of what is stored", stored.summed, stored.total)
    outage.no_hole(sheet, store.name, stored, plan)
    sheet.count(f"{store.name}: a second replay adds nothing", (again.total, again.summed), (stored.total, stored.summed))
