"""A server that goes away politely: what HTTP/2 calls not processed is sent again, and no request fails."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
import tempfile

from lib import machine, programs
from lib.generator import Generator
from lib.nginx import Nginx
from lib.process import Child

TITLE = "HTTP/2: keepalive_requests and rolling restarts of nginx fail no request"

PROFILE = """
base_url: {url}
http: {{version: 2, tls: {{skip_verify: true}}}}
vus: 4
duration: {seconds}s
flow:
  - parallel: 8
    steps: [{{get: /}}]
  - think: 5ms
"""

K6_SCRIPT = """import http from 'k6/http';
import { sleep } from 'k6';
export const options = { insecureSkipTLSVerify: true };
export default function () {
  http.batch(Array(8).fill(['GET', __ENV.URL]));
  sleep(0.005);
}
"""


@dataclasses.dataclass
class Case:
    name: str
    words: str = "http2"
    keepalive_requests: int = 1_000_000_000
    reload_every_s: float = 0


CASES = [
    Case("keepalive_requests 20", keepalive_requests=20),
    Case("reloads", reload_every_s=0.5),
    Case("TLS, keepalive_requests 20", words="http2 ssl", keepalive_requests=20),
    Case("TLS, reloads", words="http2 ssl", reload_every_s=0.5),
]


def prove(sheet, options):
    seconds = 3 if options.quick else 20
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-http2-") as folder:
        certificate = self_signed(pathlib.Path(folder))
        for case in CASES:
            if "ssl" in case.words and not certificate:
                sheet.note(f"SKIPPED: {case.name}: there is no openssl to make a certificate")
                continue
            rows.append(ours(sheet, case, seconds, pathlib.Path(folder), certificate))
            if "ssl" in case.words:  # k6 speaks HTTP/2 over TLS only
                rows.append(k6(sheet, case, seconds, pathlib.Path(folder), certificate))
    sheet.table(["case", "client", "requests", "access log", "failed", "sent again"], rows)


def ours(sheet, case, seconds, folder, certificate):
    with started(sheet, case, certificate) as nginx:
        profile = folder / "http2.yaml"
        profile.write_text(PROFILE.format(url=nginx.url.rstrip("/"), seconds=seconds))
        load = Generator(profile)
        reloads(case, nginx, load.child, seconds)
        run = load.finish(seconds + 60)
        logged = nginx.logged()
    requests = run.requests()
    failed = round(run.value("http_req_failed", "passes", absent=0))
    again = int(run.value("resent_requests", "count", absent=0))
    sheet.count(f"{case.name}: failed of {requests}", failed, 0)
    sheet.count(f"{case.name}: summary = access log", requests, logged)
    return [case.name, "loadagent", requests, logged, failed, again]


def k6(sheet, case, seconds, folder, certificate):
    script, report = folder / "http2.js", folder / "k6.json"
    script.write_text(K6_SCRIPT)
    words = ["--vus", 4, "--duration", f"{seconds}s", "--quiet", "--no-usage-report", "--summary-export", report]
    with started(sheet, case, certificate) as nginx:
        argv = [programs.server("k6")[0], "run", *words, "-e", f"URL={nginx.url}", script]
        load = Child(argv, core=machine.LOAD_CORE)
        reloads(case, nginx, load, seconds)
        load.wait(seconds + 60)
        logged = nginx.logged()
    metrics = json.loads(report.read_text())["metrics"]
    return [case.name, "k6", metrics["http_reqs"]["count"], logged, metrics["http_req_failed"]["passes"], ""]


@contextlib.contextmanager
def started(sheet, case, certificate):
    chosen = certificate if "ssl" in case.words else None
    with Nginx(log=True, words=case.words, certificate=chosen, keepalive_requests=case.keepalive_requests) as nginx:
        sheet.used("nginx", nginx.version)
        yield nginx


def reloads(case, nginx, child, seconds):
    if case.reload_every_s:
        for number in range(1, int((seconds - 0.5) / case.reload_every_s)):
            child.sleep_until(number * case.reload_every_s)
            nginx.reload()


def self_signed(folder):
    """Paths of a certificate and its key; None without openssl."""
    words = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    made = [folder / "certificate.pem", folder / "key.pem"]
    try:
        subprocess.run(["openssl", "req", *words, "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    except FileNotFoundError:
        return None
    return made
