"""CPU of exports at 20,000 requests a second, output by output; k6 with the same outputs beside it."""

import time

from lib import cost, peers, stats, stores
from lib.generator import Generator
from lib.nginx import Nginx

TITLE = "export overhead is at most a tenth of load generation"
MOST = 10  # per cent
K6_USERS = 50


def prove(sheet, options):
    rate, seconds, runs = (2_000, 3, 1) if options.quick else (20_000, 20, 3)
    kinds = [kind for kind in stores.AGGREGATES if options.only.lower() in kind.name.lower()]
    with Nginx() as nginx:
        sheet.used("nginx", nginx.version)
        rows = [show(sheet, nginx, kind, rate, seconds, runs) for kind in [None, *kinds]]
        sheet.table(["output", "worker CPU us/req", "export CPU us/req", "export / workers", "peak MiB", "samples sent"], rows)
        if not options.quick:
            sheet.table(["k6, closed, 50 users", "CPU us/req", "more than without", "peak MiB"], beside(sheet, nginx, options))


def show(sheet, nginx, kind, rate, seconds, runs):
    name, shares, worker, exports, peaks, sent = kind.name if kind else "none", [], [], [], [], 0
    for _ in range(runs):
        with stores.started(*([kind] if kind else [])) as those:
            for store in those:
                sheet.used(store.server.name, store.server.version)
            outs = [store.out() for store in those]
            done, served = nginx.counted(
                lambda: Generator(nginx.url, "--rate", rate, "-d", f"{seconds}s", outs=outs).finish(seconds + 90)
            )
            stored = [store.stored(done.run_id).total for store in those]
        sheet.count(f"{name}: requests", [done.requests(), *stored], [served] * (1 + len(stored)))
        sheet.holds(f"{name}: outputs complete", all(one["complete"] for one in done.outputs()), len(done.outputs()))
        shares.append(100 * done.export_overhead())
        worker.append(done.worker_us(served))
        exports.append(done.worker_us(served) * done.export_overhead())
        peaks.append(done.finished.peak_rss_bytes / 2**20)
        sent = sum(one["sent"] for one in done.outputs())
    share = stats.median(shares)
    if kind:
        sheet.bar(f"{name}: CPU of exports over that of the workers", share.value, "<=", MOST, "%")
    else:
        sheet.figure("without an output, CPU of all other threads over that of the workers", share.value, "%")
    return [name, str(stats.median(worker)), str(stats.median(exports)), f"{share} %", stats.median(peaks).value, sent]


def beside(sheet, nginx, options):
    """CPU of the whole of k6, because it has no threads of their own for it: with each output and without."""
    sheet.used("k6", peers.version("k6"))
    rows, bare = [], None
    for name, kind in (("none", None), ("remote write", stores.RemoteWrite), ("influxdb", stores.InfluxAggregate)):
        costs = []
        for _ in range(options.k6_pairs):
            with stores.started(*([kind] if kind else [])) as those:
                words = k6_words(those[0]) if those else ([], {})
                finished, served = nginx.counted(lambda: peers.k6(nginx.url, K6_USERS, 10, *words))
                time.sleep(0.2)
            costs.append(cost.of(finished, served))
        middle = stats.median([one.us for one in costs])
        bare = middle.value if bare is None else bare
        rows.append([name, str(middle), middle.value - bare, stats.median([one.rss_mib for one in costs]).value])
    return rows


def k6_words(store):
    if isinstance(store, stores.RemoteWrite):
        return ["--out", "experimental-prometheus-rw"], {
            "K6_PROMETHEUS_RW_SERVER_URL": store.server.write_url,
            "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": "true",
            "K6_PROMETHEUS_RW_PUSH_INTERVAL": "1s",
        }
    return ["--out", f"influxdb={store.server.base}/{store.server.database}"], {}
