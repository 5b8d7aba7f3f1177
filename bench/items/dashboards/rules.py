"""The rules, and the key expressions of the boards, against series whose answers are known; units and reducers by Grafana's tables.

Shape, schema and lint of the boards are tests of the crate (`cargo test dashboard`).
"""

from lib import checks

TITLE = "boards: rules and expressions tested; units and reducers are Grafana's"


def prove(sheet, options):
    checks.stack(sheet, "rules", "display")
