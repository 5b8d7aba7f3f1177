"""The interval log of a whole day: within its limit, downsampled where it is old, exact, and read fast."""

import json
import subprocess

from lib import programs, server
from lib.process import Child

TITLE = "a 24-hour log stays small and exact"
# Half the default of `--disk-limit`, so that the log has to be compacted.
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
        log = json.loads(answer.stdout)
        judged = Child([programs.loadagent(), "compare", "--force", folder / "run", folder / "run"]).wait(120)
        on_disk = sum(path.stat().st_size for path in (folder / "run").rglob("*") if path.is_file())
    sheet.raw("log", log)
    sheet.figure("written", log["written_bytes"] / 2**20, "MiB")
    sheet.figure("at the end", log["final_bytes"] / 2**20, "MiB")
    sheet.count("the folder has the reported size", on_disk, log["final_bytes"])
    sheet.holds(f"within {LIMIT_MIB} MiB", log["final_bytes"] <= LIMIT_MIB << 20, log["final_bytes"])
    sheet.holds("old intervals are downsampled", len(log["intervals"]) > 1, log["intervals"])
    sheet.holds("compaction frees space", log["final_bytes"] < log["written_bytes"], log["written_bytes"])
    sheet.count("requests read", log["http_reqs_read"], log["http_reqs_written"])
    # Both sides are read: the same log twice.
    sheet.count("compared with itself: exit code", judged.code, 0)
    sheet.bar(f"{hours} hours are read and judged in", judged.wall_seconds / 2, "<", 1, "s")
    sheet.bar("memory for that", judged.peak_rss_bytes / 2**20, "<", 100, "MiB")
    sheet.bar(f"{hours} hours are read in", log["read_seconds"], "<", 2, "s")
