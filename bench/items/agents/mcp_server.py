"""MCP against a server of somebody else, in each of its revisions: what it counts is what the summary reports."""

from lib import programs
from lib.counting_server import run_against

TITLE = "MCP against the Python SDK"
# None: as the server and loadagent agree, which is the revision without sessions.
REVISIONS = [None, "2025-11-25", "2025-06-18"]
PROFILE = """base_url: "{url}"
vus: {users}
iterations: {iterations}
flow:
  - set: {{mine: "h€llo ${{vu}}"}}
  - mcp: /mcp
    list: tools
    check: {{name: all tools, that: length(json.result.tools) == 4}}
  - mcp: /mcp
    call: {{tool: echo, arguments: {{message: "${{mine}}"}}}}
    check: {{name: of this user, that: "json.result.content[0].text == mine"}}
  - mcp: /mcp
    call: {{tool: slow, arguments: {{steps: 3}}}}
    progress: true
  - {{mcp: /mcp, call: {{tool: fail, arguments: {{reason: no disk}}}}}}
  - {{mcp: /mcp, read: "text://7"}}
  - {{mcp: /mcp, read: "other://7"}}
  - {{mcp: /mcp, prompt: {{name: greet, arguments: {{name: Ada}}}}}}
"""
# A server can call its client only within a session.
ASK = """  - mcp: /mcp
    call: ask
    check: {name: refused, that: "'a load test' in json.result.content[0].text"}
"""


def prove(sheet, options):
    users, iterations = (4, 8) if options.quick else (50, 500)
    python, version = programs.server("mcp")
    sheet.used("mcp", version)
    for revision in REVISIONS:
        run, seen = run_against(python, "mcp_peer.py", lambda url: profile_text(url, users, iterations, revision), timeout=180)
        judge(sheet, run, seen, users=users, iterations=iterations, revision=revision)


def profile_text(url, users, iterations, revision):
    text = PROFILE.format(url=url, users=users, iterations=iterations)
    if not revision:
        return text
    text = (text + ASK).replace("mcp: /mcp,", f"mcp: /mcp, revision: {revision},")
    return text.replace("mcp: /mcp\n", f"mcp: /mcp\n    revision: {revision}\n")


def judge(sheet, run, seen, users, iterations, revision):
    name, sessions = (revision, users) if revision else ("detected", 0)
    count = lambda metric, which="count": int(run.value(metric, which))  # noqa: E731
    asked = iterations if revision else 0
    tools = {tool: iterations for tool in ("echo", "slow", "fail")} | ({"ask": asked} if revision else {})
    sheet.count(f"{name}: tools that ran", seen["tools"], tools)
    methods = seen["methods"]
    discovered = methods.pop("server/discover", 0)
    steps = {"tools/list": iterations, "tools/call": 3 * iterations + asked, "resources/read": 2 * iterations, "prompts/get": iterations}
    opened = {"initialize": users, "notifications/initialized": users, "reply": iterations} if revision else {}
    sheet.count(f"{name}: messages by method", methods, steps | opened)
    sheet.holds(f"{name}: the revision is asked for only unless it is given", (discovered > 0) == (revision is None), discovered)
    answered = sum(steps.values()) + sessions + discovered
    sheet.count(f"{name}: mcp_reqs", count("mcp_reqs"), answered)
    sheet.count(f"{name}: mcp_sessions, opened and ended by the server", [count("mcp_sessions") if revision else 0, seen["sessions_opened"], seen["sessions_ended"]], [sessions] * 3)
    sheet.count(f"{name}: progress", [count("mcp_progress"), seen["progress"]], [3 * iterations] * 2)
    sheet.count(f"{name}: calls of the server", [count("mcp_server_calls") if revision else 0, seen.get("refused", 0)], [asked] * 2)
    sheet.count(f"{name}: failed, by tool and by protocol", count("mcp_req_failed", "passes"), 2 * iterations)
    for line in [f"mcp_tool_error 200 tools/call fail {iterations}", f"rpc_error {200 if revision else 400} resources/read other://7 {iterations}"]:
        words = [" ".join(row.split()) for row in run.finished.stdout.splitlines()]
        sheet.holds(f"{name}: the summary says: {line}", any(row.startswith(line) for row in words))
    sheet.count(f"{name}: checks", [count("checks", "passes"), count("checks", "fails")], [2 * iterations + asked, 0])
