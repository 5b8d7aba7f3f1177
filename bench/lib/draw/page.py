"""A board as one HTML page: panels at their places in the grid, with titles, values, legends."""

import html
import pathlib

from lib.draw import fields, plots
from lib.draw.values import show
from lib.process import Child
from lib.sources import Answer, Refused

WIDTH, CELL, GAP = 1240, 28, 6
STYLE = """
* { box-sizing: border-box; margin: 0 } body { background: #111217; color: #ccccdc; font: 12px "DejaVu Sans", sans-serif; width: %dpx }
header { padding: 8px 14px; height: 44px; font-size: 15px } header small { color: #ff9830; font-size: 11px; margin-left: 14px }
.panel { position: absolute; background: #181b1f; border: 1px solid #25282e; border-radius: 3px; padding: 5px 8px; overflow: hidden }
.panel h2 { font-size: 12px; font-weight: 600; height: 19px; white-space: nowrap } .row { position: absolute; font-weight: 600; font-size: 14px }
.big { text-align: center; font-weight: 600; white-space: nowrap } .legend { font-size: 11px; color: #9fa1a9; max-height: 46px; overflow: hidden }
.legend i { display: inline-block; width: 12px; height: 3px; margin: 0 4px 3px 0 } .legend span { margin-right: 12px; white-space: nowrap }
table { border-collapse: collapse; width: 100%%; font-size: 11px } td, th { text-align: left; padding: 3px 8px; border-bottom: 1px solid #2c3036; white-space: nowrap }
th { color: #6e9fff; font-weight: 600 }
""" % WIDTH
LABEL = "drawn by bench/prove boards:4 from the board's JSON and a real run's data; an approximation, not Grafana"


def of(asked, subtitle):
    """(markup, height in pixels) of a board whose variables are settled."""
    regions = stages(asked)
    parts, bottom = [], 0
    for panel in flat(asked.board.json["panels"]):
        place = panel["gridPos"]
        left, top = place["x"] * WIDTH / 24 + GAP / 2, place["y"] * (CELL + 2) + 48
        width, height = place["w"] * WIDTH / 24 - GAP, place["h"] * (CELL + 2) - GAP
        bottom = max(bottom, top + height)
        if panel["type"] == "row":
            parts.append(f'<div class="row" style="left:{left + 8}px;top:{top + 4}px">▾ {html.escape(panel.get("title", ""))}</div>')
            continue
        inside = body(asked, panel, regions, int(width - 18), int(height - 32))
        title = html.escape(asked.substitute(panel.get("title", ""), None))
        parts.append(
            f'<div class="panel" style="left:{left:.0f}px;top:{top:.0f}px;width:{width:.0f}px;height:{height:.0f}px">'
            f"<h2>{title}</h2>{inside}</div>"
        )
    head = f"<header>{html.escape(asked.board.json['title'])} · {html.escape(subtitle)}<small>{LABEL}</small></header>"
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{head}{''.join(parts)}", int(bottom + 8)


def flat(panels):
    """In the order of the grid; what a folded row holds is not shown, as in Grafana."""
    return sorted(panels, key=lambda one: (one["gridPos"]["y"], one["gridPos"]["x"]))


def body(asked, panel, regions, width, height):
    if panel["type"] == "text":
        return f"<div>{html.escape(panel.get('options', {}).get('content', ''))}</div>"
    try:
        answers = [(one, answer(asked, panel, one)) for one in panel.get("targets", []) if not one.get("hide")]
    except Refused as refusal:
        return f'<div style="color:#f2495c">{html.escape(str(refusal))}</div>'
    shown = fields.of_panel(panel, answers)
    if not any(field.points for field in shown):
        empty = panel.get("fieldConfig", {}).get("defaults", {}).get("noValue", "No data")
        size = max(9, min(14, width / max(1, len(empty)) * 1.5))
        return f'<div class="big" style="margin-top:{height / 2 - 20:.0f}px;color:#8e9099;font-size:{size:.0f}px">{html.escape(empty)}</div>'
    return DRAWN[panel["type"]](asked, panel, shown, regions, width, height)


