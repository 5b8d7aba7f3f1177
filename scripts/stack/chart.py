"""Lints and renders the chart with Helm's library, and checks what it renders by the schemas of Kubernetes, strictly.

    chart.py            checks the chart, and that deploy/manifests/ is what it renders
    chart.py --write    renders deploy/manifests/ anew
"""

import pathlib
import sys

import helm_python as helm
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART, MANIFESTS = ROOT / "deploy" / "chart", ROOT / "deploy" / "manifests"
VERSIONS = ["1.31", "1.37"]  # the oldest that the chart takes, and the newest that is known here
MODES = ["soak", "segments", "nightly"]
# Resources of the Prometheus operator have schemas of its own.
OTHERS = {"PodMonitor"}
HEAD = """\
# Rendered from deploy/chart (mode: {mode}) by scripts/stack/chart.py --write. Change the profile and the image; the name of the Job is the
# ID of the run, so another run needs another name.{more}
"""
START = "2030-01-01T00:00:00Z"
MORE = {"segments": f"\n# All pods begin at --start-at={START}: change that, too."}
RENDERED = {"segments": {"segments": {"startAt": START}, "persistence": {"accessModes": ["ReadWriteMany"]}}}

EVERYTHING = {
    "image": {"digest": "sha256:" + 64 * "0"},
    "imagePullSecrets": [{"name": "registry"}],
    "args": ["--tag=team=shop"],
    "outputs": ["prometheus=http://prometheus:9090/api/v1/write?token_file=/secrets/token"],
    "env": {"RATE": 10},
    "envFromSecrets": {"TOKEN": {"secret": "tokens", "key": "token"}},
    "secretFiles": "tokens",
    "persistence": {"storageClassName": "fast"},
    "activeDeadlineSeconds": 300_000,
    "control": {"enabled": True},
    "scrape": {"enabled": True, "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "networkPolicy": {
        "enabled": True,
        "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"protocol": "TCP", "port": 80}]}],
        "ingressFrom": [{"podSelector": {"matchLabels": {"app": "prometheus"}}}],
    },
    "serviceAccountName": "load",
    "priorityClassName": "load",
    "nodeSelector": {"pool": "load"},
    "tolerations": [{"key": "load", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]}},
    "podDisruptionBudget": {"enabled": True},
    "podLabels": {"team": "shop"},
    "nightly": {"compareArgs": ["--margin=10%"]},
}
LEAST = {
    "profile": {"files": None, "name": "quickstart"},
    "persistence": {"enabled": False},
    "probes": {"enabled": False},
    "topologySpread": {"enabled": False},
    "sysctls": [],
    "podAnnotations": None,
    "ttlSecondsAfterFinished": 0,
}
# What the schema of the values must refuse.
WRONG = [
    {"mode": "other"},
    {"image": {"pullPolicy": "Sometimes"}},
    {"unknown": 1},
    {"segments": {"count": 0}},
    {"terminationGracePeriodSeconds": 5},
    {"env": {"A-B": "1"}},
    {"persistence": {"size": "big"}},
    {"outputs": "prometheus"},
]

failures = []


def main():
    if sys.argv[1:] == ["--write"]:
        with helm.Chart.load(CHART) as chart:
            for mode in MODES:
                (MANIFESTS / f"{mode}.yaml").write_text(manifest(chart, mode))
        return 0
    lint = helm.lint(str(CHART))
    for message in lint["messages"]:
        # An icon is recommended; severity 2 is a warning.
        if message["severity"] >= 2:
            failures.append(f"lint: {message['path']}: {message['error']}")
    rendered = 0
    with helm.Chart.load(CHART) as chart:
        for mode in MODES:
            for name, values in ("defaults", {}), ("everything", EVERYTHING), ("least", LEAST):
                rendered += valid(f"{mode}, {name}", documents(chart, {**values, "mode": mode}))
            if (MANIFESTS / f"{mode}.yaml").read_text() != manifest(chart, mode):
                failures.append(f"deploy/manifests/{mode}.yaml is not what the chart renders (scripts/stack/chart.py --write)")
        for values in WRONG:
            if accepts(chart, values):
                failures.append(f"values: {values} is not refused")
    # Else it would have seen nothing.
    misspelt = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}, "spec": {"complitions": 1}}
    seen, before = len(failures), list(failures)
    valid("misspelt", [misspelt])
    if len(failures) == seen:
        before.append("a misspelt field is not found")
    failures[:] = before
    print(f"  Helm {helm.helm_sdk_version()}: {rendered} resources valid for Kubernetes {' and '.join(VERSIONS)}, {len(WRONG)} wrong values refused")
    for failure in failures:
        print(f"  wrong: {failure}")
    return 1 if failures else 0


def text(chart, values):
    """All templates that render something, in the order of their names."""
    found = chart.render(values, name="loadagent", namespace="default")
    parts = [part for name, part in sorted(found.items()) if name.endswith(".yaml") and part.strip()]
    return "".join(f"---\n{part.strip()}\n" for part in parts)


def documents(chart, values):
    return [one for one in yaml.safe_load_all(text(chart, values)) if one]


def manifest(chart, mode):
    return HEAD.format(mode=mode, more=MORE.get(mode, "")) + text(chart, {**RENDERED.get(mode, {}), "mode": mode})


def accepts(chart, values):
    try:
        chart.validate_schema(values)
        chart.render(values, name="loadagent", namespace="default")
    except helm.HelmError:
        return False
    return True


def valid(place, resources):
    checked = 0
    for resource in resources:
        if resource["kind"] in OTHERS:
            continue
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(resource, version, strict=True)
                checked += 1
            except kubernetes_validate.ValidationError as error:
                failures.append(f"{place}: {resource['kind']}, Kubernetes {version}: {error.message}")
    return checked // len(VERSIONS)


if __name__ == "__main__":
    sys.exit(main())
