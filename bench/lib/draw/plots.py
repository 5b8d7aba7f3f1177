"""Panels as SVG: graphs over time, points, heat maps, states. Each takes fields and a box, and gives markup."""

import html
import math
import time

from lib.draw.values import show

GRID, TEXT, DIM = "#2c3036", "#CCCCDC", "#8e9099"
REGION = ("#5794F2", "#B877D9", "#FF9830", "#73BF69", "#F2495C")
LEFT, RIGHT, TOP, BOTTOM = 74, 10, 6, 20


class Plane:
    """Data coordinates to those of the box."""

    def __init__(self, x, y, width, height):
        self.x, self.y, self.width, self.height = x, y, width, height

    def at(self, x, y):
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        right, floor = self.width - RIGHT, self.height - BOTTOM
        return LEFT + across * (right - LEFT), floor - max(-0.02, min(1.02, up)) * (floor - TOP)

    def grid(self, unit, decimals, over_time=True, x_unit=""):
        found = []
        for value in ticks(*self.y, max(2, self.height // 40)):
            _, y = self.at(self.x[0], value)
            found.append(f'<path d="M{LEFT} {y:.1f}H{self.width - RIGHT}" stroke="{GRID}"/>')
            found.append(label(LEFT - 6, y + 4, show(value, unit, decimals), "end"))
        marks = clock_ticks(*self.x) if over_time else ticks(*self.x, 6)
        for value in marks:
            x, _ = self.at(value, self.y[0])
            text = clock(value) if over_time else show(value, x_unit)
            found.append(f'<path d="M{x:.1f} {TOP}V{self.height - BOTTOM}" stroke="{GRID}"/>')
            found.append(label(x, self.height - 5, text, "middle"))
        return found


def graph(panel, fields, window, regions, box):
    """Lines over time, each a field; stages shaded behind."""
    width, height = box
    stacked = panel.get("fieldConfig", {}).get("defaults", {}).get("custom", {}).get("stacking", {}).get("mode") == "normal"
    lines = stack(fields) if stacked else [(field, field.points) for field in fields]
    values = [value for _, points in lines for _, value in points]
    plane = Plane((window.start, window.end), bounds(panel, values), width, height)
    unit = fields[0].unit if fields else ""
    parts = shades(plane, regions) + plane.grid(unit, fields[0].decimals if fields else None)
    for field, points in reversed(lines):
        parts.append(line(plane, field, points, stacked))
    return svg(width, height, parts)


def stack(fields):
    below, lines = {}, []
    for field in fields:
        points = []
        for at, value in field.points:
            below[at] = below.get(at, 0) + value
            points.append((at, below[at]))
        lines.append((field, points))
    return lines


def line(plane, field, points, filled):
    dash = ' stroke-dasharray="6 4"' if field.dashed else ""
    steps = [later[0] - earlier[0] for earlier, later in zip(points, points[1:])]
    gap = 3 * min(steps, default=1)
    path, last = [], None
    for at, value in points:
        x, y = plane.at(at, value)
        path.append(f"{'M' if last is None or at - last > gap else 'L'}{x:.1f} {y:.1f}")
        last = at
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{field.color}"/>' for x, y in (plane.at(*p) for p in points))
    area = ""
    if filled and points:
        floor = plane.at(points[0][0], plane.y[0])[1]
        first, end = plane.at(*points[0])[0], plane.at(*points[-1])[0]
        area = f'<path d="{" ".join(path)} L{end:.1f} {floor:.1f} L{first:.1f} {floor:.1f}Z" fill="{field.color}" opacity=".25"/>'
    return f'{area}<path d="{" ".join(path)}" stroke="{field.color}" fill="none" stroke-width="1.6"{dash}/>{dots if len(points) < 12 else ""}'


def shades(plane, regions):
    found = []
    for place, (name, start, end) in enumerate(regions):
        (x0, _), (x1, _) = plane.at(max(start, plane.x[0]), plane.y[0]), plane.at(min(end, plane.x[1]), plane.y[0])
        color = REGION[place % len(REGION)]
        found.append(f'<rect x="{x0:.1f}" y="{TOP}" width="{max(1, x1 - x0):.1f}" height="{plane.height - BOTTOM - TOP}" fill="{color}" opacity=".09"/>')
        found.append(label((x0 + x1) / 2, TOP + 10, name, "middle", DIM))
    return found


def scatter(panel, fields, box):
    """Of each y field the points that have an x at the same moment; the first field is x."""
    width, height = box
    if len(fields) < 2:
        return svg(width, height, [nothing(width, height)])
    across = dict(fields[0].points)
    clouds = [(field, [(across[at], value) for at, value in field.points if at in across]) for field in fields[1:]]
    xs, ys = ([point[side] for _, points in clouds for point in points] for side in (0, 1))
    if not xs:
        return svg(width, height, [nothing(width, height)])
    plane = Plane((0, max(xs) * 1.05), (0, max(ys) * 1.08), width, height)
    parts = plane.grid(fields[1].unit, None, over_time=False, x_unit=fields[0].unit)
    for field, points in clouds:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{field.color}" opacity=".75"/>' for x, y in (plane.at(*p) for p in points)]
    return svg(width, height, parts)


def heat(fields, window, box):
    """How many values fell where, over time; the values on a scale of ratios."""
    width, height = box
    cells = [cell for field in fields for cell in native(field)] or classic(fields)
    if not cells:
        return svg(width, height, [nothing(width, height)])
    low, high = min(cell[1] for cell in cells), max(cell[2] for cell in cells)
    plane = Plane((window.start, window.end), (math.log2(low), math.log2(high)), width, height)
    moments = sorted({cell[0] for cell in cells})
    step = min((later - earlier for earlier, later in zip(moments, moments[1:])), default=1)
    most = max(cell[3] for cell in cells)
    parts = []
    for at, bottom, top, count in cells:
        (x0, y1), (x1, y0) = plane.at(at - step, math.log2(bottom)), plane.at(at, math.log2(top))
        size = f'width="{max(1, x1 - x0):.1f}" height="{max(1, y1 - y0):.1f}"'
        parts.append(f'<rect x="{x0:.1f}" y="{y0:.1f}" {size} fill="{turbo((count / most) ** 0.5)}"/>')
    for power in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1, 2):
        parts.append(label(LEFT - 6, plane.at(window.start, power)[1] + 4, show(2.0**power, "s"), "end"))
    for value in clock_ticks(window.start, window.end):
        parts.append(label(plane.at(value, plane.y[0])[0], height - 5, clock(value), "middle"))
    return svg(width, height, parts)


def native(field):
    return [(at, low, high, count) for at, told in field.buckets for low, high, count in told if low > 0 and count > 0]


def classic(fields):
    """From cumulative counts by upper edge to counts between edges."""
    by_edge = {float(field.labels["le"]): dict(field.points) for field in fields if field.labels.get("le") not in (None, "+Inf")}
    edges, cells = sorted(by_edge), []
    for low, high in zip(edges, edges[1:]):
        for at, value in by_edge[high].items():
            count = value - by_edge[low].get(at, 0)
            if count > 1e-9 and low > 0:
                cells.append((at, low, high, count))
    return cells


def states(fields, window, box):
    """A bar a field, from where it is above zero."""
    width, height = box
    left = 130
    tall = (height - BOTTOM) / max(1, len(fields))
    scale = (width - RIGHT - left) / window.length()
    parts = []
    for place, field in enumerate(fields):
        y = place * tall
        parts.append(label(left - 6, y + tall / 2 + 4, field.name, "end"))
        steps = [b[0] - a[0] for a, b in zip(field.points, field.points[1:])]
        step = min(steps, default=1)
        for at, value in field.points:
            if isinstance(value, float) and value > 0:
                x = left + (at - window.start) * scale
                parts.append(f'<rect x="{x:.1f}" y="{y + 2:.1f}" width="{step * scale + 0.6:.1f}" height="{tall - 4:.1f}" fill="#5794F2" opacity=".7"/>')
    for value in clock_ticks(window.start, window.end):
        parts.append(label(left + (value - window.start) * scale, height - 5, clock(value), "middle"))
    return svg(width, height, parts)


def turbo(share):
    """Dark blue over green and yellow to red."""
    stops = ((48, 18, 59), (70, 134, 251), (26, 228, 182), (164, 252, 60), (250, 186, 57), (228, 70, 10))
    place = min(share, 0.999) * (len(stops) - 1)
    low, part = int(place), place - int(place)
    mixed = (round(a + (b - a) * part) for a, b in zip(stops[low], stops[low + 1]))
    return "rgb({},{},{})".format(*mixed)


def bounds(panel, values):
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    low = defaults.get("min", min(values, default=0))
    high = defaults.get("max", max(values, default=1))
    return (low, high * 1.05 if high > low else low + 1)


def ticks(low, high, about):
    size = (high - low) / about or 1
    step = next(unit * 10 ** math.floor(math.log10(size)) for unit in (1, 2, 5, 10) if unit * 10 ** math.floor(math.log10(size)) >= size)
    first = math.ceil(low / step)
    return [place * step for place in range(first, math.floor(high / step) + 1)]


def clock_ticks(start, end):
    step = next((size for size in (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600) if (end - start) / size <= 7), 7200)
    return range(math.ceil(start / step) * step, int(end) + 1, step)


def clock(value):
    return time.strftime("%H:%M:%S", time.gmtime(value))


def label(x, y, text, anchor, color=TEXT):
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" font-size="11" text-anchor="{anchor}">{html.escape(str(text))}</text>'


def nothing(width, height):
    return label(width / 2, height / 2, "No data", "middle", DIM)


def svg(width, height, parts):
    return f'<svg width="{width}" height="{height}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
