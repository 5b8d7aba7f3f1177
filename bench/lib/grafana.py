"""What Grafana does to a dashboard before a store is asked: variables, macros, intervals.

Only what the dashboards use is here; a form that is not known raises, so that nothing goes to a store half substituted.
"""

import dataclasses
import json
import re

from lib import programs

FOLDER = programs.ROOT / "dashboards"
PUSHED_EVERY = 1  # seconds: the timeInterval of the provisioned sources
WIDTH = 600  # points that a panel can draw
ALL = "$__all"


@dataclasses.dataclass
class Window:
    """The time range of a dashboard, seconds since the epoch."""

    start: float
    end: float

    def length(self):
        return self.end - self.start

    def later(self, seconds):
        return Window(self.start, self.end + seconds)


class Dashboard:
    def __init__(self, path):
        self.name = f"{path.parent.name}/{path.stem}"
        self.topic = path.stem
        self.json = json.loads(path.read_text())
        self.variables = self.json.get("templating", {}).get("list", [])

    def panels(self):
        """Those that show data, also of folded rows."""
        for one in self.json["panels"]:
            if one["type"] == "row":
                yield from one.get("panels", [])
            elif one.get("targets"):
                yield one

    def annotations(self):
        """Queries of annotations, each as a panel of one target."""
        for one in self.json.get("annotations", {}).get("list", []):
            target = {**one, **one.get("target", {})}
            if target.get("expr") or target.get("query"):
                yield {"title": f"annotation {one['name']}", "type": "annotations", "targets": [{"refId": "A", **target}]}


def dashboards(folder):
    return [Dashboard(path) for path in sorted((FOLDER / folder).glob("*.json"))]


def text_of(target):
    return target.get("expr") or target.get("query") or ""


class Asked:
    """A dashboard viewed over a window, its variables set by asking the store."""

    def __init__(self, dashboard, source, window, chosen):
        self.dashboard, self.source, self.window = dashboard, source, window
        self.values, self.options = {}, {}
        for variable in dashboard.variables:
            self._settle(variable, chosen)

    def target(self, panel, target, instant):
        """What the store answers to one target of a panel."""
        step = self.step(panel, target)
        query = self.substitute(text_of(target), step)
        if instant:
            return self.source.instant(query, self.window)
        return self.source.range(query, self.window, step)

    def step(self, panel, target):
        """Seconds: `$__interval`."""
        least = seconds(self.substitute(target.get("interval") or panel.get("interval") or f"{PUSHED_EVERY}s", None))
        return max(least, nice(self.window.length() / (panel.get("maxDataPoints") or WIDTH)))

    def substitute(self, text, step):
        own = macros(self.window, step)

        def replace(found):
            name = found["braced"] or found["bare"] or found["old"]
            if name in own:
                return own[name]
            if name.isdigit():  # a group of a regular expression, which Grafana leaves alone
                return found[0]
            if name not in self.values:
                raise LookupError(f"{self.dashboard.name}: unknown variable ${name} in {text}")
            return self._shown(name, found["form"] or "")

        pattern = r"\$\{(?P<braced>\w+)(?::(?P<form>[\w:]+))?\}|\$(?P<bare>\w+)|\[\[(?P<old>\w+)\]\]"
        return re.sub(pattern, replace, text)

    def _shown(self, name, form):
        value, variable = self.values[name], next(one for one in self.dashboard.variables if one["name"] == name)
        if value == ALL:
            if variable.get("allValue"):
                return variable["allValue"]
            value = self.options[name]
        if isinstance(value, str):
            several = variable.get("multi") or variable.get("includeAll")
            return self._escaped(value) if form == "regex" or (several and not form) else value
        if form == "raw":
            return ",".join(value)
        return "(" + "|".join(self._escaped(one) for one in value) + ")"

    def _escaped(self, text):
        """For a regular expression; in PromQL it stands in a string, which takes a backslash of its own."""
        slash = "\\\\" if self.source.kind == "prometheus" else "\\"
        return re.sub(r"[\\^$*+?.()|{}\[\]]", lambda found: slash + found[0], text)

    def _settle(self, variable, chosen):
        name, kind = variable["name"], variable["type"]
        if kind == "query":
            self.options[name] = self._listed(variable)
        elif kind in ("custom", "interval"):
            self.options[name] = [one.rpartition(" : ")[2].strip() for one in variable["query"].split(",")]
        elif kind in ("textbox", "constant"):
            self.options[name] = [variable.get("query", "")]
        elif kind == "datasource":
            self.options[name] = ["loadagent-" + self.source.kind]
        else:
            raise LookupError(f"{self.dashboard.name}: variables of type {kind} are not known here")
        if name in chosen and kind != "textbox" and chosen[name] not in self.options[name]:
            raise LookupError(f"{self.dashboard.name}: {name} can't be {chosen[name]}: {self.options[name]}")
        self.values[name] = chosen.get(name, self._first(variable))

    def _listed(self, variable):
        query = variable["query"]
        query = query.get("query", "") if isinstance(query, dict) else query
        listed = [str(one) for one in self.source.options(self.substitute(query, None), self.window)]
        filtered = re.fullmatch(r"/(.*)/\w*", variable.get("regex") or "", re.DOTALL)
        if filtered:
            found = [re.search(filtered[1], one) for one in listed]
            listed = [one[1] if one.re.groups else one[0] for one in found if one]
        return sorted(set(listed), reverse=variable.get("sort") in (2, 4, 6, 8))

    def _first(self, variable):
        """What is shown without a choice: the dashboard's own, if the store has it, else the first."""
        current = (variable.get("current") or {}).get("value")
        options = self.options[variable["name"]]
        if current in ([ALL], ALL) or (variable.get("includeAll") and not current):
            return ALL
        if current and variable["type"] != "query":
            return current
        return current if current in options else (options or [""])[0]


def macros(window, step):
    ms = (round(window.start * 1000), round(window.end * 1000))
    length = max(1, round(window.length()))
    found = {
        "__range": f"{length}s", "__range_s": str(length), "__range_ms": str(length * 1000),
        "__from": str(ms[0]), "__to": str(ms[1]),
        "timeFilter": f"time >= {ms[0]}ms and time <= {ms[1]}ms",
    }
    if step is not None:
        found["__interval"], found["__interval_ms"] = f"{step}s", str(step * 1000)
        found["__rate_interval"] = f"{max(step + PUSHED_EVERY, 4 * PUSHED_EVERY)}s"
    found["__timeFilter"] = found["timeFilter"]
    return found


def nice(wanted):
    """The steps that Grafana takes, in whole seconds."""
    return next((step for step in (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600) if wanted <= step * 1.5), 7200)


def seconds(text):
    number, unit = re.fullmatch(r">?=?\s*(\d+)(ms|s|m|h)", text).groups()
    return max(1, round(int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]))
