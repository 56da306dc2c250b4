# SPDX-License-Identifier: BSD-3-Clause
"""Debian's Chromium by its WebDriver (https://www.w3.org/TR/webdriver2/), as far as tests of pages need it. A session outlives the process
that began it: its id is kept in a file."""
import base64
import json
import urllib.error
import urllib.request

DRIVER = "http://127.0.0.1:9515"


class Browser:
    def __init__(self, session):
        self.base = DRIVER + "/session/" + session

    @classmethod
    def begin(cls, keep, profile):
        """A new session, whose id goes to the file `keep`. evil.example is this machine, as its owner's DNS may say."""
        args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--hide-scrollbars", "--user-data-dir=" + profile, "--window-size=1280,900",
                "--host-resolver-rules=MAP evil.example 127.0.0.1"]
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": args},
                  "goog:loggingPrefs": {"browser": "ALL"}}
        session = ask(DRIVER + "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        with open(keep, "w", encoding="ascii") as file:
            file.write(session)
        return cls(session)

    @classmethod
    def again(cls, keep):
        with open(keep, encoding="ascii") as file:
            return cls(file.read())

    def end(self):
        ask(self.base, method="DELETE")

    def go(self, url):
        ask(self.base + "/url", {"url": url})

    def run(self, script, *args):
        """What the body of a function returns, of a promise what it comes to."""
        return ask(self.base + "/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, command, **params):
        """Of the protocol of Chromium's own tools."""
        return ask(self.base + "/goog/cdp/execute", {"cmd": command, "params": params})

    def log(self):
        """What the page and the browser said to the console since the last time."""
        return [entry["message"] for entry in ask(self.base + "/se/log", {"type": "browser"})]

    def frame(self, selector):
        """Scripts run in that frame from now on; None: in the page."""
        element = selector and ask(self.base + "/element", {"using": "css selector", "value": selector})
        ask(self.base + "/frame", {"id": element})

    def press(self, key):
        strokes = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        ask(self.base + "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def looks(self, scheme="light", width=1280):
        """The page's surroundings: colour scheme, width in pixels; motion is not wanted."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                         {"name": "prefers-reduced-motion", "value": "reduce"}])
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def shoot(self, path):
        """The whole page as PNG."""
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True, clip=dict(size, scale=1))
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))


def ask(url, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise SystemExit("%s: %s" % (url.rpartition("/")[2], json.load(error)["value"]["message"])) from None
