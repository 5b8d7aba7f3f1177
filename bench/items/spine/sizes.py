"""The sizes of the source, and the test that checks the architecture."""

import math
import re
import statistics
import subprocess

from lib import programs

TITLE = "the architecture: sizes and the table of imports"
FUNCTION = re.compile(r"^( *)(?:pub(?:\([a-z: ]+\))? )?(?:default )?(?:const )?(?:async )?(?:unsafe )?(?:extern \"C\" )?fn (\w+)")
TEST_MODULE = re.compile(r"^( *)#\[cfg\(test\)\]\n(?: *#\[.*\]\n)*\1(?:pub(?:\(crate\))? )?mod \w+ \{\n.*?^\1\}\n", re.M | re.S)


def prove(sheet, options):
    sizes, functions = {}, {}
    for path in sorted((programs.ROOT / "src").rglob("*.rs")):
        if path.stem == "tests" or path.stem.endswith("_tests") or "tests" in path.parts:
            continue
        name = str(path.relative_to(programs.ROOT))
        source = TEST_MODULE.sub("", path.read_text())
        sizes[name] = source.count("\n")
        functions.update({f"{name}::{function}": length for function, length in functions_in(source)})

    lines, lengths = sorted(sizes.values()), sorted(functions.values())
    largest, longest = max(sizes, key=sizes.get), max(functions, key=functions.get)
    sheet.table(
        ["without tests", "count", "median", "p90", "max", "which"],
        [
            ["files (lines)", len(lines), statistics.median(lines), p90(lines), lines[-1], largest],
            ["functions (lines)", len(lengths), statistics.median(lengths), p90(lengths), lengths[-1], longest],
        ],
    )
    sheet.holds("no file over 500 lines", lines[-1] <= 500, lines[-1])
    sheet.holds("no function over 80 lines", lengths[-1] <= 80, lengths[-1])
    sheet.figure("lines in all", sum(lines))
    if not options.quick:
        done = subprocess.run(["cargo", "test", "--test", "architecture"], cwd=programs.ROOT, capture_output=True, text=True, check=False)
        sheet.count("cargo test --test architecture", done.returncode, 0)
        if done.returncode:
            sheet.note((done.stdout + done.stderr)[-1500:])


def functions_in(source):
    """(name, lines) of each function with a body; rustfmt closes it at the indent that it opened at."""
    lines = source.splitlines()
    for start, line in enumerate(lines):
        found = FUNCTION.match(line)
        if not found:
            continue
        for end in range(start, len(lines)):
            if lines[end] == found[1] + "}" or (end == start and line.endswith("}")):
                yield found[2], end - start + 1
                break
            if lines[end].endswith(";") and end_of_signature(lines[start : end + 1]):
                break


def end_of_signature(lines):
    """A declaration without a body, as in a trait."""
    return "{" not in " ".join(lines)


def p90(ordered):
    return ordered[math.ceil(0.9 * len(ordered)) - 1]
