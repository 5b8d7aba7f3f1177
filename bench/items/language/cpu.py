"""What the language costs: thirty steps with templates and five extractions each, beside the bare request."""

import dataclasses
import json
import pathlib
import tempfile

from lib import cost, generator, stats
from lib.nginx import Nginx

TITLE = "cost of thirty steps with templates and extractions"
USERS = 50
STEPS = 30
LIMIT = 1.5


@dataclasses.dataclass
class Kind:
    name: str
    flow: list
    bar: bool = True


def prove(sheet, options):
    seconds = 2 if options.quick else options.seconds
    pairs = 1 if options.quick else options.pairs
    miscounts = []
    with Nginx() as nginx, tempfile.TemporaryDirectory(prefix="bench-language-") as folder:
        sheet.used("nginx", nginx.version)
        for kind in kinds():
            ours, bare, off = compare(nginx, pathlib.Path(folder), kind, seconds, pairs)
            miscounts += off
            sheet.table([kind.name, *cost.HEADINGS], [cost.row("with it", ours), cost.row("bare", bare)])
            ratio = stats.median([one.us / other.us for one, other in zip(ours, bare)])
            if kind.bar:
                sheet.bar(f"{kind.name} / bare, CPU per request", ratio.value, "<=", LIMIT)
            sheet.figure(f"{kind.name} / bare, with interval", str(ratio))
    sheet.count("runs whose count is not nginx's", sum(off != 0 for off in miscounts), 0)


def kinds():
    return [
        Kind("templates everywhere, five extractions a profile", [step(number, number < 5) for number in range(STEPS)]),
        Kind("templates and five extractions in every step", [step(number, True, 5) for number in range(STEPS)], False),
    ]


def step(number, extracts, count=1):
    """A request whose path, header and name of an earlier value come from values."""
    request = {
        "get": f"/json?step={number}&user=${{vu}}&n=${{random_int(1, 1000)}}",
        "name": f"step {number}",
        "headers": {"X-Iteration": "${iteration}", "X-Trace": "${vu}-${iteration}"},
    }
    if extracts:
        paths = ["$.id", "$.customer.name", "$.items[0].price", "$.items[2].sku", "$.links.next"]
        chosen = paths[number % 5 : number % 5 + 1] if count == 1 else paths[:count]
        request["extract"] = {f"v{number}_{at}": path for at, path in enumerate(chosen)}
    return request


def compare(nginx, folder, kind, seconds, pairs):
    ours, bare, miscounts = [], [], []
    for name, flow, costs in [(kind.name, kind.flow, ours), ("bare", [{"get": "/json"}], bare)] * pairs:
        profile = folder / "profile.yaml"
        profile.write_text(json.dumps({"name": name, "base_url": nginx.url, "scenarios": {"it": scenario(flow, seconds)}}))
        run, served = nginx.counted(lambda: generator.run(profile, timeout=seconds + 60))
        miscounts.append(run.requests() - served)
        costs.append(cost.of(run.finished, served))
    return ours, bare, miscounts


def scenario(flow, seconds):
    return {"executor": "constant-vus", "vus": USERS, "duration": f"{seconds}s", "flow": flow}
