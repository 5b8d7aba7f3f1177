"""From answers to what a panel shows: names by legend, units and styles by overrides, rows of tables by their labels."""

import dataclasses
import re

PALETTE = ("#73BF69", "#F2CC0C", "#5794F2", "#FF780A", "#F2495C", "#B877D9", "#8AB8FF", "#FADE2A", "#96D98D", "#FFA6B0")
NAMED = {"green": "#73BF69", "orange": "#FF9830", "red": "#F2495C", "blue": "#5794F2", "yellow": "#F2CC0C", "text": "#CCCCDC"}


@dataclasses.dataclass
class Field:
    name: str
    labels: dict
    points: list
    unit: str = ""
    decimals: int = None
    color: str = PALETTE[0]
    dashed: bool = False
    ref: str = ""
    buckets: list = dataclasses.field(default_factory=list)


def of_panel(panel, answers):
    """A field a series, named and styled. `answers` is [(target, Answer)]."""
    found = []
    for target, answer in answers:
        for one in answer.series:
            labels = {name: value for name, value in one.labels.items() if name}
            found.append(Field(legend(target, one, labels), labels, one.points, ref=target.get("refId", ""), buckets=one.buckets))
    config = panel.get("fieldConfig", {})
    defaults = config.get("defaults", {})
    for place, field in enumerate(found):
        field.unit, field.decimals = defaults.get("unit", ""), defaults.get("decimals")
        field.color = PALETTE[place % len(PALETTE)]
        if defaults.get("color", {}).get("mode") == "fixed":
            field.color = color(defaults["color"].get("fixedColor"), field.color)
        for override in config.get("overrides", []):
            if matches(override["matcher"], field):
                for one in override["properties"]:
                    apply(field, one)
    return found


def legend(target, one, labels):
    form = target.get("legendFormat") or target.get("alias") or ""
    if not form or form == "__auto":
        return ", ".join(labels.values()) or one.name or "value"
    form = re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: str(labels.get(found[1], "")), form)
    form = re.sub(r"\$tag_(\w+)", lambda found: str(labels.get(found[1], "")), form)
    return form.replace("$col", one.name)


def matches(matcher, field):
    kind, wanted = matcher["id"], matcher.get("options")
    if kind == "byName":
        return field.name == wanted
    if kind == "byRegexp":
        told = re.fullmatch(r"/(.*)/\w*", wanted)
        return re.search(told[1] if told else wanted, field.name) is not None
    return kind == "byFrameRefID" and field.ref == wanted


def apply(field, one):
    kind, value = one["id"], one["value"]
    if kind == "unit":
        field.unit = value
    elif kind == "decimals":
        field.decimals = value
    elif kind == "displayName":
        field.name = value
    elif kind == "color":
        field.color = color(value.get("fixedColor"), field.color)
    elif kind == "custom.lineStyle":
        field.dashed = value.get("fill") == "dash"


def color(named, otherwise):
    return NAMED.get((named or "").removeprefix("dark-").removeprefix("semi-dark-").removeprefix("light-"), named or otherwise)


def by_threshold(panel, value):
    """The colour of the last step that the value has reached."""
    steps = panel.get("fieldConfig", {}).get("defaults", {}).get("thresholds", {}).get("steps", [])
    reached = [one["color"] for one in steps if one.get("value") is None or (isinstance(value, float) and value >= one["value"])]
    return color(reached[-1], NAMED["text"]) if reached else NAMED["text"]


def reduced(field, calcs):
    """What a stat shows of a field's points."""
    values = [value for _, value in field.points if not isinstance(value, float) or value == value]
    if not values:
        return None
    how = (calcs or ["lastNotNull"])[0]
    return {"max": max, "min": min, "sum": sum, "mean": lambda of: sum(of) / len(of)}.get(how, lambda of: of[-1])(values)


def rows(panel, fields):
    """(headings, rows): as Grafana's `merge` does it, by the labels that all answers have, where nothing contradicts."""
    renamed, hidden, order = organized(panel)
    tags = list(dict.fromkeys(name for field in fields for name in field.labels))
    common = [name for name in tags if all(name in field.labels for field in fields)]
    values, table = [], {}
    for field in fields:
        source = f"Value #{field.ref}"
        name = renamed.get(source, field.name)
        if name not in values and not hidden.get(source):
            values.append(name)
        shown = {name: (field.points[-1][1], unit_of(panel, name, field.unit), field.decimals)} if field.points else {}
        candidate = {**field.labels, **shown}
        put(table.setdefault(tuple(field.labels[tag] for tag in common), []), candidate)
    columns = [name for name in tags if not hidden.get(name)] + values
    columns.sort(key=lambda name: order.get(name, len(order)))
    return [renamed.get(name, name) for name in columns], [[row.get(name) for name in columns] for rows in table.values() for row in rows]


def put(alike, candidate):
    for row in alike:
        if all(row.get(name, value) == value for name, value in candidate.items()):
            row.update(candidate)
            return
    alike.append(candidate)


def organized(panel):
    renamed, hidden, order = {}, {}, {}
    for step in panel.get("transformations", []):
        if step["id"] == "organize":
            options = step.get("options", {})
            renamed |= options.get("renameByName", {})
            hidden |= options.get("excludeByName", {})
            order |= options.get("indexByName", {})
    return renamed, hidden, order


def unit_of(panel, name, otherwise):
    for override in panel.get("fieldConfig", {}).get("overrides", []):
        if override["matcher"] == {"id": "byName", "options": name}:
            for one in override["properties"]:
                if one["id"] == "unit":
                    return one["value"]
    return otherwise
