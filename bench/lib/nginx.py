"""nginx as a target that counts: stub_status while it runs, access-log lines once it has quit."""

import json
import os
import pathlib
import re
import shutil
import signal
import tempfile

from lib import machine, ports, programs
from lib.process import Child

CONFIG = """
daemon off;
{user}
worker_processes 1;
worker_rlimit_nofile {files};
pid {dir}/nginx.pid;
error_log {dir}/error.log warn;
events {{ worker_connections 24000; }}
http {{
    log_format one '$msec $status';
    access_log {access_log};
    keepalive_requests {keepalive_requests};
    keepalive_timeout 3600s;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    server {{
        listen 127.0.0.1:{port} {words} backlog=20000;
        {certificate}
        location / {{ return 200 "hello\\n"; }}
        location = /json {{ default_type application/json; return 200 '{json}'; }}
        location = /stub {{ stub_status; access_log off; }}
    }}
    {stub_server}
}}
"""

# What an API answers: 700 bytes, with something to extract at several depths.
ORDER = {
    "id": 4711,
    "state": "open",
    "customer": {"name": "Ada", "email": "ada@example.com", "address": {"city": "Bern", "zip": "3000"}},
    "items": [{"sku": f"part-{number:04}", "price": number + 0.5, "amount": number} for number in range(1, 9)],
    "links": {"self": "/orders/4711", "next": "/orders/4712"},
}


# HTTP/1.1 for stub_status, where the other port speaks HTTP/2 or TLS.
STUB_SERVER = """
    server {{
        listen 127.0.0.1:{port};
        access_log off;
        location = /stub {{ stub_status; }}
    }}
"""


class Nginx:
    """`words` of the listen directive: http2, ssl. `certificate`: paths of certificate and key."""

    def __init__(self, log=False, words="", certificate=None, keepalive_requests=1_000_000_000):
        path, self.version = programs.server("nginx")
        self._dir = pathlib.Path(tempfile.mkdtemp(prefix="bench-nginx-"))
        self._log = self._dir / "access.log"
        self.port = ports.free_port()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}/"
        stub_port = ports.free_port() if words else self.port
        self._stub = f"http://127.0.0.1:{stub_port}/stub"
        config = self._dir / "nginx.conf"
        config.write_text(
            CONFIG.format(
                user="user root root;" if os.geteuid() == 0 else "",
                files=os.sysconf("SC_OPEN_MAX"),
                dir=self._dir,
                # Buffered, or the log and not the generator sets the pace; SIGQUIT flushes it.
                access_log=f"{self._log} one buffer=256k flush=1s" if log else "off",
                port=self.port,
                words=words,
                keepalive_requests=keepalive_requests,
                certificate="ssl_certificate {}; ssl_certificate_key {};".format(*certificate) if certificate else "",
                stub_server=STUB_SERVER.format(port=stub_port) if words else "",
                json=json.dumps(ORDER),
            )
        )
        argv = [path, "-c", config, "-p", self._dir, "-e", self._dir / "error.log"]
        self._child = Child(argv, core=machine.TARGET_CORE)
        ports.wait_answering(self._child, self._stub)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.quit()
        shutil.rmtree(self._dir, ignore_errors=True)

    def requests(self):
        """All so far, this question included."""
        return int(re.search(r"^ \d+ \d+ (\d+)", ports.get(self._stub), re.M).group(1))

    def counted(self, work):
        """(what work() returns, the requests it caused)."""
        before = self.requests()
        result = work()
        return result, self.requests() - before - 1

    def reload(self):
        """Old workers end as soon as their connections do; HTTP/2 clients are sent a GOAWAY."""
        self._child.send(signal.SIGHUP)

    def quit(self):
        self._child.end(signal.SIGQUIT, patience=15)

    def logged(self):
        """Lines in the access log; quits first, so that every line is on the disk."""
        self.quit()
        with open(self._log, "rb") as log:
            return sum(block.count(b"\n") for block in iter(lambda: log.read(1 << 20), b""))

    def logged_until(self, moment):
        """Lines of requests that were answered before that moment (seconds since the epoch)."""
        self.quit()
        with open(self._log, encoding="ascii") as log:
            return sum(float(line.split(" ", 1)[0]) < moment for line in log)

    def answered(self):
        """When each request was answered, in seconds since the epoch."""
        self.quit()
        with open(self._log, encoding="ascii") as log:
            return [float(line.split(" ", 1)[0]) for line in log]
