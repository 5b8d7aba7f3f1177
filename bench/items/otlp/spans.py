"""The headers that the practice target received, beside the spans that arrived: the same, no more and no less."""

import signal

from lib import faults, generator, programs, traced
from lib.generator import Generator
from lib.target import Target

TITLE = "traces: the target sees exactly what is exported"


def prove(sheet, options):
    rate, seconds = (300, 6) if options.quick else (1000, 60)
    sheet.used("opentelemetry-proto", programs.server("otlpproto")[1])
    refusing = faults.every(4, faults.answer(503, "later"))
    rows = [
        whole(sheet, "everything", rate, seconds, ("1", 10 * rate), refusing),
        whole(sheet, "a share", rate, seconds, ("0.1", 10 * rate), refusing),
        whole(sheet, "a cap", rate, seconds, ("1", 20), None),
        killed(sheet, rate, seconds),
    ]
    sheet.table(["", "requests", "flag 01", "flag 00", "spans of requests", "of iterations"], rows)


def whole(sheet, name, rate, seconds, sampling, rule):
    with traced.Spans(rule=rule) as spans, Target("lognormal(5ms,0.5)", flags=["--errors", "5%"]) as target:
        words = ["--rate", rate, "-d", f"{seconds}s", *spans.words(*sampling)]
        with Generator(target.url, *words) as load:
            done = load.wait(seconds + 60)
        log, received = target.log(), spans.received()
    account = done.output(spans.base)
    flagged, exported = sorted(log["traces"]["sampled_contexts"]), traced.contexts(received)
    sheet.holds(f"{name}: headers with flag 01 are the spans of requests", flagged == exported, f"{len(flagged)} and {len(exported)}")
    return judge(sheet, name, log, received, account)


def judge(sheet, name, log, received, account):
    seen = log["traces"]
    sheet.count(f"{name}: requests with flag 01 or 00", seen["sampled"] + seen["unsampled"], log["total"])
    sheet.count(f"{name}: requests without a sound header", seen["absent"] + seen["malformed"], 0)
    sheet.holds(f"{name}: every span is sound", received and all(span["sound"] for span in received), len(received))
    sheet.count(f"{name}: spans sent twice", len(received) - len({span["span"] for span in received}), 0)
    roots = {span["span"]: span["trace"] for span in traced.iterations(received)}
    orphans = [span for span in traced.requests(received) if roots.get(span["parent"]) != span["trace"]]
    sheet.count(f"{name}: spans of requests without their iteration", len(orphans), 0)
    if account:
        arrived = {"acknowledged": len(received), "lost": 0, "spooled": 0, "complete": True}
        sheet.count(f"{name}: the summary's account", {key: account[key] for key in arrived}, arrived)
    return [name, log["total"], seen["sampled"], seen["unsampled"], len(traced.requests(received)), len(roots)]


def killed(sheet, rate, seconds):
    """Spans wait on disk with everything else: a kill costs those of the last second, and `replay` brings the rest."""
    name = "killed and replayed"
    with traced.Spans() as spans, Target("lognormal(5ms,0.5)") as target:
        spans.rule = faults.always(faults.answer(503, "away"))
        words = ["--rate", rate, "-d", f"{seconds}s", *spans.words("0.5", 10 * rate)]
        with Generator(target.url, *words) as load:
            load.sleep_until(seconds / 2)
            load.child.send(signal.SIGKILL)
            load.child.wait(10)
            log, spans.rule = target.log(), None
            replayed = generator.replay(load.dir)
        received = spans.received()
    sheet.count(f"{name}: replay's code", replayed.code, 0)
    missing = set(log["traces"]["sampled_contexts"]) - set(traced.contexts(received))
    unseen = set(traced.contexts(received)) - set(log["traces"]["sampled_contexts"])
    sheet.count(f"{name}: spans of requests that the target never saw", len(unseen), 0)
    sheet.holds(f"{name}: what is missing is of the last two seconds", len(missing) <= 2 * rate, f"{len(missing)} of {log['traces']['sampled']}")
    return judge(sheet, name, log, received, None)
