"""AG-UI against a stream that its official package encodes: what the agent sent is what the summary reports."""

from lib import programs
from lib.counting_server import run_against

TITLE = "AG-UI against its Python package"
PROFILE = """base_url: "{url}"
vus: {users}
iterations: {iterations}
flow:
  - {{agui: /agent, message: "h€llo", check: {{name: answered, that: "body == 'you said: h€llo' && stream.outcome == 'success'"}}}}
  - {{agui: /agent, message: tool, check: {{name: with a tool, that: "body == 'you said: tool'"}}}}
  - {{agui: /agent, message: chunks, check: {{name: in chunks, that: "body == 'you said: chunks'"}}}}
  - {{agui: /agent, message: fail}}
  - {{agui: /agent, message: unclosed, name: unclosed}}
"""


def prove(sheet, options):
    users, iterations = (4, 8) if options.quick else (50, 500)
    python, version = programs.server("agui")
    sheet.used("agui", version)
    profile = lambda url: PROFILE.format(url=url, users=users, iterations=iterations)  # noqa: E731
    run, seen = run_against(python, "agui_peer.py", profile, timeout=180)
    count = lambda metric, which="count": int(run.value(metric, which))  # noqa: E731
    said = ["h€llo", "tool", "chunks", "fail", "unclosed"]
    sheet.count("runs that the agent began", seen["runs"], dict.fromkeys(said, iterations))
    sheet.count("agui_events, and what the agent sent", [count("agui_events"), sum(seen["events"].values())], [sum(seen["events"].values())] * 2)
    sheet.count("sse_events", count("sse_events"), sum(seen["events"].values()))
    # RUN_FINISHED within an open text is no end of its run.
    sheet.count("agui_runs: three kinds succeed, one fails, one breaks off", count("agui_runs"), 5 * iterations)
    sheet.count("agui_order_errors", count("agui_order_errors"), iterations)
    sheet.count("runs that were begun, with a text, with a tool, and whole", [count(f"agui_{metric}") for metric in ["time_to_run_started", "time_to_first_text", "tool_duration", "run_duration"]], [5 * iterations, 4 * iterations, iterations, 3 * iterations])
    sheet.count("failed requests: errors and order", count("http_req_failed", "passes"), 2 * iterations)
    words = [" ".join(row.split()) for row in run.finished.stdout.splitlines()]
    for begin in ["stream_error 200 POST /agent", "agui_order 200 unclosed"]:
        sheet.holds(f"the summary says: {begin} {iterations}", any(row.startswith(f"{begin} {iterations}") for row in words))
    sheet.count("checks", [count("checks", "passes"), count("checks", "fails")], [3 * iterations, 0])
