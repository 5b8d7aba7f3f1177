"""Tokens and passwords, given in every way there is: none is found in any file or output of the run."""

import base64
import contextlib
import dataclasses
import re
import urllib.parse

from lib import faults, programs, server
from lib.generator import Generator
from lib.process import Child
from lib.receiver import Receiver
from lib.target import Target

TITLE = "no secret in any file or output"
USER, SECRET = "bench-user", "S3cret+of/th=e~bench"
PLAIN = "Pl4in-secret-of-the-bench"
# In the environment as it is: what is put into an address by name is not part of its grammar.
SPECIAL = "sp3cial1+sp3cial2&sp3cial3/sp3cial4#sp3cial5=sp3cial6"
ENVIRONMENT = {"BENCH_TOKEN": PLAIN, "BENCH_SPECIAL": SPECIAL}
QUOTED = urllib.parse.quote(SECRET, safe="")


def basic(secret):
    return base64.b64encode(f"{USER}:{secret}".encode()).decode()


def forms():
    """Every way in which one could stand somewhere; of the one that an address may be cut at, also the pieces."""
    plain = {PLAIN, SECRET, SPECIAL, basic(PLAIN), basic(SECRET), basic(SPECIAL)}
    quoted = {urllib.parse.quote(one, safe="") for one in plain}
    strict = {one.replace("~", "%7E") for one in quoted}
    return plain | quoted | strict | {one.lower() for one in quoted | strict} | set(re.split("[+&/#=]", SPECIAL))


FORMS = {one.encode() for one in forms()}


@dataclasses.dataclass
class Way:
    name: str
    out: str  # with {at} for HOST:PORT, {quoted} and {file}
    arrives: str  # in which form the receiver gets it
    where: str = "--out"  # or "profile", or "LOADAGENT_OUT"
    header: str = "authorization"  # in which it arrives; "" for a parameter `p` of the URL

    def got(self, seen):
        if self.header:
            return seen.headers.get(self.header) == self.arrives
        return urllib.parse.parse_qs(urllib.parse.urlsplit(seen.path).query).get("p") == [self.arrives]


REMOTE = "prometheus=http://{at}/api/v1/write"
WAYS = [
    Way("prometheus, userinfo", "prometheus=http://bench-user:{quoted}@{at}/api/v1/write", f"Basic {basic(SECRET)}"),
    Way("prometheus, password", REMOTE + "?username=bench-user&password={quoted}", f"Basic {basic(SECRET)}"),
    Way("prometheus, password_file", REMOTE + "?username=bench-user&password_file={file}", f"Basic {basic(SECRET)}"),
    Way("prometheus, bearer_token", REMOTE + "?bearer_token={quoted}", f"Bearer {SECRET}"),
    Way("prometheus, bearer_token_file", REMOTE + "?bearer_token_file={file}", f"Bearer {SECRET}"),
    Way("prometheus, header", REMOTE + "?header.X-Api-Key={quoted}", SECRET, header="x-api-key"),
    Way("prometheus, environment", REMOTE + "?bearer_token=${{BENCH_TOKEN}}", f"Bearer {PLAIN}"),
    Way("prometheus, profile and environment", REMOTE + "?bearer_token=${{BENCH_TOKEN}}", f"Bearer {PLAIN}", "profile"),
    Way("prometheus, LOADAGENT_OUT", "prometheus=http://bench-user:{quoted}@{at}/api/v1/write", f"Basic {basic(SECRET)}", "LOADAGENT_OUT"),
    Way("prometheus, special, environment", REMOTE + "?bearer_token=${{BENCH_SPECIAL}}", f"Bearer {SPECIAL}"),
    Way("prometheus, special, environment, more behind it", REMOTE + "?bearer_token=${{BENCH_SPECIAL}}&interval=1s", f"Bearer {SPECIAL}"),
    Way("prometheus, special, userinfo", "prometheus=http://bench-user:${{BENCH_SPECIAL}}@{at}/api/v1/write", f"Basic {basic(SPECIAL)}"),
    Way("prometheus, special, profile", REMOTE + "?bearer_token=${{BENCH_SPECIAL}}", f"Bearer {SPECIAL}", "profile"),
    Way("influxdb v1, userinfo", "influxdb=http://bench-user:{quoted}@{at}/bench", f"Basic {basic(SECRET)}"),
    Way("influxdb v1, raw, userinfo", "influxdb=http://bench-user:{quoted}@{at}/bench?mode=raw", f"Basic {basic(SECRET)}"),
    Way("influxdb v1, query.u and query.p", "influxdb=http://{at}/bench?query.u=bench-user&query.p={quoted}", SECRET, header=""),
    Way("influxdb v1, header", "influxdb=http://{at}/bench?header.X-Api-Key={quoted}", SECRET, header="x-api-key"),
    Way("influxdb v2, token", "influxdb=http://{at}?org=o&bucket=b&token={quoted}", f"Token {SECRET}"),
    Way("influxdb v2, environment", "influxdb=http://{at}?org=o&bucket=b&token=${{BENCH_TOKEN}}", f"Token {PLAIN}"),
    Way("influxdb v2, special, environment", "influxdb=http://{at}?org=o&bucket=b&token=${{BENCH_SPECIAL}}", f"Token {SPECIAL}"),
    Way("influxdb v2, LOADAGENT_OUT", "influxdb=http://{at}?org=o&bucket=b&token={quoted}", f"Token {SECRET}", "LOADAGENT_OUT"),
    Way("influxdb v3, token", "influxdb=http://{at}?database=d&token={quoted}", f"Bearer {SECRET}"),
]
# In quick one of each kind of place that a secret can leak from.
QUICK = {
    "prometheus, userinfo", "prometheus, bearer_token_file", "prometheus, header", "prometheus, profile and environment",
    "prometheus, LOADAGENT_OUT", "prometheus, special, environment", "influxdb v1, query.u and query.p", "influxdb v2, token",
}
PROFILE = """name: secrets
vars:
  BENCH_TOKEN:
  BENCH_SPECIAL:
scenarios:
  one: {{executor: constant-vus, vus: 1, duration: 1s, flow: [{{get: "{url}"}}, {{think: 50ms}}]}}
outputs: ["{out}"]
"""


