"""Numbers as a panel's unit shows them; the units that the boards use, and plain numbers for the rest."""

import datetime

SUFFIX = {"reqps": " req/s", "rps": " rd/s", "ops": " ops/s", "cps": " c/s", "iops": " io/s", "short": "", "none": "", "Bps": "B/s"}


def show(value, unit="", decimals=None):
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return "–"
    unit = unit or "short"
    if unit in ("percent", "percentunit"):
        return f"{_short(value * (100 if unit == 'percentunit' else 1), decimals, 3)} %"
    if unit in ("s", "ms", "dtdurations", "dtdurationms"):
        return _time(value / (1000 if unit.endswith("ms") else 1), decimals)
    if unit in ("bytes", "decbytes", "Bps", "binBps"):
        return _scaled(value, 1024 if unit in ("bytes", "binBps") else 1000, decimals) + ("/s" if unit.endswith("ps") else "")
    if unit == "h":
        return f"{_short(value, decimals)} hour"
    if unit.startswith("dateTime"):
        return datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    if unit.startswith(("suffix:", "prefix:")):
        kind, _, word = unit.partition(":")
        return f"{word}{_short(value, decimals)}" if kind == "prefix" else f"{_short(value, decimals)}{word}"
    return _thousands(value, decimals) + SUFFIX.get(unit, f" {unit}")


def _time(value, decimals):
    size = abs(value)
    if size == 0:
        return "0 s"
    for bound, word, factor in ((1e-3, "µs", 1e6), (1, "ms", 1e3), (60, "s", 1), (3600, "min", 1 / 60)):
        if size < bound:
            return f"{_short(value * factor, decimals)} {word}"
    return f"{_short(value / 3600, decimals)} h"


def _scaled(value, base, decimals):
    words = ("B", "KiB", "MiB", "GiB", "TiB") if base == 1024 else ("B", "kB", "MB", "GB", "TB")
    place = 0
    while abs(value) >= base and place < len(words) - 1:
        value, place = value / base, place + 1
    return f"{_short(value, decimals)} {words[place]}"


def _thousands(value, decimals):
    for bound, word in ((1e9, " Bil"), (1e6, " Mil"), (1e4, " K")):
        if abs(value) >= bound:
            return _short(value / (1e3 if word == " K" else bound), decimals) + word
    return _short(value, decimals)


def _short(value, decimals=None, digits=3):
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.{digits}g}" if abs(value) < 1000 else f"{value:.0f}"
