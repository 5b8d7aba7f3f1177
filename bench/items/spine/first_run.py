"""A clean clone and the README's first command: from nothing to a summary."""

import json
import pathlib
import re
import subprocess
import tempfile

from lib import generator, programs
from lib.process import Child

TITLE = "the README's first command works on a clean clone"
BUILD_PATIENCE = 3600


def prove(sheet, options):
    if options.quick:
        bundled_quickstart(sheet)
    else:
        clean_clone(sheet)


def clean_clone(sheet):
    with tempfile.TemporaryDirectory(prefix="bench-clone-") as folder:
        clone = pathlib.Path(folder) / "loadagent"
        subprocess.run(["git", "clone", "--quiet", programs.ROOT, clone], check=True)
        command = first_command((clone / "README.md").read_text())
        sheet.figure("command", command)
        # A target folder named in the environment would make the clone less than clean.
        child = Child(["env", "-u", "CARGO_TARGET_DIR", "bash", "-c", command], cwd=clone, watch=1)
        finished = child.wait(BUILD_PATIENCE)
        sheet.count("exit code", finished.code, 0)
        sheet.holds("a summary is printed", "http_req" in finished.stdout, finished.stdout[-300:])
        sheet.holds("a summary is written", any_requests(clone))
        sheet.figure("from clone to summary, build included", finished.wall_seconds, "s")


def first_command(readme):
    for block in re.findall(r"^```sh\n(.*?)^```", readme, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("cargo run"):
                return line
    raise LookupError("README.md has no ```sh line that begins with `cargo run`")


def any_requests(clone):
    return any(
        json.loads(summary.read_text())["metrics"]["http_reqs"]["values"]["count"] > 0
        for summary in clone.glob("runs/*/summary.json")
    )


def bundled_quickstart(sheet):
    listed = subprocess.run([programs.loadagent(), "profiles", "list"], capture_output=True, text=True, check=False)
    if "quickstart" not in listed.stdout:
        sheet.note("skipped: no bundled profile `quickstart`")
        return
    run = generator.run("quickstart", core=None, timeout=120)
    sheet.count("exit code", run.finished.code, 0)
    sheet.holds("requests were made", run.requests() > 0, run.requests())
