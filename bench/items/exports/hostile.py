"""Receivers that misbehave, a full disk, a store that never comes back: the run ends on time and reports what is missing."""

import contextlib
import dataclasses
import functools
import json
import typing

from lib import disk, faults, generator, outage, server, stores
from lib.generator import Generator
from lib.nginx import Nginx
from lib.receiver import Receiver

TITLE = "hostile receivers: bounded, on time, honest, mended by replay"
HEADINGS = ["case", "store", "the receiver", "sent", "acked", "rejected", "spooled", "lost", "stored", "after replay", "exit"]
ALLOWANCE_S = 5  # beyond the run and its drain
TOO_SLOW_S = 60
TINY_KIB = 16


@dataclasses.dataclass
class Case:
    name: str
    rule: typing.Callable = None  # makes a fresh rule for each receiver
    code: int = 0
    quick: bool = True
    stores: tuple = ("Prometheus", "InfluxDB, aggregate")
    questions: bool = False  # whether the rule sees what remote write asks, too
    leaves: str = ""  # "gone" or "hung" at 60 % of the run, for good
    tiny_disk: bool = False
    drain: int = 3
    # How far back Prometheus takes samples. By default it takes none older than its newest of a series; a batch that was
    # refused can be delivered by `replay` only where it takes more than that.
    out_of_order: str = None


def two_point_zero(seen):
    return "io.prometheus.write.v2" in seen.headers.get("content-type", "")


def too_large(share):
    """A limit that the third write and all like it exceed, and its halves do not; the first may hold less."""
    limit = []

    def rule(seen):
        if seen.number == 3:
            limit.append(seen.size * share)
        return faults.answer(413, "too large") if limit and seen.size > limit[0] else None

    return rule


REMOTE = ("Prometheus",)  # the one that asks questions at the write path
CASES = [
    # Long enough for it to be looked into, which happens after six attempts, at most 8 s; the slow one ends amid halving.
    Case("500 for ever", lambda: faults.always(faults.answer(500, "boom")), code=110, drain=6),
    Case("slowly 500 for ever", lambda: faults.always(faults.slowly(0.3, faults.answer(500, "boom"))), code=110, drain=9, stores=REMOTE),
    Case("429 twice, Retry-After: 1", lambda: faults.first(2, faults.retry_after(1)), drain=30),
    Case("429 twice, Retry-After: a date", lambda: faults.first(2, faults.retry_after(3, as_date=True)), drain=30, quick=False),
    Case("503 twice, Retry-After: 1", lambda: faults.first(2, faults.retry_after(1, status=503)), drain=30, quick=False),
    # Halving finds out that nothing in it was bad after all.
    Case("400 to the third write", lambda: faults.only(3, faults.answer(400, "bad sample")), drain=30),
    Case("400 to a dozen writes", lambda: faults.when(lambda seen: 3 <= seen.number < 15, faults.answer(400, "bad sample")), code=110, drain=30, out_of_order="1h"),
    Case("401 for ever", lambda: faults.always(faults.answer(401, "who are you")), code=110, quick=False),
    Case("404 for ever", lambda: faults.always(faults.answer(404, "nothing here")), code=110, quick=False),
    Case("413 above a size", lambda: too_large(0.7), drain=30),
    Case("closed half-way through the answer", lambda: faults.every(2, faults.cut_off()), drain=30),
    Case("half a body", lambda: faults.every(2, faults.cut_off_body()), drain=30, quick=False),
    Case("rubbish instead of HTTP", lambda: faults.every(2, faults.rubbish()), drain=30),
    Case("hung up without a word", lambda: faults.every(3, faults.hang_up()), drain=30, quick=False),
    Case("first answer never comes", lambda: faults.first(1, faults.withhold(TOO_SLOW_S)), drain=45, quick=False),
    Case("no answer ever comes", lambda: faults.always(faults.withhold(TOO_SLOW_S, store=False)), code=110, quick=False),
    Case("2.0 answered 204, not stored", lambda: faults.when(two_point_zero, faults.swallow()), questions=True, stores=REMOTE, drain=30),
    Case("503 twice to the question", lambda: faults.first_asked(2, faults.retry_after(1, status=503)), questions=True, stores=REMOTE, drain=30),
    Case("gone at the end", code=110, leaves="gone", stores=("Prometheus", "InfluxDB, aggregate", "InfluxDB, raw")),
    Case("hung at the end", code=110, leaves="hung", quick=False),
    Case("full disk", tiny_disk=True, drain=30, stores=("Prometheus", "InfluxDB, aggregate", "InfluxDB, raw")),
    Case("full disk, gone at the end", code=110, tiny_disk=True, leaves="gone"),
]

KINDS = {
    "Prometheus": lambda case: stores.RemoteWrite(out_of_order=case.out_of_order),
    "InfluxDB, aggregate": lambda _: stores.InfluxAggregate(),
    "InfluxDB, raw": lambda _: stores.InfluxRaw(),
}


def prove(sheet, options):
    rate, seconds = (300, 4) if options.quick else (1000, 10)
    rows = []
    for case in CASES:
        if (case.quick or not options.quick) and options.only.lower() in case.name.lower():
            try:
                rows += show(sheet, case, rate, seconds)
            except (LookupError, TimeoutError) as accident:  # a run without a summary must not hide the other cases
                sheet.holds(f"{case.name}: it ran to its end", False, accident)
    sheet.table(HEADINGS, rows)


