"""Where the programs are: loadagent itself, and what scripts/servers fetches."""

import functools
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Missing(Exception):
    pass


@functools.cache
def loadagent():
    named = os.environ.get("LOADAGENT")
    if named:
        return str(pathlib.Path(named).resolve())
    binary = ROOT / "target" / "release" / "loadagent"
    if not binary.exists():
        subprocess.run(["cargo", "build", "--release"], cwd=ROOT, check=True)
    return str(binary)


@functools.cache
def example(name):
    """A bound of ours, built when it is first asked for; cargo does nothing when it is there."""
    subprocess.run(["cargo", "build", "--release", "--quiet", "--example", name], cwd=ROOT, check=True)
    return str(ROOT / "target" / "release" / "examples" / name)


@functools.cache
def loadagent_version():
    answer = subprocess.run([loadagent(), "--version"], capture_output=True, text=True, check=False)
    return (answer.stdout.strip() or "unknown").splitlines()[0].removeprefix("loadagent ")


@functools.cache
def server(name):
    """(path, version) of a fetched program."""
    answer = subprocess.run([ROOT / "scripts" / "servers", name], stdout=subprocess.PIPE, text=True, check=False)
    for line in answer.stdout.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == name:
            return words[1], words[2]
    raise Missing(answer.stdout.strip() or f"MISSING {name}")
