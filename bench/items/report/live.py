"""The live page in a real browser: it follows the run, bears a lost connection and many tabs, steers, and becomes the report."""

import json
import pathlib
import re
import subprocess
import tempfile
import threading
import time

from items.report.page import VALUES, numbers
from lib import programs
from lib.browser import Browser

TITLE = "live page in a browser: numbers, gaps, tabs, control, growth, accessibility; its end is the report"
PROFILE = programs.ROOT / "bench" / "profiles" / "report.yaml"
WIDTHS = (360, 1440)
TABS = 20
WAIT_S = 90
# Seconds of the run whose memory is watched, and the growth of the page's heap that is allowed in it, after garbage is collected.
LONG_S, QUICK_LONG_S = 120, 20
MOST_GROWTH = 3_000_000


def prove(sheet, options):
    sheet.used("chromium", programs.server("chromium")[1])
    axe_file, axe_version = programs.server("axe")
    sheet.used("axe-core", axe_version)
    axe = pathlib.Path(axe_file).read_text()
    with tempfile.TemporaryDirectory(prefix="live-") as folder, Browser() as browser:
        folder = pathlib.Path(folder)
        followed(sheet, browser, folder, axe)
        steered(sheet, browser, folder)
        many_tabs(sheet, browser, folder)
        lost(sheet, browser, folder)
        grown(sheet, browser, folder, QUICK_LONG_S if options.quick else LONG_S)


class Run:
    """A run with a live page at `url`."""

    def __init__(self, folder, name, *words):
        self.home = folder / name
        words = [programs.loadagent(), "run", *words, "--run-dir", self.home, "--out", "dashboard=:0", "--no-progress"]
        self.process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.url = next(found[1] for line in self.process.stderr if (found := re.search(r"dashboard .* open (http://\S+)", line)))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=WAIT_S)

    def ended(self):
        self.process.wait(timeout=WAIT_S)
        return json.loads((self.home / "summary.json").read_text())


def until(page, condition, what):
    """Waits until an expression holds in the page, which is brought to the front: one that is hidden draws nothing."""
    page.send("Page.bringToFront")
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        value = page.evaluate(condition)
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {WAIT_S} s")


RUNNING = "document.querySelector('h1')?.textContent === 'Running' && document.querySelectorAll('.chart').length > 3"
ENDED = "document.documentElement.dataset.ended === 'yes'"


