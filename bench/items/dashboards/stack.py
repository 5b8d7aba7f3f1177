"""The stack's files, without an engine: composed for every profile, its boards provisioned, its image's root entered."""

from lib import checks

TITLE = "boards: the stack composes; its boards are provisioned; its image runs as process 1"


def prove(sheet, options):
    checks.stack(sheet, "compose", "provisioning", "image")
