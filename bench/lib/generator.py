"""One run of loadagent and what it says of itself."""

import dataclasses
import itertools
import json
import os
import pathlib
import shutil
import tempfile

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
            said = self.finished.stdout[-500:] + self.finished.stderr[-1000:]
            raise LookupError(f"summary.json has no {metric} {key}; exit code {self.finished.code}: {said}")
        return found

    def requests(self):
        return int(self.value("http_reqs", "count"))

    def dropped(self):
        return int(self.value("dropped_iterations", "count", absent=0))

    def validity(self):
        return self.summary.get("loadagent", {}).get("validity", {})

    def outputs(self):
        return self.summary.get("loadagent", {}).get("outputs", [])


class Generator:
    """A started run; `finish` waits for it and removes its folder."""

    def __init__(self, *words, prometheus=None, core=machine.LOAD_CORE, quiet=True, watch=0.1):
        self.run_id = f"bench-{os.getpid()}-{next(_runs)}"
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bench-run-")) / "run"
        argv = [programs.loadagent(), "run", *words, "--run-dir", self.dir, "--run-id", self.run_id]
        if prometheus:
            argv += ["--out", f"prometheus={prometheus.write_url}"]
        if quiet:
            argv.append("-q")
        self.child = Child(argv, core=core, watch=watch)

    def finish(self, timeout):
        try:
            finished = self.child.wait(timeout)
            return Run(finished, self.run_id, self._summary())
        finally:
            self.discard()

    def discard(self):
        self.child.end()
        shutil.rmtree(self.dir.parent, ignore_errors=True)

    def _summary(self):
        try:
            return json.loads((self.dir / "summary.json").read_text())
        except FileNotFoundError:
            return {}


def run(*words, timeout, **options):
    return Generator(*words, **options).finish(timeout)
