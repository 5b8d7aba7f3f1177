"""The HTML report in a real browser: its numbers are those of summary.json, it asks for nothing, and anyone can read it."""

import json
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree

from lib import programs
from lib.browser import Browser

TITLE = "HTML report in a browser: numbers, network, console, accessibility, sizes of screens; JUnit and Markdown"
PROFILE = programs.ROOT / "bench" / "profiles" / "report.yaml"
WIDTHS = (360, 768, 1440)
# The title of each verdict; a machine that is too slow for the load makes a run invalid, which the page must say then.
TITLES = {"pass": "Passed", "fail": "Failed", "invalid": "Invalid", "no_verdict": "No verdict"}
# name: flags that make the run.
RUNS = {
    "failed": ["run", PROFILE],
    "passed": ["run", "quickstart", "-d", "2s"],
    "invalid": ["run", "quickstart", "-d", "2s", "-e", "RATE=400", "--rate", "400", "--max-vus", "1", "--scenarios", "browse"],
    "nothing": ["run", PROFILE, "--no-thresholds", "--scenarios", "watch", "-d", "1s"],
}


def prove(sheet, options):
    axe_file, axe_version = programs.server("axe")
    sheet.used("chromium", programs.server("chromium")[1])
    sheet.used("axe-core", axe_version)
    axe = pathlib.Path(axe_file).read_text()
    with tempfile.TemporaryDirectory(prefix="report-") as folder, Browser() as browser:
        for name, words in RUNS.items():
            made = make(pathlib.Path(folder), name, words)
            looked_at(sheet, browser, made, name, axe)
            other_files(sheet, made, name)


def make(folder, name, words):
    """Runs loadagent; gives the folder with run/, page.html, junit.xml and page.md."""
    home = folder / name
    home.mkdir()
    files = ["--html", home / "page.html", "--junit", home / "junit.xml", "--markdown", home / "page.md"]
    subprocess.run([programs.loadagent(), *words, "-q", "--run-dir", home / "run", *files], capture_output=True, check=False, timeout=120)
    return home


