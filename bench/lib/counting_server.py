"""A server made with somebody else's library, which tells at /counts what it saw."""

import json
import pathlib

from lib import generator, machine, ports, server
from lib.process import Child

HERE = pathlib.Path(__file__).resolve().parent


def run_against(python, script, profile_text, timeout):
    """A run of the profile that `profile_text` makes for the server's URL, and what the server saw of it."""
    port = ports.free_port()
    child = Child([python, HERE / script, port], core=machine.TARGET_CORE)
    url = f"http://127.0.0.1:{port}"
    try:
        ports.wait_answering(child, f"{url}/counts")
        with server.folder("profile") as folder:
            profile = folder / "profile.yaml"
            profile.write_text(profile_text(url))
            run = generator.run(profile, quiet=False, timeout=timeout)
        return run, json.loads(ports.get(f"{url}/counts"))
    finally:
        child.end()
