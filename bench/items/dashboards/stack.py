"""The stack's files, without an engine: composed for every profile, its dashboards provisioned, its image's root entered."""

from lib import checks

TITLE = "dashboards: the stack composes; its dashboards are provisioned; its image runs as process 1"


def prove(sheet, options):
    checks.stack(sheet, "compose", "provisioning", "image")
