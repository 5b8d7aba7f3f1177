"""WebSockets by the thousand: memory of a held one, CPU of a message, round trips and planned drops by the target's plan."""

from lib import cost
from lib.target import run_against
from items.spine.memory import steady

TITLE = "WebSockets: memory of each, CPU of a message, round trips, planned drops"
# Each sends 100 bytes, and every tenth 64 KiB, and gets them back before it is held.
HELD = """base_url: "{url}"
http: {{timeout: 60s}}
vars: {{SHORT: "{short}"}}
scenarios:
  held:
    vus: {held}
    iterations: {held}
    flow:
      - websocket: /ws?delay=10ms
        round_trip: order
        steps:
          - {{send: "${{SHORT}}"}}
          - expect: "true"
          - if: vu % 10 == 0
            then:
              - {{send: "${{repeat('x', 65536)}}"}}
              - expect: "true"
          - hold: {seconds}s
  dropped:
    vus: {dropped}
    iterations: {dropped}
    flow:
      - websocket: /ws?cut=1
        steps: [{{send: a}}, {{expect: "true"}}, {{hold: {seconds}s}}]
"""
TALK = """base_url: "{url}"
scenarios:
  talk:
    vus: {users}
    duration: {seconds}s
    flow:
      - websocket: /ws{query}
        round_trip: order
        steps:
          - repeat: {rounds}
            steps: [{{send: "{short}"}}, {{expect: "true"}}]
"""
SHORT = "x" * 100


def prove(sheet, options):
    few, many, seconds = (50, 500, 5) if options.quick else (1000, 10_000, 60)
    held(sheet, few, many, seconds)
    round_trips(sheet, 3 if options.quick else 20)
    cpu(sheet, 2 if options.quick else 20)


def held(sheet, few, many, seconds):
    sizes, rows = {}, []
    for sockets in (few, many):
        dropped = sockets // 100 + 1
        run, log = run_against(HELD, seconds + 120, held=sockets, dropped=dropped, seconds=seconds, short=SHORT)
        seen = log["websockets"]
        messages = sockets + len(range(10, sockets + 1, 10))
        name = f"{sockets} sockets"
        ends = {"closed by the client: 1000": sockets, "cut": dropped}
        sheet.count(f"{name}: how they ended", seen["ends"], ends)
        sheet.count(f"{name}: that failed", int(run.value("ws_errors", "count")), dropped)
        sheet.count(f"{name}: opened", [int(run.value("ws_sessions", "count")), seen["opened"]], [sockets + dropped] * 2)
        sent = [int(run.value("ws_msgs_sent", "count")), seen["messages_received"]]
        sheet.count(f"{name}: messages sent", sent, [messages + dropped] * 2)
        received = [int(run.value("ws_msgs_received", "count")), seen["messages_sent"]]
        sheet.count(f"{name}: messages received", received, [messages + dropped] * 2)
        sheet.count(f"{name}: open at once", int(run.value("ws_sockets_open", "max")) >= sockets, True)
        sizes[sockets] = steady(run.finished.rss)
        rows.append([sockets, sizes[sockets] / 2**20, run.finished.peak_rss_bytes / 2**20])
    sheet.table(["sockets", "steady MiB", "peak MiB"], rows)
    sheet.bar("memory of a socket (slope)", (sizes[many] - sizes[few]) / (many - few) / 1024, "<=", 6, "KiB")


def round_trips(sheet, seconds):
    """The plan says 10 ms; the target's timer and its kernel come on top."""
    run, _ = run_against(TALK, seconds + 60, users=10, seconds=seconds, rounds=50, query="?delay=10ms", short=SHORT)
    sheet.bar("round trip beyond the plan of 10 ms, median", run.value("ws_round_trip", "med") - 10, "<=", 1, "ms")
    sheet.holds("no round trip is shorter than the plan", run.value("ws_round_trip", "min") >= 9.99, run.value("ws_round_trip", "min"))


def cpu(sheet, seconds):
    run, log = run_against(TALK, seconds + 60, users=50, seconds=seconds, rounds=1000, query="", short=SHORT)
    seen = log["websockets"]
    messages = seen["messages_received"] + seen["messages_sent"]
    counted = int(run.value("ws_msgs_sent", "count")) + int(run.value("ws_msgs_received", "count"))
    # What is under way at the end is counted by one side only.
    sheet.holds("messages, and what the target counted", abs(counted - messages) <= 2 * 50, f"{counted} and {messages}")
    sheet.figure("CPU of a round trip", run.finished.cpu_seconds / seen["messages_sent"] * 1e6, "us")
    sheet.bar("CPU of a message", cost.of(run.finished, messages).us, "<=", 17, "us")
