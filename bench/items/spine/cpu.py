"""CPU per request beside wrk, oha and k6, in adjacent pairs on the same core."""

import dataclasses
import typing

from lib import cost, generator, peers, programs, stats
from lib.nginx import Nginx
from lib.prometheus import Prometheus
from lib.target import Target

TITLE = "cost of a request"
CONNECTIONS = 50
OPEN_RATE, OPEN_CONNECTIONS = 10_000, 150


@dataclasses.dataclass
class Peer:
    name: str
    tool: typing.Callable
    pairs: int
    sign: str
    limit: float
    times_ours: bool = False  # the bar is on theirs / ours


def prove(sheet, options):
    seconds = 2 if options.quick else options.seconds
    with Nginx() as nginx, Prometheus() as prometheus:
        sheet.used("nginx", nginx.version)
        sheet.used("prometheus", prometheus.version)
        miscounts = [
            miscount
            for peer in compared(options)
            if peer.tool is peers.bare_hyper or available(sheet, peer.name)
            for miscount in compare(sheet, peer, nginx, prometheus, seconds)
        ]
    sheet.count("closed: runs whose count is not nginx's", sum(off != 0 for off in miscounts), 0)
    sheet.holds("closed: there were runs", miscounts, len(miscounts))
    open_loop(sheet, options)


def compared(options):
    if options.quick:  # counts are ours alone, so the cheapest peer to fetch is enough
        return [Peer("wrk", peers.wrk, 1, "<=", 1.5)]
    return [
        Peer("wrk", peers.wrk, options.pairs, "<=", 1.5),
        Peer("oha", peers.oha, options.pairs, "<=", 1.0),
        Peer("bare hyper", peers.bare_hyper, max(2, options.pairs // 2), "<=", 1.0),
        Peer("k6", peers.k6, options.k6_pairs, ">=", 6, times_ours=True),
    ]


def available(sheet, name):
    try:
        sheet.used(name, programs.server(name)[1])
        return True
    except programs.Missing as missing:
        sheet.holds(f"{name} is here", False, missing)
        return False


def compare(sheet, peer, nginx, prometheus, seconds):
    """How far each of our runs was from nginx's count."""
    ours, theirs, miscounts = [], [], []
    for _ in range(peer.pairs):
        run, served = nginx.counted(lambda: closed_run(nginx.url, prometheus, seconds))
        miscounts.append(run.requests() - served)
        ours.append(cost.of(run.finished, served))
        theirs.append(cost.of(*nginx.counted(lambda: peer.tool(nginx.url, CONNECTIONS, seconds))))
    sheet.table(["closed", *cost.HEADINGS], [cost.row("loadagent", ours), cost.row(peer.name, theirs)])

    name = f"{peer.name} / loadagent" if peer.times_ours else f"loadagent / {peer.name}"
    pairs = list(zip(ours, theirs))
    ratio = stats.median([ratio_of(pair, peer) for pair in pairs])
    sheet.bar(f"{name}, CPU per request", ratio.value, peer.sign, peer.limit)
    sheet.figure(f"{name}, with interval", str(ratio))
    quiet = [ratio_of(pair, peer) for pair in pairs if all(one.quiet() for one in pair)]
    if quiet:
        sheet.figure(f"{name}, pairs without steal", str(stats.median(quiet)))
    sheet.raw(f"pairs_{peer.name}", [[dataclasses.asdict(one) for one in pair] for pair in pairs])
    return miscounts


def closed_run(url, prometheus, seconds):
    return generator.run(url, "-u", CONNECTIONS, "-d", f"{seconds}s", prometheus=prometheus, timeout=seconds + 60)


def ratio_of(pair, peer):
    ours, theirs = pair
    return theirs.us / ours.us if peer.times_ours else ours.us / theirs.us


def open_loop(sheet, options):
    seconds, repeats = (2, 1) if options.quick else (12, 5)
    with_oha = not options.quick and available(sheet, "oha")
    ours, theirs, miscounts = [], [], []
    for _ in range(repeats):
        with Target("10ms") as target:
            run = generator.run(target.url, "--rate", OPEN_RATE, "-d", f"{seconds}s", timeout=seconds + 60)
            served = target.log()["total"]
        miscounts.append(run.requests() - served)
        ours.append(cost.of(run.finished, served))
        if with_oha:
            with Target("10ms") as target:
                finished = peers.oha_at_rate(target.url, OPEN_CONNECTIONS, OPEN_RATE, seconds)
                theirs.append(cost.of(finished, target.log()["total"]))
    rows = [cost.row("loadagent", ours)] + ([cost.row("oha -q", theirs)] if theirs else [])
    sheet.table([f"open, {OPEN_RATE:,}/s", *cost.HEADINGS], rows)
    sheet.count("open: runs whose count is not the target's", sum(off != 0 for off in miscounts), 0)
    if theirs:
        ratio = stats.median([a.us / b.us for a, b in zip(ours, theirs)])
        sheet.bar("open: loadagent / oha -q, CPU per request", ratio.value, "<=", 1)
        sheet.figure("open: loadagent / oha -q, with interval", str(ratio))
    sheet.raw("open_loop", {"loadagent": [one.us for one in ours], "oha": [one.us for one in theirs]})
