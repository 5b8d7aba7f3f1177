"""Memory: what a user costs, and that a long run does not grow."""

import json
import pathlib
import statistics
import tempfile

from lib import generator, peers
from lib.nginx import Nginx
from lib.prometheus import Prometheus

TITLE = "memory per user and over time"
PROFILE = """name: idle-users
scenarios:
  users: {{executor: constant-vus, vus: {users}, duration: {seconds}s, flow: [{{get: "{url}"}}, {{think: 1s}}]}}
"""


def prove(sheet, options):
    with Nginx() as nginx:
        sheet.used("nginx", nginx.version)
        per_user(sheet, nginx, *((100, 1000, 4) if options.quick else (1000, 10_000, 20)))
        over_time(sheet, nginx, 500 if options.quick else 20_000, 3 if options.quick else options.minutes * 60)


def per_user(sheet, nginx, few, many, seconds):
    sizes, rows = {}, []
    for users in (few, many):
        run, served = with_users(nginx, users, seconds)
        sheet.count(f"{users} users: requests", run.requests(), served)
        sheet.holds(f"{users} users: each made one at least", served >= users, served)
        sizes[users] = steady(run.finished.rss)
        rows.append([users, sizes[users] / 2**20, run.finished.peak_rss_bytes / 2**20, served])
    sheet.table(["users", "steady MiB", "peak MiB", "requests"], rows)
    sheet.bar("memory of a user (slope)", (sizes[many] - sizes[few]) / (many - few) / 1000, "<=", 4.2, "KB")
    if not sheet.quick:
        few_bytes, many_bytes = (bare_hyper_bytes(nginx, users, seconds) for users in (few, many))
        sheet.figure("the same with bare hyper connections", (many_bytes - few_bytes) / (many - few) / 1000, "KB")


def bare_hyper_bytes(nginx, users, seconds):
    return json.loads(peers.bare_hyper(nginx.url, users, seconds, think_ms=1000).stdout)["rss_bytes"]


def with_users(nginx, users, seconds, binary=None):
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as folder:
        profile = pathlib.Path(folder) / "idle-users.yaml"
        profile.write_text(PROFILE.format(users=users, seconds=seconds, url=nginx.url))
        return nginx.counted(lambda: generator.run(profile, binary=binary, timeout=seconds + 90))


def steady(samples):
    """The middle of the run: connections are up, the drain has not begun."""
    end = samples[-1][0]
    return statistics.median(size for at, size in samples if end * 0.5 <= at <= end * 0.9)


def over_time(sheet, nginx, rate, seconds):
    with Prometheus() as prometheus:
        sheet.used("prometheus", prometheus.version)
        words = ["--rate", rate, "-d", f"{seconds:g}s"]
        run, served = nginx.counted(
            lambda: generator.run(nginx.url, *words, prometheus=prometheus, timeout=seconds + 120, watch=0.5)
        )
    sheet.count("steady run: requests", run.requests(), served)
    # Minute 2 of 10, or the same share of a shorter run.
    window = min(20, seconds * 0.1)
    early = around(run.finished.rss, min(120, seconds * 0.2), window)
    late = around(run.finished.rss, seconds - window, window)
    sheet.figure("memory early", early / 2**20, "MiB")
    sheet.figure("memory late", late / 2**20, "MiB")
    sheet.bar(f"growth at {rate:,}/s over {seconds / 60:.3g} minutes", (late - early) / 1e6, "<=", max(2, early * 0.02 / 1e6), "MB")
    sheet.raw("rss_over_time", [[round(at, 1), size] for at, size in run.finished.rss])


def around(samples, moment, window):
    near = [size for at, size in samples if abs(at - moment) <= window]
    return statistics.median(near or [samples[-1][1]])
