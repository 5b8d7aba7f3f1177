"""The files that Grafana is started with: paths exist, uids are those that dashboards name, and dashboards are classic.

File provisioning refuses dashboards of the v2 schema, so that one of these would make its dashboard disappear without an error.
"""

import json
import pathlib
import sys

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOUNTED = "/var/lib/grafana/dashboards"
BUILT_IN = {"-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana"}


def yaml(path):
    return YAML(typ="safe").load((ROOT / path).read_text())


def here(path):
    """Where a path of the container comes from; docker-compose.yml mounts ./dashboards there."""
    return ROOT / "dashboards" / pathlib.PurePosixPath(path).relative_to(MOUNTED)


def mounts():
    volumes = yaml("docker-compose.yml")["services"]["grafana"]["volumes"]
    if f"./dashboards:{MOUNTED}:ro" not in volumes:
        yield f"docker-compose.yml does not mount ./dashboards at {MOUNTED}"
    if "./grafana/provisioning:/etc/grafana/provisioning:ro" not in volumes:
        yield "docker-compose.yml does not mount ./grafana/provisioning"
    home = yaml("docker-compose.yml")["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    if not here(home).is_file():
        yield f"the home dashboard {home} does not exist"


def sources(found):
    uids = {one["uid"] for one in found}
    if len(uids) != len(found) or any(not uid.startswith("loadagent-") for uid in uids):
        yield f"uids of data sources: {sorted(uids)}"
    if sum(bool(one.get("isDefault")) for one in found) != 1:
        yield "not exactly one data source is the default"
    for one in found:
        if one["type"] in ("prometheus", "influxdb") and not one["jsonData"].get("timeInterval"):
            yield f"{one['uid']}: no timeInterval, so that Grafana assumes 15 s"
        for destination in one.get("jsonData", {}).get("exemplarTraceIdDestinations", []):
            if destination["datasourceUid"] not in uids:
                yield f"{one['uid']}: exemplars lead to {destination['datasourceUid']}, which is not provisioned"


def providers(found):
    for one in found:
        folder = here(one["options"]["path"])
        if not list(folder.glob("*.json")):
            yield f"{one['name']}: {folder.relative_to(ROOT)} holds no dashboard"
        if one.get("allowUiUpdates") or not one.get("disableDeletion"):
            yield f"{one['name']}: dashboards could be changed or removed in Grafana"
    shown = {here(one["options"]["path"]) for one in found}
    for path in (ROOT / "dashboards").rglob("*.json"):
        if path.parent not in shown:
            yield f"{path.relative_to(ROOT)} is provisioned nowhere"


def dashboards(sources_by_uid):
    seen = {}
    for path in sorted((ROOT / "dashboards").rglob("*.json")):
        name, dashboard = path.relative_to(ROOT / "dashboards"), json.loads(path.read_text())
        if any(key in dashboard for key in ("apiVersion", "kind", "spec", "elements", "layout")) or "panels" not in dashboard:
            yield f"{name} is not a classic dashboard"
            continue
        if "__inputs" in dashboard:
            yield f"{name}: __inputs are filled by the import dialog only"
        if not str(dashboard.get("uid", "")).startswith("loadagent-"):
            yield f"{name}: uid {dashboard.get('uid')}"
        if dashboard["uid"] in seen:
            yield f"{name}: {seen[dashboard['uid']]} has the same uid"
        seen[dashboard["uid"]] = name
        types = {source["type"] for source in sources_by_uid.values()}
        for place, source in named_sources(dashboard):
            uid, kind = source.get("uid", ""), source.get("type")
            if uid not in BUILT_IN and not uid.startswith("$") and uid not in sources_by_uid:
                yield f"{name}: {place} names the data source {uid}, which is not provisioned"
            if uid.startswith("$") and kind not in types:
                yield f"{name}: {place} wants a source of type {kind}"
        for variable in dashboard.get("templating", {}).get("list", []):
            current = variable.get("current", {}).get("value")
            if variable["type"] == "datasource" and current and current not in sources_by_uid:
                yield f"{name}: variable {variable['name']} begins with {current}, which is not provisioned"
    if not seen:
        yield "there are no dashboards"


def named_sources(node, place="dashboard"):
    """Every `datasource` of a dashboard, with the title of the nearest panel or the name of the nearest variable."""
    if isinstance(node, list):
        for one in node:
            yield from named_sources(one, place)
    elif isinstance(node, dict):
        place = node.get("title") or node.get("name") or place
        for key, value in node.items():
            if key == "datasource" and isinstance(value, dict):
                yield place, value
            else:
                yield from named_sources(value, place)


def main():
    provided = yaml("grafana/provisioning/datasources/loadagent.yml")["datasources"]
    provided_dashboards = yaml("grafana/provisioning/dashboards/loadagent.yml")["providers"]
    by_uid = {one["uid"]: one for one in provided}
    found = [*mounts(), *sources(provided), *providers(provided_dashboards), *dashboards(by_uid)]
    for error in found:
        print(f"  {error}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
