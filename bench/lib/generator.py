"""One run of loadagent and what it reports of itself."""

import dataclasses
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from lib import machine, programs
from lib.process import Child, Finished

_runs = itertools.count(1)


@dataclasses.dataclass
class Run:
    finished: Finished
    run_id: str
    summary: dict

    def value(self, metric, key, absent=None):
        found = self.summary.get("metrics", {}).get(metric, {}).get("values", {}).get(key, absent)
        if found is None:
            output = self.finished.stdout[-500:] + self.finished.stderr[-1000:]
            raise LookupError(f"summary.json has no {metric} {key}; exit code {self.finished.code}: {output}")
        return found

    def requests(self):
        return int(self.value("http_reqs", "count"))

    def dropped(self):
        return int(self.value("dropped_iterations", "count", absent=0))

    def worker_us(self, served):
        """CPU of the threads that make load, a request."""
        return self.validity()["generator"]["worker_cpu_seconds"] / served * 1e6

    def export_overhead(self):
        """CPU of everything else, over that of the threads that make load."""
        cpu = self.validity()["generator"]
        return cpu["cpu_seconds"] / cpu["worker_cpu_seconds"] - 1

    def validity(self):
        return self.summary.get("loadagent", {}).get("validity", {})

    def outputs(self):
        return self.summary.get("loadagent", {}).get("outputs", [])

    def output(self, base):
        """The delivery figures of the output that writes to this address."""
        found = [one for one in self.outputs() if base.removeprefix("http://") in one["name"]]
        if len(found) != 1:
            output = self.finished.stdout[-500:] + self.finished.stderr[-1000:]
            raise LookupError(f"summary.json has {len(found)} outputs at {base}; exit code {self.finished.code}: {output}")
        return found[0]


class Generator:
    """A started run. `finish` waits for it and removes its folder; `with` keeps the folder for what comes after."""

    def __init__(
        self, *words, prometheus=None, outs=(), core=machine.LOAD_CORE, quiet=True, watch=0.1, env=None, folder=None, before=(), binary=None
    ):
        self.run_id = f"bench-{os.getpid()}-{next(_runs)}"
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="bench-run-"))
        # `folder`: given by the caller, for example a disk that is too small.
        self.dir = pathlib.Path(folder or self.home) / "run"
        argv = [*before, binary or programs.loadagent(), "run", *words, "--run-dir", self.dir, "--run-id", self.run_id]
        for out in [*([f"prometheus={prometheus.write_url}"] if prometheus else []), *outs]:
            argv += ["--out", out]
        if quiet:
            argv.append("-q")
        self.child = Child(argv, core=core, watch=watch, env=env)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.discard()

    def finish(self, timeout):
        try:
            return self.wait(timeout)
        finally:
            self.discard()

    def wait(self, timeout):
        finished = self.child.wait(timeout)
        return Run(finished, self.run_id, self.summary())

    def sleep_until(self, seconds):
        self.child.sleep_until(seconds)

    def discard(self):
        self.child.end()
        shutil.rmtree(self.home, ignore_errors=True)

    def summary(self):
        try:
            return json.loads((self.dir / "summary.json").read_text())
        except FileNotFoundError:
            return {}


def run(*words, timeout, **options):
    return Generator(*words, **options).finish(timeout)


def replay(folder, *words, timeout=120, env=None):
    """What `loadagent replay` of a run's folder ended with."""
    return Child([programs.loadagent(), "replay", folder, *words], core=machine.LOAD_CORE, env=env).wait(timeout)


def logged_requests(folder):
    """http_reqs of all intervals that the log of a run still has, also after a crash."""
    words = [programs.loadagent(), "report", "--intervals", folder]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    return round(sum(json.loads(line).get("http_reqs", 0) for line in answer.stdout.splitlines()))
