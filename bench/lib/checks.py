"""What scripts and cargo check, on a sheet."""

import os
import subprocess

from lib import programs


def stack(sheet, *parts):
    """Parts of scripts/check-stack. What is skipped there is not shown here."""
    env = {**os.environ, "LOADAGENT": programs.loadagent()}
    for part in parts:
        ran = run([programs.ROOT / "scripts" / "check-stack", part], env)
        lines = [line for line in ran.stdout.splitlines() if line.strip() and not line.startswith("check-stack:")]
        for line in lines:
            sheet.note(line.strip())
        skipped = any(line.startswith("SKIPPED") for line in lines)
        sheet.holds(f"{part} holds", ran.returncode == 0 and not skipped, "skipped" if skipped else "")


def run(words, env=None):
    return subprocess.run(
        words, cwd=programs.ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