def show(sheet, case, rate, seconds):
    with contextlib.ExitStack() as stack:
        those = stack.enter_context(stores.started(*(functools.partial(KINDS[name], case) for name in case.stores)))
        receivers = [
            stack.enter_context(Receiver(store.server.base, case.rule and case.rule(), questions=case.questions)) for store in those
        ]
        folder, before, limit = stack.enter_context(disk.tiny(TINY_KIB)) if case.tiny_disk else (None, [], "")
        nginx = stack.enter_context(Nginx(log=True))
        if limit:
            sheet.note(f"{case.name}: {limit}")
        words = ["--rate", rate, "-d", f"{seconds}s", "--drain", f"{case.drain}s"]
        if case.tiny_disk:
            words += ["--summary-export", stack.enter_context(server.folder("summary")) / "summary.json"]
        outs = [store.out(receiver.base) for store, receiver in zip(those, receivers)]
        load = stack.enter_context(Generator(nginx.url, *words, outs=outs, folder=folder, before=before))
        if case.leaves:
            load.sleep_until(seconds * 0.6)
            for store in those:
                store.server.leave() if case.leaves == "gone" else store.server.hang()
        done = load.wait(seconds + case.drain + 60)
        if case.tiny_disk:
            done.summary = json.loads(words[-1].read_text()) if words[-1].exists() else done.summary
        logged = nginx.logged()
        bring_back(case, those)

        judge_run(sheet, case, done, logged, rate, seconds)
        before_replay = [store.points(done.run_id) for store in those]
        deeds = [receiver.deeds() for receiver in receivers]
        waits(sheet, case, receivers)
        for store, receiver in zip(those, receivers):
            was = receiver.faulted()
            if case.rule:
                met = "a question" if case.questions else "a write of data"
                sheet.holds(f"{case.name}, {store.name}: {met} met the failure", was, len(was))
        if case.tiny_disk:
            kept = generator.logged_requests(load.dir)
            sheet.holds(f"{case.name}: the disk was full", kept < logged, f"the log has {kept} of {logged}")
        mend(sheet, case, load, receivers)
        return [
            judge_store(sheet, case, done, store, receiver, stored, did, logged)
            for store, receiver, stored, did in zip(those, receivers, before_replay, deeds)
        ]


def bring_back(case, those):
    for store in those:
        if case.leaves == "gone":
            store.server.start()
        elif case.leaves == "hung":
            store.server.resume()


def judge_run(sheet, case, done, logged, rate, seconds):
    sheet.count(f"{case.name}: requests of the summary", done.requests(), logged)
    allowed = (case.code, 109) if sheet.quick else (case.code,)
    if case.tiny_disk:
        # What had to go through the disk may be lost, if that is reported; 1 means that the summary did not fit into the folder.
        allowed = (1, 110) if case.leaves else (0, 1, 109, 110)
    sheet.holds(f"{case.name}: exit code", done.finished.code in allowed, f"{done.finished.code} of {allowed}")
    late = done.finished.wall_seconds - seconds - case.drain
    sheet.holds(f"{case.name}: ends on time", late < ALLOWANCE_S, f"{done.finished.wall_seconds:.1f} s")
    sheet.bar(f"{case.name}: growth of memory", outage.growth_mib(done.finished.rss, 1), "<", 32, "MiB")
    sheet.bar(f"{case.name}: load off the plan", 100 * abs(logged / (rate * seconds) - 1), "<=", 0.5, "%")


def waits(sheet, case, receivers):
    """Retry-After is obeyed; a date has whole seconds only, so up to one of them is given away."""
    for receiver in receivers:
        pushes = receiver.pushes()
        for one, after in zip(pushes, pushes[1:]):
            if one.status in (429, 503) and "Retry-After" in one.response_headers:
                asked = 1 if one.response_headers["Retry-After"].isdigit() else 2
                sheet.holds(f"{case.name}: waits", after.at - one.at >= asked - 0.05, f"{after.at - one.at:.2f} s")


def mend(sheet, case, load, receivers):
    """To the same addresses, which no longer misbehave; without --out, so that the addresses come from the folder."""
    for receiver in receivers:
        receiver.rule = None
    if case.code == 110:
        done = generator.replay(load.dir)
        if not case.tiny_disk:  # where the folder cannot hold what to mend with
            sheet.count(f"{case.name}: replay's exit code", done.code, 0)
        if done.code:
            sheet.note((done.stdout + done.stderr)[-300:])


def judge_store(sheet, case, done, store, receiver, stored, did, logged):
    label, account = f"{case.name}, {store.name}", done.output(receiver.base)
    sent, acked, rejected, spooled, lost = (
        account.get(key, 0) for key in ("sent", "acknowledged", "rejected", "spooled", "lost")
    )
    sheet.count(f"{label}: the account adds up", acked + rejected + spooled + lost, sent)
    sheet.count(f"{label}: complete", account["complete"], acked == sent)
    if case.leaves or "no answer" in case.name:
        # What was under way when the store left may be stored without loadagent knowing.
        sheet.holds(f"{label}: what is acknowledged is stored", acked <= stored, f"{acked} of {stored}")
    else:
        sheet.count(f"{label}: what is acknowledged is stored", stored, acked)
    if case.leaves:
        sheet.holds(f"{label}: the store was missed", spooled + lost, f"{spooled} spooled, {lost} lost")
    if not account["complete"]:
        sheet.holds(f"{label}: the last error is reported", account.get("last_error"), account.get("last_error"))
    after, kept = store.points(done.run_id), store.stored(done.run_id)
    if not lost:
        sheet.count(f"{label}: everything is in the store in the end", after, sent)
        sheet.count(f"{label}: requests in the store in the end", kept.total, logged)
    else:
        sheet.holds(f"{label}: what was not lost is in the store in the end", after >= sent - lost, f"{after} of {sent}")
    deeds = ", ".join(f"{times}x {deed}" for deed, times in did.items())
    return [case.name, store.name, deeds, sent, acked, rejected, spooled, lost, stored, after, done.finished.code]
