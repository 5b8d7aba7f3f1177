"""Child processes: pinned, watched, billed by wait4, and ended by their own process id only."""

import atexit
import dataclasses
import os
import signal
import subprocess
import tempfile
import threading
import time

from lib import machine

_alive = {}


@dataclasses.dataclass
class Finished:
    code: int
    cpu_seconds: float
    wall_seconds: float
    stdout: str
    stderr: str
    peak_rss_bytes: int
    rss: list  # (seconds since start, bytes)
    stolen_seconds: float


class Child:
    """A running program. `core=None` leaves it unpinned; `watch` is the seconds between memory samples."""

    def __init__(self, argv, core=None, env=None, cwd=None, watch=0.1):
        self.argv = [str(word) for word in argv]
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        self._stdout = tempfile.TemporaryFile()
        self._stderr = tempfile.TemporaryFile()
        self._stolen = machine.stolen_seconds()
        self.started = time.monotonic()
        self.started_wall = time.time()
        self._popen = subprocess.Popen(
            pinned + self.argv,
            stdin=subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=self._stderr,
            env={**os.environ, **(env or {})},
            cwd=cwd,
        )
        self.pid = self._popen.pid
        self._finished = None
        self._memory = _MemoryWatch(self.pid, self.started, watch)
        _alive[self.pid] = self

    def sleep_until(self, seconds):
        """Since its start; what was done meanwhile takes nothing off the plan."""
        time.sleep(max(0, self.started + seconds - time.monotonic()))

    def send(self, number):
        if self._finished is None:
            os.kill(self.pid, number)

    def poll(self):
        """Finished, or None while it runs."""
        if self._finished is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self._settle(status, usage)
        return self._finished

    def wait(self, timeout):
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                self.end()
                raise TimeoutError(f"{self.argv[0]} did not finish within {timeout} s: {self.output_tail()}")
            time.sleep(0.02)
        return self._finished

    def end(self, number=signal.SIGTERM, patience=10):
        """Asks, waits, insists."""
        for asked in (number, signal.SIGKILL):
            if self.poll() is not None:
                return self._finished
            self.send(asked)
            deadline = time.monotonic() + patience
            while self.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
        return self._finished

    def output_tail(self):
        """The end of what it printed, for messages."""
        return (_text(self._stdout) + _text(self._stderr))[-2000:]

    def _settle(self, status, usage):
        code = os.waitstatus_to_exitcode(status)
        self._popen.returncode = code
        _alive.pop(self.pid, None)
        self._memory.stop()
        self._finished = Finished(
            code=code,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            wall_seconds=time.monotonic() - self.started,
            stdout=_text(self._stdout),
            stderr=_text(self._stderr),
            peak_rss_bytes=self._memory.peak,
            rss=self._memory.samples,
            stolen_seconds=machine.stolen_seconds() - self._stolen,
        )


class _MemoryWatch:
    """VmHWM rather than ru_maxrss, which inherits the launcher's size across exec."""

    def __init__(self, pid, started, pause):
        self.samples, self.peak = [], 0
        self._pid, self._started, self._pause = pid, started, pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()

    def _watch(self):
        if machine.TARGET_CORE is not None:
            os.sched_setaffinity(0, {machine.TARGET_CORE})  # this thread only: keep off the generator's core
        while not self._over.wait(self._pause):
            sizes = _memory_of(self._pid)
            if "VmRSS" in sizes:
                self.samples.append((time.monotonic() - self._started, sizes["VmRSS"]))
                self.peak = max(self.peak, sizes["VmHWM"])


def _memory_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            lines = [line.split() for line in status]
    except OSError:
        return {}
    return {words[0][:-1]: int(words[1]) * 1024 for words in lines if words and words[0] in ("VmRSS:", "VmHWM:")}


def _text(file):
    # pread leaves the offset alone, which the running child shares.
    return os.pread(file.fileno(), 1 << 22, 0).decode("utf-8", "replace")


@atexit.register
def _end_all():
    for child in list(_alive.values()):
        child.end(patience=3)
