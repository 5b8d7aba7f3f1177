"""Proxilion gateway: each test reaches its routes in its shares; degraded and overloaded, it says so."""

from lib import machine, suites

TITLE = "suites/proxilion against the practice target"
URLS = {"TARGET_URL": ""}
METRICS = ["errors", "analysis_duration", "requests_blocked"]


def kind(body):
    """Which of the four calls it is."""
    ((tool, call),) = body["tool_call"].items()
    return "blocked" if "nc -e" in call.get("command", "") else tool


def run(name, *flags, **options):
    return suites.run(f"suites/proxilion/{name}", URLS, *flags, **options)


def prove(sheet, options):
    factor = 1 if options.quick else 4
    baseline = run("baseline", "--duration-factor", 0.01 * factor)
    suites.passes(sheet, "baseline", baseline)
    suites.reaches(sheet, baseline, ["/analyze", "/health"])
    suites.has_data(sheet, baseline, METRICS)
    suites.has_mix(sheet, "baseline", mix(baseline), {"Bash": 1, "Filesystem": 1, "blocked": 1})
    stress = run("stress", "--duration-factor", 0.005 * factor, "--vus-factor", 0.1)
    suites.passes(sheet, "stress", stress)
    suites.has_mix(sheet, "stress", mix(stress), {"Bash": 60, "Filesystem": 25, "blocked": 15})
    suites.passes(sheet, "spike", run("spike", "--duration-factor", 0.01 * factor, "--vus-factor", 0.1))
    soak = run("soak", "--duration-factor", 0.002 * factor)
    suites.passes(sheet, "soak", soak)
    suites.reaches(sheet, soak, ["/analyze", "/health"])
    # Each user goes round the four: their numbers differ by at most one of each user.
    turns = mix(soak)
    sheet.holds("soak: four calls in turn", len(turns) == 4 and max(turns.values()) - min(turns.values()) <= 50, turns)
    degraded = run("baseline", "--duration-factor", 0.01 * factor, latency="60ms", target=["--route", "/analyze latency=60ms errors=5%"])
    missed = [
        "http_req_duration: med<25", "http_req_duration: p(95)<50", "http_req_failed: rate<=0.001", "errors: rate<0.01",
    ]
    suites.misses(sheet, "baseline", degraded, missed)
    overloaded = run("throughput", "-e", "STEP=1s", "--vus-factor", 50, core=machine.LOAD_CORE, timeout=120)
    sheet.count("throughput: exit code on an overloaded generator", overloaded.code, 109)


def mix(ran):
    return suites.tally(kind(body) for body in ran.bodies("/analyze"))