def refuse(seen):
    """A careless receiver: it echoes what it receives."""
    given = " ".join(f"{name}: {value}" for name, value in seen.headers.items())
    return faults.answer(401, f"unauthorized: {given} {seen.path}")


# A receiver of 2.0 confirms what it wrote in these headers; the other protocols ignore them.
WRITTEN = {f"X-Prometheus-Remote-Write-{kind}-Written": "1000" for kind in ("Samples", "Histograms", "Exemplars")}
ACCEPTED = faults.always(faults.answer(204, headers=WRITTEN))
RECEIVERS = {  # by what they do: the rule, and whether it sees questions
    "refused": (refuse, False),
    "refused when asked": (refuse, True),
    "broken": (faults.always(faults.answer(500, "no")), True),
    "accepted": (ACCEPTED, True),
}
IN_QUICK = ("refused", "accepted")


def prove(sheet, options):
    rows = []
    with Target("1ms") as target, server.folder("secrets") as folder:
        file = folder / "token"
        file.write_text(SECRET + "\n")
        for way in WAYS:
            if (options.quick and way.name not in QUICK) or options.only.lower() not in way.name.lower():
                continue
            for what in IN_QUICK if options.quick else RECEIVERS:
                if what != "refused when asked" or way.name.startswith("prometheus"):
                    rows.append(show(sheet, way, what, target, file))
    sheet.table(["given as", "receiver", "pushes", "places searched", "bytes searched", "found", "exit", "replay's exit"], rows)


def show(sheet, way, what, target, file):
    label, env = f"{way.name}, {what}", dict(ENVIRONMENT)
    rule, questions = RECEIVERS[what]
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(Receiver(rule=rule, questions=questions))
        out = way.out.format(at=receiver.base.removeprefix("http://"), quoted=QUOTED, file=file)
        words, outs = [target.url, "-u", "1", "-d", "1s"], [out]
        if way.where == "profile":
            profile = stack.enter_context(server.folder("profile")) / "profile.yaml"
            profile.write_text(PROFILE.format(url=target.url, out=out))
            words, outs = [profile], []
        elif way.where == "LOADAGENT_OUT":
            env["LOADAGENT_OUT"], outs = out, []
        load = stack.enter_context(Generator(*words, "--drain", "1s", outs=outs, quiet=False, env=env))
        run = load.wait(60)
        finished = {"run": run.finished, **also(load.dir, words, outs, out, env)}
        places = {str(path.relative_to(load.dir)): path.read_bytes() for path in load.dir.rglob("*") if path.is_file()}
    for name, done in finished.items():
        places[f"{name}'s stdout"], places[f"{name}'s stderr"] = done.stdout.encode(), done.stderr.encode()

    pushes = receiver.pushes()
    sheet.holds(f"{label}: it was asked", pushes, len(pushes))
    if what == "accepted":
        sheet.holds(f"{label}: data arrived", receiver.writes(), len(receiver.writes()))
    sheet.count(f"{label}: pushes without exactly the secret", sum(not way.got(one) for one in pushes), 0)
    found = [place for place, content in places.items() if any(form in content for form in FORMS)]
    sheet.count(f"{label}: places with the secret in them", found, [])
    sheet.count(f"{label}: check's exit code", finished["check"].code, 0)
    outputs = run.summary.get("loadagent", {}).get("outputs", [])
    if run.finished.code == 104:
        sheet.note((run.finished.stdout + run.finished.stderr)[-400:])
    if what == "accepted":
        sheet.holds(f"{label}: exit code", run.finished.code in (0, 109), run.finished.code)
    else:
        sheet.holds(f"{label}: exit code", run.finished.code in (110, 109), run.finished.code)
        sheet.holds(f"{label}: the error is reported", outputs and outputs[0].get("last_error"), outputs and outputs[0].get("last_error"))
    size = sum(len(content) for content in places.values())
    return [way.name, what, len(pushes), len(places), size, len(found), run.finished.code, finished["replay --out"].code]


def also(folder, words, outs, out, env):
    """The output of other commands with the same secret, also of errors about a misspelt option beside it."""
    given = [word for one in outs for word in ("--out", one)]
    misspelled = out + ("&" if "?" in out else "?") + "intervall=1s"
    commands = {
        "check": ["check", *words, *given],
        "check --json": ["check", "--json", *words, *given],
        "run --help": ["run", *words, *given, "--help"],
        "check, misspelled": ["check", *words, "--out", misspelled],
        "run, misspelled": ["run", *words, "--run-dir", folder / "misspelled", "--out", misspelled],
        "replay": ["replay", folder, "--drain", "1s"],
        "replay --out": ["replay", folder, "--out", out, "--drain", "1s"],
        "report": ["report", folder],
        "report --intervals": ["report", "--intervals", folder],
    }
    return {name: Child([programs.loadagent(), *argv], env=env).wait(60) for name, argv in commands.items()}
