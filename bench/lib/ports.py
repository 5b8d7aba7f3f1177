"""Free ports and readiness on the loopback."""

import random
import socket
import time
import urllib.error
import urllib.request


def free_port():
    """Below the ephemeral range, where the load's own connections would take it between bind and use."""
    for _ in range(200):
        port = random.randrange(18000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port on 127.0.0.1 between 18000 and 30000")


def get(url, timeout=30):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def wait_listening(child, port, patience=20):
    """By connecting only: a request would show in the target's counts."""
    _await(child, patience, lambda: socket.create_connection(("127.0.0.1", port), 1).close())


def wait_answering(child, url, patience=30):
    _await(child, patience, lambda: get(url, 2))


def _await(child, patience, attempt):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"{child.argv[0]} ended at once: {child.output_tail()}")
        try:
            return attempt()
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    raise TimeoutError(f"{child.argv[0]} is not up after {patience} s: {child.output_tail()}")
