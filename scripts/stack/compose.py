"""Rules of the stack that no schema knows, of a rendered compose file on standard input."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Services whose image holds no program that could ask.
NO_PROBE = {"collector", "jaeger", "target", "agent"}
OWN = {"loadagent:local"}


def errors(stack, text):
    if re.search(r"^version:", text, re.MULTILINE):
        yield "the file has a `version`, which compose has ignored for years"
    for name, service in stack["services"].items():
        image = service.get("image", "")
        if image not in OWN and not re.search(r":v?\d+\.\d+\.\d+$", image):
            yield f"{name}: image {image} is not pinned to a whole version"
        for port in service.get("ports", []):
            if port.get("host_ip") != "127.0.0.1":
                yield f"{name}: port {port.get('published')} is not on 127.0.0.1"
        for mount in service.get("volumes", []):
            yield from mount_errors(name, mount)
        if ("healthcheck" in service) == (name in NO_PROBE):
            yield f"{name}: has a health check and stands in NO_PROBE, or neither"
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_started" if needed in NO_PROBE else "service_healthy"
            if how["condition"] != wanted:
                yield f"{name}: waits for {needed} by {how['condition']}, not {wanted}"
    default = {name for name, service in stack["services"].items() if not service.get("profiles")}
    if default != {"prometheus", "grafana"}:
        yield f"without a profile these start: {sorted(default)}"
    grafana = stack["services"]["grafana"]["environment"]
    if grafana.get("GF_AUTH_ANONYMOUS_ORG_ROLE") != "Viewer":
        yield "grafana: who comes without a name is not a Viewer"


def mount_errors(name, mount):
    if mount["type"] == "bind":
        if not mount.get("read_only"):
            yield f"{name}: {mount['target']} is not mounted read-only"
        if not pathlib.Path(mount["source"]).exists():
            yield f"{name}: {mount['source']} does not exist"


def main():
    found = list(errors(json.load(sys.stdin), (ROOT / "docker-compose.yml").read_text()))
    for error in found:
        print(f"  {error}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
