"""The command lines of the tools that loadagent is compared with."""

from lib import machine, programs, server
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


def k6(url, users, seconds, words=(), env=None):
    with server.folder("peer") as folder:
        script = folder / "load.js"
        script.write_text(K6_SCRIPT % (users, seconds, url))
        return _run([_path("k6"), "run", "--quiet", "--no-usage-report", *words, script], seconds, env)


def version(name):
    return programs.server(name)[1]


def _path(name):
    return programs.server(name)[0]


def _run(argv, seconds, env=None):
    finished = Child(argv, core=machine.LOAD_CORE, env=env).wait(seconds + 60)
    if finished.code != 0:
        raise RuntimeError(f"{argv[0]} ended with {finished.code}: {finished.stderr[-1000:]}")
    return finished
