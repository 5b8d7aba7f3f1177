"""A record of every request into InfluxDB at 20,000 a second: all there, cheap for the workers, readable by k6's dashboards.

50 users are enough for the rate as long as each is back within 2.5 ms. The store takes in 180,000 points a second on the
same cores, and the scheduler lets it run for some 3 ms at a time, so that a hard bound of 50 would measure the scheduler:
the long run may take more users for such moments (k6's maxVUs), and reports how many it took. The pairs keep the hard bound,
with and without a store at work, and their drops are figures.
"""

import time

from lib import cost, server, stats, stores
from lib.generator import Generator
from lib.nginx import Nginx

TITLE = "InfluxDB raw at 20,000 req/s: every point, k6's dashboards"
USERS, MOST_USERS = 50, 500
DELIVERY_S = 120
MEASUREMENTS = (
    "http_reqs", "http_req_duration", "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking",
    "http_req_sending", "http_req_waiting", "http_req_receiving", "http_req_failed",
)
TRENDS = tuple(name for name in MEASUREMENTS if name not in ("http_reqs", "http_req_failed"))
PROFILE = """name: dashboards
scenarios:
  many: {{executor: constant-vus, vus: 40, duration: 4s, flow: [{{get: "{url}", check: {{status: 200}}}}, {{think: 50ms}}]}}
  few: {{executor: constant-vus, vus: 10, duration: 4s, flow: [{{get: "{url}", check: {{status: 200}}}}, {{think: 50ms}}]}}
"""
ALL_USERS = 40 + 10


def prove(sheet, options):
    rate, seconds, pairs, pair_seconds = (2_000, 4, 1, 2) if options.quick else (20_000, 60, 5, 15)
    with Nginx() as nginx:
        sheet.used("nginx", nginx.version)
        with stores.started(stores.InfluxRaw) as (store,):
            sheet.used("influxdb", store.server.version)
            every_point(sheet, nginx, store, rate, seconds)
            dashboards(sheet, nginx, store)
        cost_of_a_record(sheet, nginx, rate, pairs, pair_seconds)


def words(rate, seconds, drain=None, users=USERS):
    return ["--rate", rate, "--max-vus", users, "-d", f"{seconds}s", *(["--drain", f"{drain}s"] if drain else [])]


def every_point(sheet, nginx, store, rate, seconds):
    def load():
        with Generator(nginx.url, *words(rate, seconds, DELIVERY_S, MOST_USERS), outs=[store.out()]) as started:
            done = started.wait(seconds + DELIVERY_S + 60)
            return done, time.monotonic() - started.child.started - seconds

    (done, after_the_end), served = nginx.counted(load)
    sheet.count("requests of the summary", done.requests(), served)
    for measurement in MEASUREMENTS:
        sheet.count(f"points of {measurement}", store.server.count(measurement), served)
    sheet.count("sum of http_reqs", store.stored(done.run_id).total, served)
    sheet.holds("outputs complete", done.outputs() and all(one["complete"] for one in done.outputs()), done.outputs())
    sheet.bar("all stored after the end", after_the_end, "<=", DELIVERY_S, "s")
    sheet.bar("dropped arrivals", done.dropped(), "<=", 0)
    sheet.bar("achieved rate off the plan", 100 * abs(served / (rate * seconds) - 1), "<=", 0.5, "%")
    sheet.holds("exit code", done.finished.code in ((0, 109) if sheet.quick else (0,)), done.finished.code)
    sheet.figure("users it took at most", store.server.rows('SELECT max("value") AS n FROM "vus_max"')[0]["n"])
    sheet.figure("peak memory of the generator", done.finished.peak_rss_bytes / 2**20, "MiB")
    sheet.figure("points in all", len(MEASUREMENTS) * served)


def dashboards(sheet, nginx, store):
    """The panels of k6's dashboards for InfluxDB (2587 and its kin), as Grafana asks them, over a run that has checks."""
    influx = store.server
    influx.order(f'DROP DATABASE "{influx.database}"')
    influx.order(f'CREATE DATABASE "{influx.database}"')
    with server.folder("profile") as folder:
        (folder / "dashboards.yaml").write_text(PROFILE.format(url=nginx.url))
        done, served = nginx.counted(lambda: Generator(folder / "dashboards.yaml", outs=[store.out()]).finish(60))
    sheet.count("a run with checks: points of http_reqs", influx.count("http_reqs"), served)
    sheet.count("a run with checks: points of checks", influx.count("checks"), served)
    sheet.count("a run with checks: exit code", done.finished.code, 0)
    # k6 reports users once a second for the whole run; its panels take the last or the mean, never a sum over tags.
    for shown in ("last", "max"):
        points = [row["n"] for row in influx.rows(f'SELECT {shown}("value") AS n FROM "vus"')]
        sheet.count(f"a run with two scenarios: {shown} of vus", points, [ALL_USERS])
    window = 'WHERE time > now() - 1h AND "value" >= 0 GROUP BY time(1s) fill(none)'
    panels = {
        "virtual users": f'SELECT mean("value") FROM "vus" {window}',
        "virtual users, last": 'SELECT last("value") FROM "vus"',
        "requests per second": f'SELECT sum("value") FROM "http_reqs" {window}',
        "checks, sum": f'SELECT sum("value") FROM "checks" {window}',
        "checks, count": 'SELECT count("value") FROM "checks" WHERE time > now() - 1h GROUP BY "check"',
        "failed": f'SELECT mean("value") FROM "http_req_failed" {window}',
        "data received": f'SELECT sum("value") FROM "data_received" {window}',
        "data sent": f'SELECT sum("value") FROM "data_sent" {window}',
        "iteration duration": f'SELECT mean("value") FROM "iteration_duration" {window}',
        "by name": 'SELECT percentile("value", 95) FROM "http_req_duration" WHERE time > now() - 1h GROUP BY "name", "status"',
    }
    for trend in TRENDS:
        for shown in ("mean({})", "max({})", "min({})", "median({})", "percentile({}, 90)", "percentile({}, 95)"):
            call = shown.format('"value"')
            panels[f"{trend}, {shown.format('value')}"] = f'SELECT {call} FROM "{trend}" {window}'
    empty = [name for name, statement in panels.items() if not influx.rows(statement)]
    sheet.count(f"panels without data, of {len(panels)}", empty, [])


def cost_of_a_record(sheet, nginx, rate, pairs, seconds):
    """What the workers pay: recording only, because formatting and sending are done by the telemetry thread."""
    with_raw, without, rows = [], [], []
    for _ in range(pairs):
        for raw in (True, False):
            with stores.started(*([stores.InfluxRaw] if raw else [])) as those:
                outs = [store.out() for store in those]
                run, served = nginx.counted(
                    lambda: Generator(nginx.url, *words(rate, seconds, DELIVERY_S), outs=outs).finish(seconds + DELIVERY_S + 60)
                )
            sheet.count(f"{'with' if raw else 'without'} raw, requests", run.requests(), served)
            (with_raw if raw else without).append(run.worker_us(served))
            rows.append(["raw" if raw else "none", served, run.dropped(), run.worker_us(served), cost.of(run.finished, served).us])
    sheet.table(["output", "requests", "dropped", "worker CPU us/req", "all CPU us/req"], rows)
    paid = stats.median([a - b for a, b in zip(with_raw, without)])
    sheet.bar("workers pay for a record", paid.value, "<=", 3, "us a request")
    sheet.figure("with interval", str(paid))
