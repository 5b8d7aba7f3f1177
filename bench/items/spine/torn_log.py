"""kill -9 in mid-run: the interval log still has everything up to the last flushed second."""

import json
import pathlib
import random
import signal
import subprocess
import tempfile
import time

from lib import programs
from lib.generator import Generator
from lib.nginx import Nginx

TITLE = "the interval log survives kill -9 and torn tails"
SEED = 7


def prove(sheet, options):
    live_seconds = 3.4 if options.quick else 10.4
    with Nginx(log=True) as nginx:
        sheet.used("nginx", nginx.version)
        started = Generator(nginx.url, "--rate", 500, "-d", "60s")
        try:
            time.sleep(live_seconds)
            started.child.send(signal.SIGKILL)
            killed_wall, killed = time.time(), time.monotonic() - started.child.started
            sheet.count("ended by", started.child.wait(10).code, -signal.SIGKILL)
            served = nginx.logged()
            log = (started.dir / "intervals.log").read_bytes()
        finally:
            started.discard()
    whole = survivors(sheet, log, served, killed, killed_wall)
    torn_tails(sheet, log, whole, cuts=12 if options.quick else 200)


def survivors(sheet, log, served, killed, killed_wall):
    whole, tail = read(log)
    seqs = [one["seq"] for one in whole]
    counted = sum(one["http_reqs"] for one in whole)
    sheet.holds("intervals are read", len(whole) >= 1, len(whole))
    sheet.count("the last line counts them", tail["intervals"], len(whole))
    sheet.holds("seq rises by one", seqs == list(range(seqs[0], seqs[0] + len(seqs))), seqs)
    sheet.holds("no request is invented", 0 < counted <= served, f"{counted} of the {served} that nginx logged")
    last = whole[-1]["end_ms"] / 1000
    # Either clock: since the epoch, or since the run's start.
    lost = killed_wall - last if last > 1e9 else killed - last
    sheet.bar("time between the last interval and the kill", lost, "<=", 1.5, "s")
    return whole


class Unreadable(Exception):
    pass


def torn_tails(sheet, log, whole, cuts):
    chance = random.Random(SEED)
    _, clean = read(log)
    frames = len(log) - clean["torn_bytes"]

    garbage = chance.randbytes(137)
    kept, tail = read(log[:frames] + garbage)
    sheet.holds("garbage at the end: every interval is still read", kept == whole, f"{len(kept)} of {len(whole)}")
    sheet.count("garbage at the end: torn bytes", tail["torn_bytes"], len(garbage))
    sheet.holds("garbage at the end: reported", tail["clean"] is False, tail)

    places = sorted(chance.sample(range(1, frames), min(cuts, frames - 1)))
    wrong = [place for place in places if not cut_is_honest(log, place, whole)]
    sheet.count(f"{len(places)} random cuts: read wrongly", len(wrong), 0)
    sheet.raw("cuts", {"places": places, "wrong": wrong})


def cut_is_honest(log, place, whole):
    try:
        return whole_frames_are_read(log, place, whole)
    except Unreadable:
        return False


def whole_frames_are_read(log, place, whole):
    """The whole frames before the cut are read, the rest is counted, and that is where frames really end."""
    kept, tail = read(log[:place])
    boundary = place - tail["torn_bytes"]
    if kept != whole[: len(kept)] or tail["clean"] is not (tail["torn_bytes"] == 0):
        return False
    again, at_boundary = read(log[:boundary])
    if boundary and (again != kept or at_boundary["torn_bytes"] != 0):
        return False
    # Were a whole frame left unread, the log one byte shorter would end at an earlier one just the same.
    fewer, before = read(log[: boundary - 1]) if boundary > 1 else ([], {"torn_bytes": 1})
    return before["torn_bytes"] > 0 and len(fewer) <= len(kept)


def read(log):
    """(intervals, last line) as `loadagent report --intervals` prints them for a folder with this log."""
    with tempfile.TemporaryDirectory(prefix="bench-log-") as folder:
        (pathlib.Path(folder) / "intervals.log").write_bytes(log)
        answer = subprocess.run([programs.loadagent(), "report", "--intervals", folder], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    if not lines or "intervals" not in lines[-1]:
        raise Unreadable(f"`loadagent report --intervals` ended with {answer.returncode}: {answer.stderr[-500:]}")
    return lines[:-1], lines[-1]
