"""A store that can be killed, hung and started again with its data on the same port."""

import contextlib
import pathlib
import shutil
import signal
import tempfile

from lib import machine, ports, programs
from lib.process import Child


class Server:
    """Subclasses name the program and its flags, and the page that shows that it is up."""

    READY = "/"
    # How it is taken away: at once, unless it would lose what it has acknowledged.
    STOP_SIGNAL = signal.SIGKILL

    def __init__(self, name, start=True):
        self.path, self.version = programs.server(name)
        self.name = name
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))
        self.port = ports.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.child = None
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.resume()
        if self.child:
            self.child.end(patience=15)
        shutil.rmtree(self.dir, ignore_errors=True)

    def flags(self):
        raise NotImplementedError

    def start(self):
        """Also again, with the data that it had."""
        # Behind the target and the load in the queue for a core: what a store costs must not look like latency.
        argv = ["nice", "-n", "10", self.path, *self.flags()]
        self.child = Child(argv, core=machine.TARGET_CORE, watch=1)
        try:
            ports.wait_answering(self.child, self.base + self.READY, patience=60)
        except (RuntimeError, TimeoutError):
            self.__exit__()
            raise

    def leave(self):
        """Gone, with all that it acknowledged on its disk."""
        self.child.end(self.STOP_SIGNAL, patience=30)

    def kill(self):
        self.child.end(signal.SIGKILL)

    def restart(self):
        self.leave()
        self.start()

    def hang(self):
        """Its kernel still accepts connections, nothing answers."""
        self.child.send(signal.SIGSTOP)

    def resume(self):
        if self.child:
            self.child.send(signal.SIGCONT)


@contextlib.contextmanager
def folder(prefix):
    made = tempfile.mkdtemp(prefix=f"bench-{prefix}-")
    try:
        yield pathlib.Path(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)
