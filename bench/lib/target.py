"""loadagent's practice target in a process of its own, and the log it keeps."""

import json

from lib import generator, machine, ports, programs, server
from lib.process import Child


class Target:
    def __init__(self, latency="10ms", stall=None, flags=()):
        self.port = ports.free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        argv = [programs.loadagent(), "target", "--listen", f"127.0.0.1:{self.port}", "--latency", latency, "--threads", "1"]
        self._child = Child([*argv, *(["--stall", stall] if stall else []), *flags], core=machine.TARGET_CORE)
        ports.wait_listening(self._child, self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.end()

    def log(self):
        return json.loads(ports.get(self.url + "_target/log"))


def run_against(profile_text, timeout=300, **values):
    """A run of a profile, whose `{url}` is a target without latency, and what the target saw of it."""
    with server.folder("profile") as folder, Target("0ms") as target:
        profile = folder / "profile.yaml"
        profile.write_text(profile_text.format(url=target.url.rstrip("/"), **values))
        return generator.run(profile, timeout=timeout), target.log()
