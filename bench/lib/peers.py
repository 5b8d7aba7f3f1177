"""The command lines of the tools that loadagent is compared with."""

import contextlib
import pathlib
import shutil
import tempfile

from lib import machine, programs
from lib.process import Child

K6_SCRIPT = """import http from 'k6/http';
export const options = { vus: %d, duration: '%ds', discardResponseBodies: true };
export default function () { http.get('%s'); }
"""


def wrk(url, connections, seconds):
    return _run([_path("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", url], seconds)


def oha(url, connections, seconds):
    return _run([_path("oha"), "--no-tui", "-c", connections, "-z", f"{seconds}s", url], seconds)


def oha_at_rate(url, connections, rate, seconds):
    return _run([_path("oha"), "--no-tui", "-c", connections, "-q", rate, "-z", f"{seconds}s", url], seconds)


def bare_hyper(url, users, seconds, think_ms=0):
    """hyper's own connection without any measuring: the bound that the choice of the HTTP/1.1 client is judged by."""
    address = url.removeprefix("http://").rstrip("/")
    return _run([programs.example("bare-hyper"), address, users, seconds, think_ms], seconds)


def k6(url, users, seconds):
    with _folder() as folder:
        script = folder / "load.js"
        script.write_text(K6_SCRIPT % (users, seconds, url))
        return _run([_path("k6"), "run", "--quiet", "--no-usage-report", script], seconds)


def _path(name):
    return programs.server(name)[0]


def _run(argv, seconds):
    finished = Child(argv, core=machine.LOAD_CORE).wait(seconds + 60)
    if finished.code != 0:
        raise RuntimeError(f"{argv[0]} ended with {finished.code}: {finished.stderr[-1000:]}")
    return finished


@contextlib.contextmanager
def _folder():
    folder = tempfile.mkdtemp(prefix="bench-peer-")
    try:
        yield pathlib.Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
