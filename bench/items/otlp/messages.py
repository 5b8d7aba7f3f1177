"""Requests of one run, cumulative and as deltas, decoded by the protocol's own types in another language."""

from lib import faults, otlp, programs
from lib.generator import Generator
from lib.nginx import Nginx
from lib.receiver import Receiver

TITLE = "OTLP: what is sent, read by the official types"
EXTRA = {"cumulative": "schema=5", "bounded": "", "delta": "temporality=delta&schema=8", "plain": "gzip=false&interval=2s&schema=3"}


def prove(sheet, options):
    rate, seconds = (300, 6) if options.quick else (1000, 60)
    _, version = programs.server("otlpproto")
    sheet.used("opentelemetry-proto", version)
    receivers = {name: Receiver(keep_bodies=True) for name in EXTRA}
    try:
        for receiver in receivers.values():
            # Every fourth attempt fails, so that repeats are among what is read.
            receiver.rule = faults.every(4, faults.answer(503, "later"))
        outs = [f"otlp={receivers[name].base}?{extra}" for name, extra in EXTRA.items()]
        with Nginx(log=True) as nginx, Generator(nginx.url, "--rate", rate, "-d", f"{seconds}s", outs=outs) as load:
            done = load.wait(seconds + 60)
            logged = nginx.logged()
        received = {name: otlp.read(receiver, "otlp_facts") for name, receiver in receivers.items()}
        repeats = {name: receiver.deeds().get("answer 503", 0) for name, receiver in receivers.items()}
    finally:
        for receiver in receivers.values():
            receiver.__exit__()
    rows = [judge(sheet, name, received[name], repeats[name], done, logged) for name in EXTRA]
    compare(sheet, received)
    sheet.table(["", "points", "attempts refused", "requests", "count of durations", "sum s", "summary s"], rows)


def judge(sheet, name, received, repeats, done, logged):
    sheet.holds(f"{name}: every point is valid", received["points"] > 0 and not received["errors"], received["errors"] or received["points"])
    wanted = "AGGREGATION_TEMPORALITY_DELTA" if name == "delta" else "AGGREGATION_TEMPORALITY_CUMULATIVE"
    sheet.count(f"{name}: temporality", received["temporalities"], [wanted])
    sheet.count(f"{name}: resources", len(received["resources"]), 1)
    if name != "delta":
        sheet.count(f"{name}: starts of all series", received["starts"], 1)
    sheet.holds(f"{name}: attempts were repeated", repeats > 0, repeats)
    requests, durations = value(received, "loadagent_http_reqs_total"), of(received, "loadagent_http_req_duration_seconds")
    sheet.count(f"{name}: requests", requests, logged)
    counted, summed = sum(one["count"] for one in durations), sum(one["sum"] for one in durations)
    sheet.count(f"{name}: count of durations", counted, done.value("http_req_duration", "count", absent=logged))
    summary = done.value("http_req_duration", "avg") / 1000 * logged
    sheet.holds(f"{name}: sum of durations is the summary's", abs(summed / summary - 1) < 1e-6, f"{summed} of {summary}")
    failed = value(received, "loadagent_http_req_failed_total")
    sheet.count(f"{name}: both conditions of the rate together", failed, logged)
    bytes_in = value(received, "loadagent_data_received_bytes_total")
    sheet.count(f"{name}: bytes received", bytes_in, int(done.value("data_received", "count")))
    sheet.holds(f"{name}: extremes go with deltas only", all(one["extremes"] == (name == "delta") for one in durations))
    return [name, received["points"], repeats, requests, counted, summed, summary]


def compare(sheet, received):
    """Deltas of scale 8 add up to what is cumulative at scale 5 and 3: lowering the scale loses nothing."""
    for name, scale in (("cumulative", 5), ("plain", 3)):
        for metric in sorted({one["name"] for one in received[name]["series"] if one["kind"] == "exponential_histogram"}):
            lowered = buckets(of(received["delta"], metric), 8 - scale)
            same = lowered == buckets(of(received[name], metric), 0)
            sheet.holds(f"{metric}: deltas add up to {name} bucket by bucket", same, f"{len(lowered)} buckets")


def of(received, name):
    return [one for one in received["series"] if one["name"] == name]


def value(received, name):
    return round(sum(one["value"] for one in of(received, name)))


def buckets(series, down):
    found = {}
    for one in series:
        for index, count in one["buckets"].items():
            place = int(index) >> down
            found[place] = found.get(place, 0) + count
    return found
