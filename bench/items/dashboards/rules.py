"""The rules, and the key expressions of the dashboards, against series whose answers are known; units and reducers by Grafana's tables.

Shape, schema and lint of the dashboards are tests of the crate (`cargo test dashboard`).
"""

from lib import checks

TITLE = "dashboards: rules and expressions tested; units and reducers are Grafana's"


def prove(sheet, options):
    checks.stack(sheet, "rules", "display")
