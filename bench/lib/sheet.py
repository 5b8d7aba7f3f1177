"""The result of one item: exact counts, limits for figures, tables, raw data."""

import json
import operator
import pathlib

from lib import machine, programs

BENCH = pathlib.Path(__file__).resolve().parents[1]
RESULTS = BENCH / "results"  # committed
RAW = BENCH / "raw"  # ignored by git
COMPARE = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


class Sheet:
    def __init__(self, chapter, item, number, title, quick):
        self.chapter, self.item, self.number, self.title, self.quick = chapter, item, number, title, quick
        self._lines, self._checks, self._raw, self._versions = [], [], {}, {}
        self._print(f"## {chapter}:{item} ({chapter}:{number}): {title}" + (" (quick: counts only)" if quick else ""))

    def count(self, name, got, want):
        self._check(name, got == want, f"{got} (must be {want})", got)

    def holds(self, name, condition, detail=""):
        """A fact that does not depend on how fast the machine is."""
        self._check(name, bool(condition), str(detail), bool(condition))

    def bar(self, name, value, sign, limit, unit=""):
        """A figure that depends on the machine: judged in full runs only."""
        text = f"{_short(value)} {unit}".strip() + f" (bar {sign} {_short(limit)})"
        if self.quick:
            self.figure(name, text)
        else:
            self._check(name, COMPARE[sign](value, limit), text, value)

    def figure(self, name, value, unit=""):
        self._raw.setdefault("figures", {})[name] = value
        self._print(f"-      {name}: {_short(value)} {unit}".rstrip())

    def note(self, text):
        self._print(f"-      {text}")

    def table(self, headings, rows):
        rows = [[_short(cell) for cell in row] for row in rows]
        widths = [max(len(cell) for cell in column) for column in zip(headings, *rows)]
        self._print("")
        for row in [headings, ["-" * width for width in widths], *rows]:
            self._print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        self._print("")
        self._raw.setdefault("tables", []).append({"headings": list(headings), "rows": rows})

    def raw(self, name, data):
        self._raw[name] = data

    def used(self, name, version):
        self._versions[name] = version

    def passed(self):
        return bool(self._checks) and all(check["ok"] for check in self._checks)

    def close(self, keep):
        """Quick or partial runs do not overwrite results."""
        if not self._checks:  # for example because `--only` names no case
            self.holds("no case selected", False)
        failed = [check["name"] for check in self._checks if not check["ok"]]
        self._print(f"{'PASS' if not failed else 'FAIL'} {self.chapter}:{self.item}" + (f": {'; '.join(failed)}" if failed else ""))
        if keep:
            self._write()
        return not failed

    def _write(self):
        self.used("loadagent", programs.loadagent_version())
        about = machine.describe()
        for folder in (RESULTS, RAW):
            (folder / self.chapter).mkdir(parents=True, exist_ok=True)
        record = {
            "chapter": self.chapter, "item": self.item, "number": self.number, "title": self.title, "passed": self.passed(), "machine": about,
            "versions": self._versions, "checks": self._checks, **self._raw,
        }
        (RAW / self.chapter / f"{self.item}.json").write_text(json.dumps(record, indent=1) + "\n")
        head = [
            f"- date: {about['date']}",
            f"- commit: {about['commit']}",
            f"- machine: {about['cores']} cores, {about['cpu']}, {about['memory_gib']} GiB, Linux {about['kernel']}",
            "- versions: " + ", ".join(f"{name} {version}" for name, version in sorted(self._versions.items())),
        ]
        page = [self._lines[0], "", *head, "", *self._lines[1:]]
        (RESULTS / self.chapter / f"{self.item}.md").write_text("\n".join(page) + "\n")

    def _check(self, name, ok, text, value):
        text = text.replace(f"{programs.ROOT}/", "")  # results are published without paths of this machine
        self._checks.append({"name": name, "ok": ok, "value": value, "text": text})
        self._print(f"- {'ok  ' if ok else 'FAIL'} {name}" + (f": {text}" if text else ""))

    def _print(self, line):
        self._lines.append(line)
        print(line, flush=True)


def _short(value):
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
