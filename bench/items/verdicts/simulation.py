"""Error rates of the verdicts on simulated runs of which the truth is known."""

import os
import re

from lib import checks

TITLE = "verdicts: false and missed findings on simulated runs are within their bounds"
RUNS, SEED = 5_000, 2


def prove(sheet, options):
    runs = 200 if options.quick else RUNS
    words = ["cargo", "test", "--release", "--locked", "--lib", "analysis::simulation", "--", "--nocapture"]
    ran = checks.run(words, env={**os.environ, "SIMULATION_RUNS": str(runs), "SIMULATION_SEED": str(SEED)})
    sheet.figure("runs of a case with equal systems", runs)
    sheet.figure("seed", SEED)
    for title, table in re.findall(r"^### (\w+)\n\n((?:\|.*\n)+)", ran.stdout, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        sheet.table([title, *rows[0][1:]], rows[2:])
        sheet.holds(f"{title}: every rate within its bound", not any("no" in row[-1] for row in rows[2:]))
    sheet.holds("the simulation ran to its end", ran.returncode == 0, "" if ran.returncode == 0 else ran.stdout[-500:])
