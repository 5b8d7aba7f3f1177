"""The record of one item: counts that must agree, bars that figures must clear, tables, raw data."""

import json
import operator
import pathlib

from lib import machine, programs

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "results"
COMPARE = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


class Sheet:
    def __init__(self, chapter, item, title, quick):
        self.chapter, self.item, self.title, self.quick = chapter, item, title, quick
        self._lines, self._checks, self._raw, self._versions = [], [], {}, {}
        self._say(f"## {chapter}:{item}: {title}" + (" (quick: counts only)" if quick else ""))

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
        self._say(f"-      {name}: {_short(value)} {unit}".rstrip())

    def note(self, text):
        self._say(f"-      {text}")

    def table(self, headings, rows):
        rows = [[_short(cell) for cell in row] for row in rows]
        widths = [max(len(cell) for cell in column) for column in zip(headings, *rows)]
        self._say("")
        for row in [headings, ["-" * width for width in widths], *rows]:
            self._say("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        self._say("")
        self._raw.setdefault("tables", []).append({"headings": list(headings), "rows": rows})

    def raw(self, name, data):
        self._raw[name] = data

    def used(self, name, version):
        self._versions[name] = version

    def passed(self):
        return bool(self._checks) and all(check["ok"] for check in self._checks)

    def close(self, keep):
        """Runs that are quick or partial leave the kept figures alone."""
        if not self._checks:  # for example because `--only` names no case
            self.holds("nothing was shown", False)
        failed = [check["name"] for check in self._checks if not check["ok"]]
        self._say(f"{'PASS' if not failed else 'FAIL'} {self.chapter}:{self.item}" + (f": {'; '.join(failed)}" if failed else ""))
        if keep:
            self._write()
        return not failed

    def _write(self):
        self.used("loadagent", programs.loadagent_version())
        about = machine.describe()
        results = RESULTS / self.chapter
        results.mkdir(parents=True, exist_ok=True)
        record = {
            "chapter": self.chapter, "item": self.item, "title": self.title, "passed": self.passed(), "machine": about,
            "versions": self._versions, "checks": self._checks, **self._raw,
        }
        (results / f"item{self.item}.json").write_text(json.dumps(record, indent=1) + "\n")
        head = [
            f"- date: {about['date']}",
            f"- machine: {about['cores']} cores, {about['cpu']}, {about['memory_gib']} GiB, Linux {about['kernel']}",
            "- versions: " + ", ".join(f"{name} {version}" for name, version in sorted(self._versions.items())),
        ]
        page = [self._lines[0], "", *head, "", *self._lines[1:]]
        (results / f"item{self.item}.md").write_text("\n".join(page) + "\n")

    def _check(self, name, ok, text, value):
        text = text.replace(f"{programs.ROOT}/", "")  # results are published; places of this machine are not
        self._checks.append({"name": name, "ok": ok, "value": value, "said": text})
        self._say(f"- {'ok  ' if ok else 'FAIL'} {name}" + (f": {text}" if text else ""))

    def _say(self, line):
        self._lines.append(line)
        print(line, flush=True)


def _short(value):
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
