"""Event streams of the practice target, whose plan is the truth: first events, gaps, a stall, streams cut short, memory, CPU."""

from lib import cost
from lib.target import run_against
from items.spine.memory import steady

TITLE = "event streams: times by the plan, cut streams, hostile chunks, memory of each, CPU of an event"
PLANNED = """base_url: "{url}"
scenarios:
  planned:
    vus: 10
    iterations: {streams}
    flow: [{{sse: "/events?count=21&first=50ms&gap=20ms&stall=10:300ms{form}"}}]
"""
CUT = """base_url: "{url}"
scenarios:
  whole: {{vus: 4, iterations: {streams}, flow: [{{sse: "/events?count=5&gap=1ms", until: json.n == 5}}]}}
  cut: {{vus: 4, iterations: {streams}, flow: [{{sse: "/events?count=5&gap=1ms&cut=3"}}]}}
  short: {{vus: 4, iterations: {streams}, flow: [{{sse: "/events?count=3&gap=1ms", until: json.n == 5}}]}}
"""
HELD = """base_url: "{url}"
http: {{timeout: 5m}}
scenarios:
  held: {{vus: {held}, iterations: {held}, flow: [{{sse: "/events?gap=1s", max_time: {seconds}s}}]}}
"""
TALK = """base_url: "{url}"
scenarios:
  talk: {{vus: 50, duration: {seconds}s, flow: [{{sse: "/events?count=1000&gap=0s&size=20"}}]}}
"""
# The same events: each byte in a write of its own, CR LF, CR, and three events in one write.
FORMS = {"as they come": "", "1-byte chunks": "&split=1&line_end=crlf", "CR": "&line_end=cr"}


def prove(sheet, options):
    planned(sheet, 40 if options.quick else 400)
    cut(sheet, 40 if options.quick else 1000)
    held(sheet, *((50, 500, 5) if options.quick else (500, 5000, 60)))
    cpu(sheet, 2 if options.quick else 20)


def planned(sheet, streams):
    """First event after 50 ms, twenty gaps of 20 ms, of which the tenth is 300 ms longer."""
    rows = []
    for form, query in FORMS.items():
        run, _ = run_against(PLANNED, streams=streams, form=query)
        sheet.count(f"{form}: events", int(run.value("sse_events", "count")), 21 * streams)
        sheet.count(f"{form}: failed", run.value("http_req_failed", "passes"), 0)
        figures = [run.value(*which) for which in [
            ("sse_time_to_first_event", "med"), ("sse_time_to_first_event", "p(99)"),
            ("sse_event_gap", "med"), ("sse_longest_gap", "med"), ("sse_longest_gap", "p(99)"),
        ]]
        rows.append([form, *figures])
        for name, value, plan, most in zip(
            ["first event, median", "first event, p99", "gap, median", "stall, median", "stall, p99"],
            figures, [50, 50, 20, 320, 320], [2, 5, 2, 2, 5], strict=True,
        ):
            sheet.bar(f"{form}: {name}, off the plan of {plan} ms", abs(value - plan), "<=", most, "ms")
        # No timer fires early: a shorter stall would be one that was not seen.
        sheet.holds(f"{form}: the stall of 320 ms is found", run.value("sse_longest_gap", "min") > 300, run.value("sse_longest_gap", "min"))
    sheet.table(["ms", "first event", "p99", "gap", "stall", "p99"], rows)


def cut(sheet, streams):
    run, _ = run_against(CUT, streams=streams)
    errors = {one["class"]: one["count"] for one in run.summary["loadagent"]["errors"]}
    sheet.count("streams cut short, by class", errors, {"body": streams, "stream_incomplete": streams})
    sheet.count("events of whole and cut streams", int(run.value("sse_events", "count")), (5 + 3 + 3) * streams)


def held(sheet, few, many, seconds):
    sizes, rows = {}, []
    for streams in (few, many):
        run, _ = run_against(HELD, held=streams, seconds=seconds)
        sheet.count(f"{streams} streams: failed", run.value("http_req_failed", "passes"), 0)
        sheet.count(f"{streams} streams: open at once", int(run.value("sse_streams_open", "max")), streams)
        sizes[streams] = steady(run.finished.rss)
        rows.append([streams, sizes[streams] / 2**20, run.finished.peak_rss_bytes / 2**20])
    sheet.table(["streams", "steady MiB", "peak MiB"], rows)
    sheet.bar("memory of a stream (slope)", (sizes[many] - sizes[few]) / (many - few) / 1024, "<=", 8, "KiB")


def cpu(sheet, seconds):
    run, _ = run_against(TALK, seconds=seconds)
    events = int(run.value("sse_events", "count"))
    sheet.holds("events were read", events >= 1000, events)
    sheet.bar("CPU of an event", cost.of(run.finished, events).us, "<=", 10, "us")