def looked_at(sheet, browser, home, name, axe):
    summary = json.loads((home / "run" / "summary.json").read_text())
    title = TITLES[summary["loadagent"]["verdict"]]
    for width in WIDTHS:
        for dark in (False, True):
            look = f"{name}, {width} pixels, {'dark' if dark else 'light'}"
            page = browser.open(home / "page.html", width=width, dark=dark)
            page.evaluate("new Promise(done => setTimeout(done, 200))")
            sheet.count(f"{look}: title", page.evaluate("document.querySelector('h1').textContent"), title)
            sheet.count(f"{look}: pixels beyond the screen", page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
            page.evaluate(axe + ";0")
            found = page.evaluate(
                "axe.run(document, {resultTypes: ['violations']}).then(all => all.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"
            )
            sheet.count(f"{look}: findings of axe", found, [])
            sheet.count(f"{look}: console and requests", page.messages() + page.requests(), [])
    numbers(sheet, page, summary, name)
    use(sheet, page, name)


# Every value of the page with its place: of tables by their row and column.
VALUES = """(() => {
  const figures = Object.fromEntries([...document.querySelectorAll('.figure')].map(one => [one.querySelector('dt').textContent, one.querySelector('data')?.value]));
  const table = id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row => [...row.children].map(cell => cell.querySelector('data')?.value ?? cell.textContent));
  return {figures, steps: table('steps'), errors: table('errors'), checks: table('checks'), thresholds: table('thresholds'),
    distributions: table('distributions'), text: document.body.innerText};
})()"""


def numbers(sheet, page, summary, name):
    seen, own, metrics = page.evaluate(VALUES), summary["loadagent"], summary["metrics"]
    attempts = metrics["http_req_failed"]["values"]
    times = metrics["http_req_response_time"]["values"]
    wanted = {"Requests": attempts["passes"] + attempts["fails"], "Failed": attempts["rate"], "Response time p50": times["med"],
              "Response time p95": times["p(95)"], "Response time p99": times["p(99)"], "Users": metrics["vus_max"]["values"]["max"]}
    if own["validity"]["offered"]:
        wanted["Dropped arrivals"] = own["validity"]["dropped"]
    sheet.count(f"{name}: main numbers are those of summary.json", {key: float(value) for key, value in seen["figures"].items()},
                {key: float(value) for key, value in wanted.items()})
    steps = sorted((row[0], float(row[2 if len(own["scenarios"]) == 1 else 3])) for row in seen["steps"])
    sheet.count(f"{name}: steps with their requests", steps, sorted((shown(step["name"]), float(step["requests"])) for step in own["steps"]))
    sheet.count(f"{name}: errors", sum(float(row[4]) for row in seen["errors"]), float(sum(error["count"] for error in own["errors"])))
    listed = {row[0]: float(row[2]) for row in seen["distributions"]}
    trends = {key: metric["values"]["count"] for key, metric in metrics.items() if metric["type"] == "trend" and "{" not in key}
    sheet.count(f"{name}: distributions with their counts", listed, {key: float(count) for key, count in trends.items() if count})
    sheet.count(f"{name}: thresholds", len(seen["thresholds"]), sum(len(metric.get("thresholds", {})) for metric in metrics.values()))
    missing = [reason["reason"] for reason in own["reasons"] if reason["reason"] not in seen["text"]]
    sheet.count(f"{name}: reasons that are not shown", missing, [])
    sheet.holds(f"{name}: no secret of the profile", "s3cr3t-of-the-profile" not in page.evaluate("document.documentElement.outerHTML"))
    counts = page.evaluate("""(() => {
      const {timeline} = JSON.parse(document.getElementById('data').textContent);
      const sum = key => (timeline.scopes[0][key] ?? []).reduce((total, value) => total + value, 0);
      return [sum('requests'), sum('failed'), sum('due'), sum('iterations')];
    })()""")
    iterations = metrics.get("iterations", {"values": {"count": 0}})["values"]["count"]
    sheet.count(f"{name}: charts add up to summary.json", counts,
                [attempts["passes"] + attempts["fails"], attempts["passes"], own["validity"]["offered"], iterations])


def shown(name):
    return re.sub(r"[\x00-\x1f]", lambda found: f"\\u{{{ord(found.group()):x}}}", name)


def use(sheet, page, name):
    """What a user does: filter, sort, keys, one scenario, data, print."""
    page.evaluate("document.querySelector('#steps thead button')?.click()")
    sorted_by = page.evaluate("document.querySelector('#steps [aria-sort=ascending], #steps [aria-sort=descending]')?.textContent")
    sheet.count(f"{name}: a click on a heading sorts", sorted_by, "Step")
    page.evaluate("document.querySelector('#chart-response-time .frame').focus()")
    for key in ("End", "ArrowLeft", "Home"):
        page.key(key)
    read = page.evaluate("document.querySelector('#chart-response-time .frame').getAttribute('aria-valuetext')")
    sheet.holds(f"{name}: arrow keys read the values of a time", read.startswith("0:00 to ") and "p95" in read, read)
    rows = page.evaluate("""(() => {
      const data = document.querySelector('#chart-requests .data');
      data.open = true;
      return new Promise(done => setTimeout(() => done(data.querySelectorAll('tbody tr').length), 100));
    })()""")
    sheet.count(f"{name}: the data of a chart has a row for each point", rows,
                page.evaluate("JSON.parse(document.getElementById('data').textContent).timeline.from.length"))
    scenarios = page.evaluate("document.querySelectorAll('.picker option').length")
    if scenarios:
        page.evaluate("(() => { const pick = document.querySelector('.picker select'); pick.value = 1; pick.dispatchEvent(new Event('change')); })()")
        page.evaluate("new Promise(done => setTimeout(done, 200))")
        sheet.holds(f"{name}: one scenario has charts of its own", page.evaluate("document.querySelectorAll('.chart svg path').length") > 3)
    page.media(media="print")
    hidden = page.evaluate("[...document.querySelectorAll('.topbar, .toolbar, .controls')].every(one => getComputedStyle(one).display === 'none')")
    sheet.holds(f"{name}: print leaves out what can only be clicked", hidden)
    sheet.count(f"{name}: messages after use", page.messages() + page.requests(), [])


def other_files(sheet, home, name):
    own = json.loads((home / "run" / "summary.json").read_text())["loadagent"]
    suites = xml.etree.ElementTree.parse(home / "junit.xml").getroot()
    bad = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None or case.find("error") is not None]
    sheet.count(f"{name}: cases of JUnit fail if and only if the exit code is not 0", bool(bad), own["exit_code"] != 0)
    sheet.count(f"{name}: failures and errors are counted", int(suites.get("failures")) + int(suites.get("errors")), len(bad))
    text = (home / "page.md").read_text()
    sheet.holds(f"{name}: Markdown fits a comment and holds no markup of a name", len(text) < 65_536 and "<img" not in text)
