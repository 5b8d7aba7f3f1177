"""The chart and the manifests that are rendered from it: linted and rendered by Helm, checked against the schemas of Kubernetes."""

from lib import checks

TITLE = "the chart lints, renders and is valid; the committed manifests are what it renders"


def prove(sheet, options):
    checks.stack(sheet, "chart")
