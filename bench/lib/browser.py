"""A headless Chromium, driven over the pipe of its DevTools protocol: pages, media, console, requests, screenshots."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from lib import programs

TIMEOUT_S = 60


class BrowserError(Exception):
    """What the browser refuses, or a script that throws."""


class Browser:
    """One browser process. `with Browser() as browser: page = browser.open(path)`."""

    def __enter__(self):
        self.profile = pathlib.Path(tempfile.mkdtemp(prefix="browser-"))
        to_browser, self.to_browser = os.pipe()
        self.from_browser, from_browser = os.pipe()

        def arrange():  # the protocol's descriptors are 3 and 4, which may be those of the pipes themselves
            one, other = os.dup(to_browser), os.dup(from_browser)
            high = [os.dup2(fd, 200 + number, inheritable=True) for number, fd in enumerate((one, other))]
            os.dup2(high[0], 3, inheritable=True)
            os.dup2(high[1], 4, inheritable=True)

        words = [programs.server("chromium")[0], "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-sync",
                 "--hide-scrollbars", f"--user-data-dir={self.profile}", "about:blank"]
        log = open(self.profile / "log", "wb")
        self.process = subprocess.Popen(words, stdout=log, stderr=log, preexec_fn=arrange, close_fds=False)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.rest, self.events = 0, b"", []
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(timeout=10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        for fd in (self.to_browser, self.from_browser):
            os.close(fd)
        shutil.rmtree(self.profile, ignore_errors=True)

    def send(self, method, session=None, **parameters):
        """Sends a command and gives its result; events that come before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.from_browser, 1 << 20)
            if not more:
                raise BrowserError("the browser has ended")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def open(self, place, width=1440, height=900, dark=False, media=""):
        """A page of a file or a URL, once its scripts have run."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, target, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.send(f"{domain}.enable")
        page.resize(width, height)
        page.media(dark, media)
        page.go(place if str(place).startswith("http://") else pathlib.Path(place).resolve().as_uri())
        return page


class Page:
    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def go(self, url):
        self.send("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" and event.get("sessionId") == self.session
                      for event in self.browser.events):
            self.browser.events.append(self.browser.read())

    def resize(self, width, height):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def media(self, dark=False, media=""):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def evaluate(self, expression):
        """The value of an expression, also of a promise."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def key(self, name):
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name)

    def screenshot(self, path, whole=True):
        options = {}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            options = {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}
        data = self.send("Page.captureScreenshot", format="png", **options)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def pdf(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True)["data"]))

    def of(self, method):
        return [event["params"] for event in self.browser.events
                if event.get("method") == method and event.get("sessionId") == self.session]

    def messages(self):
        """Errors and warnings of the console, exceptions, and what the page's own policy refused."""
        said = [" ".join(str(one.get("value", one.get("description"))) for one in event["args"])
                for event in self.of("Runtime.consoleAPICalled") if event["type"] in ("error", "warning", "assert")]
        thrown = [event["exceptionDetails"]["text"] + " " + event["exceptionDetails"].get("exception", {}).get("description", "")
                  for event in self.of("Runtime.exceptionThrown")]
        logged = [event["entry"]["text"] for event in self.of("Log.entryAdded") if event["entry"]["level"] in ("error", "warning")]
        return said + thrown + logged

    def requests(self):
        """URLs that were asked for beside the page itself."""
        urls = [event["request"]["url"] for event in self.of("Network.requestWillBeSent")]
        return [url for url in urls[1:] if not url.startswith(("data:", "blob:"))]