def answer(asked, panel, target):
    got = asked.target(panel, target, bool(target.get("instant")))
    for one in got.series:
        one.points = [point for point in one.points if not isinstance(point[1], float) or abs(point[1]) < float("inf")]
    return Answer(got.series, got.remarks)


def graph(asked, panel, shown, regions, width, height):
    drawn = plots.graph(panel, shown, asked.window, regions, (width, height - 34))
    return drawn + legend(panel, shown)


def scatter(asked, panel, shown, regions, width, height):
    return plots.scatter(panel, shown, (width, height - 20)) + legend(panel, shown[1:])


def heat(asked, panel, shown, regions, width, height):
    return plots.heat(shown, asked.window, (width, height))


def states(asked, panel, shown, regions, width, height):
    return plots.states(shown, asked.window, (width, height))


def stat(asked, panel, shown, regions, width, height):
    options = panel.get("options", {})
    calcs = options.get("reduceOptions", {}).get("calcs")
    size = max(13, min(28, height * 0.6 / len(shown), width / 7))
    lines = []
    for field in shown:
        value = fields.reduced(field, calcs)
        name = f"{html.escape(field.name)} " if "name" in options.get("textMode", "") else ""
        color, text = mapped(panel, value) or (fields.by_threshold(panel, value), show(value, field.unit, field.decimals))
        lines.append(f'<div class="big" style="color:{color};font-size:{size:.0f}px">{name}{html.escape(text)}</div>')
    return "".join(lines)


def table(asked, panel, shown, regions, width, height):
    headings, lines = fields.rows(panel, shown)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in headings)
    rows = "".join(f"<tr>{''.join(f'<td>{cell(one)}</td>' for one in line)}</tr>" for line in lines[:12])
    return f"<table><tr>{head}</tr>{rows}</table>"


def cell(value):
    text = show(*value) if isinstance(value, tuple) else value
    return html.escape("" if text is None else str(text))


def mapped(panel, value):
    """(colour, text) where a mapping of values says what a number means."""
    for one in panel.get("fieldConfig", {}).get("defaults", {}).get("mappings", []):
        if one["type"] == "value" and isinstance(value, float):
            told = one["options"].get(f"{value:g}")
            if told:
                return fields.color(told.get("color"), "#ccccdc"), told.get("text", f"{value:g}")
    return None


def legend(panel, shown):
    if not panel.get("options", {}).get("legend", {}).get("showLegend", True):
        return ""
    one = '<span><i style="background:{}"></i>{} <b>{}</b></span>'
    last = [(field, field.points[-1][1] if field.points else None) for field in shown]
    spans = [one.format(field.color, html.escape(field.name), show(value, field.unit, field.decimals)) for field, value in last]
    return f'<div class="legend">{"".join(spans)}</div>'


DRAWN = {"timeseries": graph, "stat": stat, "table": table, "heatmap": heat, "state-timeline": states, "xychart": scatter}


def stages(asked):
    """[(name, start, end)] of the board's annotations: spans in which the query is above zero."""
    found = []
    for panel in asked.board.annotations():
        target = panel["targets"][0]
        if target.get("useValueForTime") in (True, "on"):
            continue
        try:
            told = asked.target(panel, target, False)
        except Refused:
            continue
        for one in told.series:
            lit = [at for at, value in one.points if isinstance(value, float) and value > 0]
            if lit:
                found.append((one.labels.get("stage") or one.name, lit[0], lit[-1]))
    return sorted(found, key=lambda one: one[1])


def photograph(chromium, markup, height, folder, target):
    """A PNG of the page."""
    page = pathlib.Path(folder) / f"{target.stem}.html"
    page.write_text(markup)
    words = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={WIDTH},{height}", f"--screenshot={target}"]
    done = Child([chromium, *words, f"file://{page}"], cwd=folder, env={"HOME": str(folder)}).wait(60)
    if done.code or not target.exists():
        raise RuntimeError(f"no picture of {target.name}: {done.stderr[-500:]}")
