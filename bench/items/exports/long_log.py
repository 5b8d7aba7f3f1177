"""The interval log of a whole day: within its limit, thinned where it is old, exact, and read at once."""

import json
import subprocess

from lib import programs, server

TITLE = "a 24-hour log stays small and exact"
# What `--disk-limit` is unless it is said otherwise is 2 GiB; half of it leaves no room by chance.
SERIES, LIMIT_MIB = 300, 1024


def prove(sheet, options):
    hours = 2 if options.quick else 24
    with server.folder("long-log") as folder:
        words = [programs.example("long-log"), folder / "run", str(hours), str(SERIES), str(LIMIT_MIB)]
        answer = subprocess.run(words, capture_output=True, text=True, check=False, timeout=1800)
        sheet.count("exit code", answer.returncode, 0)
        if answer.returncode:
            sheet.note((answer.stdout + answer.stderr)[-500:])
            return
        told = json.loads(answer.stdout)
        on_disk = sum(path.stat().st_size for path in (folder / "run").rglob("*") if path.is_file())
    sheet.raw("told", told)
    sheet.figure("written", told["written_bytes"] / 2**20, "MiB")
    sheet.figure("at the end", told["final_bytes"] / 2**20, "MiB")
    sheet.count("the folder holds what it tells", on_disk, told["final_bytes"])
    sheet.holds(f"within {LIMIT_MIB} MiB", told["final_bytes"] <= LIMIT_MIB << 20, told["final_bytes"])
    sheet.holds("old intervals are thinned", len(told["intervals"]) > 1, told["intervals"])
    sheet.holds("thinning gives room back", told["final_bytes"] < told["written_bytes"], told["written_bytes"])
    sheet.count("requests read", told["http_reqs_read"], told["http_reqs_written"])
    sheet.bar(f"{hours} hours are read in", told["read_seconds"], "<", 2, "s")
