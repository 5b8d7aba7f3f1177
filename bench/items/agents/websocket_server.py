"""WebSockets against a server of somebody else: what it counts is what the summary reports."""

from lib import programs
from lib.counting_server import run_against

TITLE = "WebSockets against PyPI's websockets"
PROFILE = """base_url: "{url}"
scenarios:
  talk:
    vus: {users}
    iterations: {iterations}
    flow:
      - websocket: /
        subprotocols: [chat.v1]
        compression: true
        on_message:
          - check: {{name: of this user, that: "json.vu == vu || body == 'bytes'"}}
        steps:
          - repeat: 10
            steps:
              - send: {{vu: "${{vu}}", i: "${{iteration}}", text: "{text}"}}
              - expect: json.vu == vu && json.i == iteration
          - {{send: bytes, binary: true}}
          - expect: body == 'bytes'
          - close: 4000
  left:
    vus: 2
    iterations: 10
    flow:
      - websocket: /?leave=3
        subprotocols: [chat.v1]
        steps: [{{repeat: 3, steps: [{{send: a}}, {{expect: "true"}}]}}, {{hold: 10s}}]
  dropped:
    vus: 2
    iterations: 10
    flow:
      - websocket: /?drop=2
        subprotocols: [chat.v1]
        steps: [{{repeat: 3, steps: [{{send: a}}, {{expect: "true"}}]}}]
  fed:
    vus: 1
    iterations: 5
    flow:
      - websocket: /?feed=20
        subprotocols: [chat.v1]
        steps: [{{expect: json.feed == 19}}]
"""


def prove(sheet, options):
    users, iterations = (4, 20) if options.quick else (50, 2000)
    python, version = programs.server("websockets")
    sheet.used("websockets", version)
    profile_text = lambda url: PROFILE.format(url=url, users=users, iterations=iterations, text="héllo €" * 40)  # noqa: E731
    run, seen = run_against(python, "websocket_peer.py", profile_text, timeout=120)
    opened, sent = iterations + 25, 11 * iterations + 30 + 20
    answers = 11 * iterations + 30 + 10 + 100
    judge(sheet, run, seen, opened=opened, sent=sent, received=answers)
    sheet.count("checks of messages", [run.value("checks", "passes"), run.value("checks", "fails")], [11 * iterations, 0])
    closes = {"4000": iterations, "4003": 10, "1006": 10, "1000": 5}
    sheet.count("close codes by the server", seen["closes"], closes)
    compressed = sum(count for extension, count in seen["extensions"].items() if extension.startswith("PerMessageDeflate"))
    sheet.count("sockets that the server compressed", compressed, iterations)
    sheet.count("sockets that failed", run.value("ws_errors", "count"), 20)
    for line in [f"ws_closes 4000 {iterations}", "ws_closed 10", "ws_dropped 10"]:
        sheet.holds(f"the summary says: {line}", line in run.finished.stdout)


def judge(sheet, run, seen, opened, sent, received):
    for metric, counter, want in [
        ("ws_sessions", "opened", opened),
        ("ws_msgs_sent", "received", sent),
        ("ws_msgs_received", "sent", received),
    ]:
        got = [int(run.value(metric, "count")), seen[counter]]
        sheet.count(f"{metric}, and what the server counted", got, [want, want])