def followed(sheet, browser, folder, axe):
    with Run(folder, "followed", PROFILE) as run:
        pages = [browser.open(run.url, width=width, dark=dark) for width in WIDTHS for dark in (False, True)]
        for page in pages:
            until(page, RUNNING, "the page shows the run")
        page = pages[-1]
        page.evaluate("document.querySelector('#steps thead button').click()")
        order = "document.querySelector('#steps [aria-sort=ascending], #steps [aria-sort=descending]')?.textContent"
        sorted_by = page.evaluate(order)
        seen = page.evaluate("Number(document.querySelector('.figure data').value)")
        until(page, f"Number(document.querySelector('.figure data').value) > {seen}", "numbers go on")
        sheet.count("a table stays as it was sorted", page.evaluate(order), sorted_by)
        for number, page in enumerate(pages):
            look = f"{WIDTHS[number // 2]} pixels, {'dark' if number % 2 else 'light'}"
            sheet.count(f"running, {look}: pixels beyond the screen", page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
        accessible(sheet, pages[0], axe, "running")
        summary = run.ended()
        for page in pages:
            until(page, ENDED, "the page becomes the report")
        numbers(sheet, pages[-1], summary, "followed")
        # Texts are wrapped by the width of the page, and one table was sorted.
        shown = [page.evaluate(VALUES) for page in pages]
        same = [all(sorted(one[key]) == sorted(shown[0][key]) for key in ("steps", "errors", "checks", "thresholds", "distributions")) for one in shown]
        sheet.count("all pages show the same in the end", same, [True] * len(pages))
        accessible(sheet, pages[0], axe, "ended")
        saved(sheet, browser, pages[0], folder)
        for number, page in enumerate(pages):
            other = [url for url in page.requests() if not url.startswith(run.url)]
            sheet.count(f"page {number}: console, and requests to others", page.messages() + other, [])


def accessible(sheet, page, axe, when):
    page.evaluate(axe + ";0")
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(all => all.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"
    )
    sheet.count(f"{when}: findings of axe", found, [])


def saved(sheet, browser, page, folder):
    """The report that the page saves is a file that stands alone."""
    text = page.evaluate("""(() => new Promise(done => {
      const make = URL.createObjectURL;
      URL.createObjectURL = blob => { URL.createObjectURL = make; blob.text().then(done); return 'about:blank'; };
      const {click} = HTMLAnchorElement.prototype;
      HTMLAnchorElement.prototype.click = () => { HTMLAnchorElement.prototype.click = click; };
      [...document.querySelectorAll('.now button')].find(one => one.textContent.startsWith('Save')).click();
    }))()""")
    file = folder / "saved.html"
    file.write_text(text)
    report = browser.open(file)
    sheet.count("the saved report shows the same", report.evaluate(VALUES)["figures"], page.evaluate(VALUES)["figures"])
    sheet.count("the saved report: console and requests", report.messages() + report.requests(), [])
    sheet.holds("the saved report connects to nothing", "connect-src" not in report.evaluate("document.querySelector('meta[http-equiv]').content"))


def steered(sheet, browser, folder):
    with Run(folder, "steered", "quickstart", "-d", "60s", "--control", ":0") as run:
        page = browser.open(run.url)
        until(page, RUNNING, "the page shows the run")
        button = "[...document.querySelectorAll('.action')].find(one => one.textContent.startsWith('%s'))"
        page.evaluate(button % "Pause" + ".click()")
        until(page, "document.querySelector('h1').textContent === 'Paused'", "the run is paused")
        page.evaluate(button % "Resume" + ".click()")
        until(page, RUNNING, "the run goes on")
        rate = """(() => {
          const form = [...document.querySelectorAll('.loads form')].find(one => one.textContent.includes('Set rate'));
          form.querySelector('input').value = '%s';
          form.requestSubmit();
        })()"""
        page.evaluate(rate % "17")
        until(page, "[...document.querySelectorAll('.load')].some(one => one.textContent.startsWith('17/s'))", "the rate is set")
        page.evaluate(rate % "99999999")
        until(page, "document.querySelector('.said').textContent.includes('arrivals per second')", "a rate that can't be is refused")
        page.evaluate(button % "Stop" + ".click()")
        sheet.count("one click stops nothing", run.process.poll(), None)
        page.evaluate(button % "Stop the run" + ".click()")
        until(page, ENDED, "the run is stopped")
        summary = run.ended()
        sheet.count("exit code of a run that the page stopped", summary["loadagent"]["exit_code"], 105)
        commands = [one["command"] for one in summary["loadagent"]["control"]]
        sheet.holds("commands are in the summary", {"paused", "resumed", "stopped"} <= set(commands), commands)
        # The browser itself notes an answer of 400.
        sheet.count("console", [text for text in page.messages() if "400" not in text], [])


def many_tabs(sheet, browser, folder):
    with Run(folder, "tabs", "quickstart", "-d", "15s") as run:
        pages = [browser.open(run.url) for _ in range(TABS)]
        shown = [page for page in pages if not page.evaluate("document.hidden")]
        for page in shown[:1]:
            until(page, RUNNING, "the tab that is looked at")
        # Those that nobody sees have no connection, and catch up when they are shown.
        pages[0].send("Page.bringToFront")
        until(pages[0], RUNNING, "a tab that is shown again")
        run.ended()
        until(pages[0], ENDED, "the tab that is looked at becomes the report")
        sheet.count("messages of the console in all tabs", sum((page.messages() for page in pages), []), [])
        sheet.figure("tabs that are looked at, of 20", len(shown))


def lost(sheet, browser, folder):
    with Run(folder, "lost", "quickstart", "-d", "14s") as run:
        page = browser.open(run.url)
        until(page, RUNNING, "the page shows the run")
        network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        page.send("Network.emulateNetworkConditions", offline=True, **network)
        time.sleep(4)
        page.send("Network.emulateNetworkConditions", offline=False, **network)
        until(page, "document.querySelector('.link').textContent === '' && document.querySelectorAll('#chart-requests').length > 0", "it is connected again")
        page.evaluate("(() => { const data = document.querySelector('#chart-requests .data'); data.open = true; })()")
        rows = until(page, "[...document.querySelectorAll('#chart-requests tbody tr')].map(row => [...row.children].slice(0, 2).map(cell => Number(cell.textContent)))", "the data of the chart")
        gaps = [one for one, other in zip(rows, rows[1:]) if one[1] != other[0]]
        sheet.count("the gap is filled", gaps, [])
        run.ended()
        until(page, ENDED, "the page becomes the report")


def grown(sheet, browser, folder, seconds):
    with Run(folder, "grown", "quickstart", "-d", f"{seconds + 10}s") as run:
        page = browser.open(run.url)
        until(page, RUNNING, "the page shows the run")
        time.sleep(5)
        before = heap(page)
        time.sleep(seconds)
        after = heap(page)
        sheet.figure(f"heap of the page, before and {seconds} s later", f"{before:,} and {after:,} bytes")
        sheet.bar(f"growth of the page in {seconds} s", after - before, "<=", MOST_GROWTH, "bytes")
        sheet.count("charts that are watched", page.evaluate("document.querySelectorAll('.chart').length === new Set([...document.querySelectorAll('.chart')].map(one => one.id)).size"), True)


def heap(page):
    page.send("HeapProfiler.collectGarbage")
    return page.send("Runtime.getHeapUsage")["usedSize"]
