"""Defects of k6's official dashboards and issues that their users reported: each is a test of the crate."""

import re

from lib import checks

TITLE = "dashboards: k6's defects and known issues are tests; shape, schema and lint too"
GROUPS = ("defects", "known_issues", "linter", "shape", "layout", "catalogue", "committed")
DEFECTS, KNOWN_ISSUES = 14, 6


def prove(sheet, options):
    ran = checks.run(["cargo", "test", "--quiet", "--locked", "--test", "dashboards", "--", "--format", "pretty"])
    passed = re.findall(r"^test (\w+)::(?:\w+::)*(\w+) \.\.\. ok$", ran.stdout, re.MULTILINE)
    sheet.holds("cargo test --test dashboards", ran.returncode == 0, "" if ran.returncode == 0 else ran.stdout[-500:])
    for group in GROUPS:
        sheet.figure(f"tests of {group}", sum(1 for name, _ in passed if name == group))
    defects = {name for group, name in passed if group == "defects" and name.startswith("defect_")}
    sheet.count("k6's defects with a test each", len(defects), DEFECTS)
    known_issues = [name for group, name in passed if group == "known_issues"]
    sheet.holds("known issues with a test each", len(known_issues) >= KNOWN_ISSUES, len(known_issues))
