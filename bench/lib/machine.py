"""The machine and the commit of a measurement, without host names or paths."""

import datetime
import os
import pathlib
import platform
import subprocess

CORES = sorted(os.sched_getaffinity(0))
# The target and the generator get a core each; on one core they share it and nothing is pinned.
TARGET_CORE = CORES[0] if len(CORES) >= 2 else None
LOAD_CORE = CORES[1] if len(CORES) >= 2 else None


def describe():
    return {
        "cores": len(CORES),
        "cpu": _cpu_model(),
        "kernel": platform.release(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "commit": _commit(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def stolen_seconds():
    """CPU time the hypervisor gave to others since boot, summed over the cores."""
    with open("/proc/stat", encoding="ascii") as stat:
        return int(stat.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


def _cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def _commit():
    """Short hash of the checked out commit, with `-dirty` after local changes. The results of items that ran before are none."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":(top)", ":(top,exclude)bench/results")
    return (commit + ("-dirty" if changed else "")) or "unknown"


def _git(*arguments):
    command = ["git", *arguments]
    found = subprocess.run(command, cwd=pathlib.Path(__file__).parent, capture_output=True, text=True, check=False)
    return found.stdout.strip()
