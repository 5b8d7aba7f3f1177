"""This build beside an earlier one, in adjacent pairs: `bench/prove spine:against --against PATH`."""

import dataclasses

from items.spine.memory import with_users, steady
from lib import cost, generator, programs, stats, stores
from lib.nginx import Nginx
from lib.prometheus import Prometheus
from lib.target import Target

TITLE = "no figure worse than an earlier build's"
CONNECTIONS = 50
OPEN_RATE = 10_000
EXPORT_RATE = 20_000
USERS = (1000, 10_000)
KB_PER_USER = 4.2


@dataclasses.dataclass
class Build:
    name: str
    binary: str


def prove(sheet, options):
    if not options.against:
        raise programs.Missing("--against PATH names the earlier build")
    builds = [Build("this build", programs.loadagent()), Build("earlier build", options.against)]
    sheet.used("earlier build", options.against.rsplit("/", 1)[-1])
    with Nginx() as nginx:
        closed(sheet, options, nginx, builds)
        opened(sheet, options, builds)
        exporting(sheet, options, nginx, builds)
        memory(sheet, nginx, builds)


def closed(sheet, options, nginx, builds):
    with Prometheus() as prometheus:
        def once(build):
            words = (nginx.url, "-u", CONNECTIONS, "-d", f"{options.seconds}s")
            return nginx.counted(
                lambda: generator.run(*words, binary=build.binary, prometheus=prometheus, timeout=options.seconds + 60)
            )

        compare(sheet, "closed, remote write: CPU per request", options.pairs, builds, once)


def opened(sheet, options, builds):
    def once(build):
        with Target("10ms") as target:
            words = (target.url, "--rate", OPEN_RATE, "-d", f"{options.seconds}s")
            run = generator.run(*words, binary=build.binary, timeout=options.seconds + 60)
            return run, target.log()["total"]

    compare(sheet, f"open, {OPEN_RATE:,}/s: CPU per request", options.pairs, builds, once)


def exporting(sheet, options, nginx, builds):
    """CPU of everything but the workers: collecting, logging, encoding, sending."""
    for kind in stores.AGGREGATES:
        def once(build):
            with stores.started(kind) as (store,):
                words = (nginx.url, "--rate", EXPORT_RATE, "-d", f"{options.seconds}s")
                return nginx.counted(
                    lambda: generator.run(*words, binary=build.binary, outs=[store.out()], timeout=options.seconds + 90)
                )

        name = f"{kind.name}, {EXPORT_RATE:,}/s: CPU of exporting per request"
        compare(sheet, name, options.pairs, builds, once, lambda run, served: run.worker_us(served) * run.export_overhead())


def compare(sheet, name, pairs, builds, once, figure=lambda run, served: cost.of(run.finished, served).us):
    figures, wrong = [], 0
    for _ in range(pairs):
        pair = []
        for build in builds:
            run, served = once(build)
            wrong += run.requests() != served
            pair.append(figure(run, served))
        figures.append(pair)
    new, old = (stats.median([pair[place] for pair in figures]) for place in (0, 1))
    ratio = stats.median([new / old for new, old in figures])
    sheet.count(f"{name}: runs whose count is not the target's", wrong, 0)
    sheet.table([name, "us"], [[builds[0].name, str(new)], [builds[1].name, str(old)]])
    sheet.figure(f"{name}, this / earlier", str(ratio))
    sheet.bar(f"{name}: lower end of the ratio's interval", ratio.low, "<=", 1.0)
    sheet.raw(name, figures)


def memory(sheet, nginx, builds):
    few, many = USERS
    for build in builds:
        sizes = [steady(with_users(nginx, users, 20, binary=build.binary)[0].finished.rss) for users in USERS]
        slope = (sizes[1] - sizes[0]) / (many - few) / 1000
        if build is builds[0]:
            sheet.bar(f"memory of a user, {build.name}", slope, "<=", KB_PER_USER, "KB")
        else:
            sheet.figure(f"memory of a user, {build.name}", slope, "KB")
