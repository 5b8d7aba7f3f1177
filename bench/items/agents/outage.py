"""The store is away for a third of the run while streams are open: every event is in it afterwards."""

from lib import outage, server, stores
from lib.generator import Generator
from lib.target import Target

TITLE = "an outage of the store while event streams and WebSockets are open"
PROFILE = """base_url: "{url}"
scenarios:
  streams: {{vus: 20, duration: {seconds}s, gracefulStop: 30s, flow: [{{sse: "/events?count=40&gap=50ms"}}]}}
  sockets:
    vus: 20
    duration: {seconds}s
    gracefulStop: 30s
    flow: [{{websocket: "/ws?delay=5ms", steps: [{{repeat: 40, steps: [{{send: a}}, {{expect: "true"}}]}}]}}]
"""
METRICS = {"sse_events": "loadagent_sse_events_total", "ws_msgs_received": "loadagent_ws_msgs_received_total", "http_reqs": "loadagent_http_reqs_total"}


def prove(sheet, options):
    plan = outage.plan(options)
    rows = []
    with server.folder("outage") as folder, stores.started(stores.RemoteWrite) as (store,), Target("0ms") as target:
        sheet.used(store.server.name, store.server.version)
        profile = folder / "profile.yaml"
        profile.write_text(PROFILE.format(url=target.url.rstrip("/"), seconds=plan.seconds))
        with Generator(profile, outs=[store.out()]) as load:
            outage.take_away(load, plan, [store.server], "gone")
            run = load.wait(plan.seconds + 120)
        for metric, name in METRICS.items():
            summary, stored = int(run.value(metric, "count")), sum(store.server.last_samples(name, run.run_id))
            sheet.count(f"{metric}: in the store", stored, summary)
            sheet.holds(f"{metric}: there were some", summary > 0, summary)
            rows.append([metric, summary, stored])
        seen = target.log()
        sheet.count("WebSockets that the target opened", int(run.value("ws_sessions", "count")), seen["websockets"]["opened"])
        sheet.count("exit code", run.finished.code, 0)
    sheet.table(["metric", "summary", "store"], rows)
