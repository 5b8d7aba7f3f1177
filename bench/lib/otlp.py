"""What an OTLP receiver took, read by the protocol's own types in another process."""

import gzip
import json
import pathlib
import subprocess

from lib import programs
from lib.server import folder


def read(receiver, reader):
    """What `reader` (otlp_facts or otlp_spans) prints about everything that was received, in order."""
    python, _ = programs.server("otlpproto")
    with folder("otlp") as place:
        taken = [seen for seen in receiver.writes() if seen.did.startswith("let through")]
        for number, seen in enumerate(taken):
            zipped = seen.headers.get("content-encoding") == "gzip"
            body = gzip.decompress(seen.body) if zipped else bytes(seen.body)
            (place / f"{number:06}").write_bytes(body)
        helper = pathlib.Path(programs.ROOT) / "bench" / "lib" / f"{reader}.py"
        answer = subprocess.run([python, helper, place], capture_output=True, text=True, check=False)
        if answer.returncode:
            raise RuntimeError(answer.stderr[-1000:])
        return json.loads(answer.stdout)
