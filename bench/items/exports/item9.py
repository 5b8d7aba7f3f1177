"""Tokens and passwords, given in every way there is: none is found in any file or output of the run."""

import base64
import contextlib
import dataclasses
import subprocess
import urllib.parse

from lib import faults, generator, programs, server
from lib.generator import Generator
from lib.process import Child
from lib.receiver import Receiver
from lib.target import Target

TITLE = "no secret in any file or output"
USER, SECRET = "bench-user", "S3cret+of/th=e~bench"
# Whether a value from the environment is quoted like the rest of the URL is not what is asked here.
PLAIN = "Pl4in-secret-of-the-bench"
QUOTED = urllib.parse.quote(SECRET, safe="")
BASIC = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
FORMS = {PLAIN, SECRET, QUOTED, QUOTED.lower(), BASIC, urllib.parse.quote(BASIC, safe="")}


@dataclasses.dataclass
class Way:
    name: str
    out: str  # with {at} for HOST:PORT, {quoted} and {file}
    arrives: str  # in which form the receiver gets it
    in_profile: bool = False


REMOTE = "prometheus=http://{at}/api/v1/write"
WAYS = [
    Way("prometheus, userinfo", "prometheus=http://bench-user:{quoted}@{at}/api/v1/write", f"Basic {BASIC}"),
    Way("prometheus, password", REMOTE + "?username=bench-user&password={quoted}", f"Basic {BASIC}"),
    Way("prometheus, password_file", REMOTE + "?username=bench-user&password_file={file}", f"Basic {BASIC}"),
    Way("prometheus, bearer_token", REMOTE + "?bearer_token={quoted}", f"Bearer {SECRET}"),
    Way("prometheus, bearer_token_file", REMOTE + "?bearer_token_file={file}", f"Bearer {SECRET}"),
    Way("prometheus, header", REMOTE + "?header.X-Api-Key={quoted}", SECRET),
    Way("prometheus, environment", REMOTE + "?bearer_token=${{BENCH_TOKEN}}", f"Bearer {PLAIN}"),
    Way("prometheus, profile and environment", REMOTE + "?bearer_token=${{BENCH_TOKEN}}", f"Bearer {PLAIN}", True),
    Way("influxdb v1, userinfo", "influxdb=http://bench-user:{quoted}@{at}/bench", f"Basic {BASIC}"),
    Way("influxdb v1, raw, userinfo", "influxdb=http://bench-user:{quoted}@{at}/bench?mode=raw", f"Basic {BASIC}"),
    Way("influxdb v2, token", "influxdb=http://{at}?org=o&bucket=b&token={quoted}", f"Token {SECRET}"),
    Way("influxdb v2, environment", "influxdb=http://{at}?org=o&bucket=b&token=${{BENCH_TOKEN}}", f"Token {PLAIN}"),
    Way("influxdb v3, token", "influxdb=http://{at}?database=d&token={quoted}", f"Bearer {SECRET}"),
]
# In quick one of each kind of place that a secret can leak from.
QUICK = {"prometheus, userinfo", "prometheus, bearer_token_file", "prometheus, profile and environment", "influxdb v2, token"}
PROFILE = """name: secrets
vars:
  BENCH_TOKEN:
scenarios:
  one: {{executor: constant-vus, vus: 1, duration: 2s, flow: [{{get: "{url}"}}, {{think: 50ms}}]}}
outputs: ["{out}"]
"""


def refuse(seen):
    """A careless receiver: it says back what it was given."""
    given = " ".join(f"{name}: {value}" for name, value in seen.headers.items())
    return faults.answer(401, f"unauthorized: {given} {seen.path}")


# A receiver of 2.0 says what it wrote; to all others these are headers like any.
WRITTEN = {f"X-Prometheus-Remote-Write-{kind}-Written": "1000" for kind in ("Samples", "Histograms", "Exemplars")}
RECEIVERS = {
    "refused": lambda: refuse,
    "broken": lambda: faults.always(faults.answer(500, "no")),
    "accepted": lambda: faults.always(faults.answer(204, headers=WRITTEN)),
}


def prove(sheet, options):
    rows = []
    with Target("1ms") as target, server.folder("secrets") as folder:
        file = folder / "token"
        file.write_text(SECRET + "\n")
        for way in WAYS:
            if (options.quick and way.name not in QUICK) or options.only.lower() not in way.name.lower():
                continue
            for what, rule in RECEIVERS.items():
                if not (options.quick and what == "broken"):
                    rows.append(show(sheet, way, what, rule(), target, file))
    sheet.table(["given as", "receiver", "pushes", "places searched", "bytes searched", "found", "exit", "replay's exit"], rows)


def show(sheet, way, what, rule, target, file):
    label, env = f"{way.name}, {what}", {"BENCH_TOKEN": PLAIN}
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(Receiver(rule=rule))
        out = way.out.format(at=receiver.base.removeprefix("http://"), quoted=QUOTED, file=file)
        words, outs = [target.url, "-u", "1", "-d", "2s"], [out]
        if way.in_profile:
            profile = stack.enter_context(server.folder("profile")) / "profile.yaml"
            profile.write_text(PROFILE.format(url=target.url, out=out))
            words, outs = [profile], []
        words += ["--drain", "2s"]
        load = stack.enter_context(Generator(*words, outs=outs, quiet=False, env=env))
        run = load.wait(60)
        replayed = [generator.replay(load.dir, "--drain", "2s", env=env), generator.replay(load.dir, "--out", out, "--drain", "2s", env=env)]
        reported = Child([programs.loadagent(), "report", load.dir]).wait(30)
        listed = subprocess.run([programs.loadagent(), "report", "--intervals", load.dir], capture_output=True, check=False)
        places = {str(path.relative_to(load.dir)): path.read_bytes() for path in load.dir.rglob("*") if path.is_file()}
    for name, done in (("run", run.finished), ("replay", replayed[0]), ("replay --out", replayed[1]), ("report", reported)):
        places[f"{name}'s stdout"], places[f"{name}'s stderr"] = done.stdout.encode(), done.stderr.encode()
    places["report --intervals"] = listed.stdout + listed.stderr

    writes = receiver.writes()
    sheet.holds(f"{label}: it was asked", writes, len(writes))
    sheet.count(f"{label}: pushes without the secret", sum(way.arrives not in one.headers.values() for one in writes), 0)
    found = [place for place, content in places.items() if any(form.encode() in content for form in FORMS)]
    sheet.count(f"{label}: places with the secret in them", found, [])
    told = run.summary.get("loadagent", {}).get("outputs", [])
    if run.finished.code == 104:
        sheet.note((run.finished.stdout + run.finished.stderr)[-400:])
    if what == "accepted":
        sheet.holds(f"{label}: exit code", run.finished.code in (0, 109), run.finished.code)
    else:
        sheet.holds(f"{label}: exit code", run.finished.code in (110, 109), run.finished.code)
        sheet.holds(f"{label}: what is wrong is told", told and told[0].get("last_error"), told and told[0].get("last_error"))
    size = sum(len(content) for content in places.values())
    return [way.name, what, len(writes), len(places), size, len(found), run.finished.code, replayed[1].code]
