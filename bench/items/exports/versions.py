"""A receiver of 1.x answers remote write 2.0 with 204 and stores nothing: that is noticed, and 1.0 delivers everything."""

from lib import stores
from lib.generator import Generator
from lib.nginx import Nginx
from lib.receiver import Receiver

TITLE = "Prometheus 2.42 accepts remote write 2.0 and drops it: noticed"
WRITTEN = "x-prometheus-remote-write-samples-written"


def prove(sheet, options):
    rate, seconds = (300, 4) if options.quick else (1000, 15)
    rows = [show(sheet, name, rate, seconds) for name in ("prometheus", "prometheus3")]
    sheet.table(["receiver", "2.0 pushes", "of them not stored", "1.0 pushes", "target", "in the store", "samples", "sent"], rows)


def show(sheet, name, rate, seconds):
    store = stores.RemoteWrite(name=name)
    # The proxy changes nothing; it sees which version is used and what is answered.
    with store.server, Receiver(store.server.base) as proxy, Nginx(log=True) as nginx:
        sheet.used(name, store.server.version)
        label = f"Prometheus {store.server.version}"
        with Generator(nginx.url, "--rate", rate, "-d", f"{seconds}s", outs=[store.out(proxy.base)]) as load:
            done = load.wait(seconds + 60)
            events = (load.dir / "events.log").read_text() if (load.dir / "events.log").exists() else ""
        logged, account = nginx.logged(), done.output(proxy.base)
        pushes = proxy.pushes()
        newer = [one for one in pushes if "io.prometheus.write.v2" in one.headers.get("content-type", "")]
        older = [one for one in pushes if one not in newer]
        swallowed = [one for one in newer if one.status == 204 and WRITTEN not in {key.lower() for key in one.response_headers}]
        stored, samples = store.stored(done.run_id), store.points(done.run_id)
        histograms = store.server.last_histograms("loadagent_http_req_duration_seconds", done.run_id)

    sheet.holds(f"{label}: 2.0 was offered", newer, len(newer))
    if name == "prometheus":
        sheet.holds(f"{label}: it drops 2.0", swallowed, len(swallowed))
        in_order = newer and older and newer[-1].at < older[0].at
        sheet.holds(f"{label}: after that only 1.0", in_order, f"{len(newer)} in 2.0, then {len(older)} in 1.0")
        sheet.figure(f"{label}: pushes before it was noticed", len(newer))
        messages = [line for line in (events + done.finished.stderr).splitlines() if "1.0" in line]
        sheet.note(f"the message: {messages[0] if messages else 'nothing'}")
    else:
        sheet.count(f"{label}: pushes in 1.0", len(older), 0)
    sheet.count(f"{label}: requests in the store", stored.total, logged)
    sheet.count(f"{label}: observations in the histogram", round(sum(float(one["count"]) for one in histograms)), logged)
    sheet.count(f"{label}: samples in the store", samples, account["sent"])
    sheet.holds(f"{label}: complete", account["complete"], account)
    sheet.holds(f"{label}: exit code", done.finished.code in ((0, 109) if sheet.quick else (0,)), done.finished.code)
    return [label, len(newer), len(swallowed), len(older), logged, stored.total, samples, account["sent"]]
