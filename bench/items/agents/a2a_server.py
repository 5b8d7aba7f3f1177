"""A2A against an agent of somebody else, in both versions: what it counts is what the summary reports."""

from lib import programs
from lib.counting_server import run_against

TITLE = "A2A against the Python SDK"
# None: as the card says, which is the newest.
VERSIONS = [None, "0.3"]
METHODS = {
    "send": ("SendMessage", "message/send"),
    "stream": ("SendStreamingMessage", "message/stream"),
    "get": ("GetTask", "tasks/get"),
    "cancel": ("CancelTask", "tasks/cancel"),
}
PROFILE = """base_url: "{url}"
vus: {users}
iterations: {iterations}
flow:
  - {{a2a: AGENT, send: "h€llo", as: sent, check: {{name: answered, that: "sent.text == 'you said: h€llo'"}}}}
  - {{a2a: AGENT, stream: ok, as: read, check: {{name: streamed, that: "read.state == 'completed' && read.text == 'you said: ok'"}}}}
  - {{a2a: AGENT, send: slow, poll: 50ms, as: asked, check: {{name: polled, that: "asked.text == 'you said: slow' && asked.polls > 1"}}}}
  - {{a2a: AGENT, send: fail}}
  - {{a2a: AGENT, stream: fail}}
  - {{a2a: AGENT, send: ask, states: input_required}}
  - {{a2a: AGENT, get: "${{sent.id}}", as: known, check: {{name: known, that: "known.state == 'completed'"}}}}
  - {{a2a: AGENT, get: none}}
  - {{a2a: AGENT, send: slow, poll: 5ms, states: [submitted, working], as: long}}
  - {{a2a: AGENT, cancel: "${{long.id}}", as: gone, check: {{name: cancelled, that: "gone.state == 'canceled'"}}}}
"""


def prove(sheet, options):
    users, iterations = (4, 8) if options.quick else (50, 200)
    python, version = programs.server("a2a")
    sheet.used("a2a", version)
    for version in VERSIONS:
        profile = lambda url: profile_text(url, users, iterations, version)  # noqa: B023, E731
        run, seen = run_against(python, "a2a_peer.py", profile, timeout=180)
        judge(sheet, run, seen, iterations=iterations, version=version)


def profile_text(url, users, iterations, version):
    agent = f'/agent, version: "{version}"' if version else "/"
    return PROFILE.format(url=url, users=users, iterations=iterations).replace("AGENT", agent)


def judge(sheet, run, seen, iterations, version):
    name = version or "by its card"
    count = lambda metric, which="count": int(run.value(metric, which))  # noqa: E731
    wire = {key: names[version == "0.3"] for key, names in METHODS.items()}
    methods = seen["methods"]
    sheet.count(f"{name}: messages", methods.get(wire["send"], 0), 5 * iterations)
    sheet.count(f"{name}: streams", methods.get(wire["stream"], 0), 2 * iterations)
    sheet.count(f"{name}: cancellations", methods.get(wire["cancel"], 0), iterations)
    polls = round(float(run.value("a2a_polls", "avg")) * count("a2a_polls"))
    sheet.count(f"{name}: questions for tasks", methods.get(wire["get"], 0), 2 * iterations + polls)
    sheet.count(f"{name}: a2a_reqs", count("a2a_reqs"), sum(methods.values()) + seen["cards"])
    sheet.holds(f"{name}: the card is read only unless the version is given", (seen["cards"] > 0) == (version is None), seen["cards"])
    ended = {"completed": 3 * iterations, "failed": 2 * iterations, "input_required": iterations, "canceled": iterations}
    sheet.count(f"{name}: tasks by their end", seen["tasks"], ended)
    sheet.count(f"{name}: a2a_tasks", count("a2a_tasks"), 7 * iterations)
    sheet.count(f"{name}: a2a_events", count("a2a_events"), seen["events"])
    sheet.count(f"{name}: failed, by task and by protocol", count("a2a_req_failed", "passes"), 3 * iterations)
    words = [" ".join(row.split()) for row in run.finished.stdout.splitlines()]
    for begin, end in [("a2a_task_failed 200 SendMessage", iterations), ("a2a_task_failed 200 SendStreamingMessage", iterations), ("rpc_error 200 GetTask", iterations)]:
        sheet.holds(f"{name}: the summary says: {begin} {end}", any(row.startswith(f"{begin} {end}") for row in words))
    sheet.count(f"{name}: checks", [count("checks", "passes"), count("checks", "fails")], [5 * iterations, 0])
