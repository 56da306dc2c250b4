#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
exporter_page.py RUN VERB ARGUMENT...: the status page in a real browser, whose session is kept in RUN. Exit 0: it is so.

becomes VERB ARG...     waits, in tries, until VERB is so
open URL                begins: the page is there
says SELECTOR PATTERN   that element's text has it
quiet                   nothing was said to the console: no error, nothing that the policy refused
figures                 figures that are shown follow from what was fetched
same                    what was fetched is what /metrics has, of counters that rest
counted SERIES [N]      the chart's points of that counter come to N; else to what /metrics has
drawn NAME SCHEME WIDTH readable, named and no wider than the window; RUN/NAME.png is how it looks
keys                    the keyboard opens the table of the charts
unscripted URL          without JavaScript it says where to look
leaf                    the arithmetic, by a table of cases
framed URL              a page of another origin, there, with it in a frame, sees nothing
renamed URL             at a foreign name it is not there
close                   ends
"""
import re
import sys
import time
import urllib.request

from browser import Browser

PAGE = "http://127.0.0.1:9753/"
RECENT = 10  # s: of a figure
SAME = r"sluice_(calls_total|ng_requests_total|forwarded_total|admissions_total|port_pairs)"


def must(text, condition):
    if not condition:
        raise SystemExit(text)


def script(name):
    with open(sys.path[0] + "/exporter_page_" + name + ".js", encoding="utf-8") as file:
        return file.read()


def number(text):
    return float(re.match(r"[\d.,]+", text)[0].replace(",", ""))


def near(shown, value):
    """Three digits of it are shown."""
    return abs(shown - value) <= 0.006 * value


def total(values, name):
    return sum(value for key, value in values.items() if key.split("{")[0] == name)


def rate(samples, name):
    """By another hand than the page's: of all series of that name."""
    (end, last), (begin, first) = samples[-1], next(sample for sample in samples if sample[0] >= samples[-1][0] - RECENT - 1)
    return (total(last, name) - total(first, name)) / (end - begin)


def figures(browser):
    seen = browser.run(script("seen"))
    samples, last = seen["samples"], seen["samples"][-1][1]
    cards = {title: number(text) for title, text in seen["cards"].items() if text[0] != "–"}
    must("no two samples", len(samples) > 1)
    must("%s calls of %s" % (cards["Calls"], last["sluice_active_calls"]), cards["Calls"] == last["sluice_active_calls"])
    for title, name in (("New calls", "calls"), ("Requests of proxies", "ng_requests"), ("Packets forwarded", "forwarded"),
                        ("Packets dropped", "drops")):
        value = rate(samples, "sluice_%s_total" % name)
        must("%s: %s shown, %g it is" % (title, cards[title], value), near(cards[title], value))
    value = rate(samples, "sluice_port_received_bytes_total") * 8e-6
    must("Traffic: %s shown, %g it is" % (cards["Traffic in, out (dashed)"], value), near(cards["Traffic in, out (dashed)"], value))
    for reason, by, _, _, since in seen["drops"]:
        key = 'sluice_drops_total{by="%s",reason="%s"}' % (by, reason)
        must("%s: %s shown, %d it is" % (key, since, last[key]), number(since) == last[key])
    states = ['sluice_port_pairs{interface="public",address="10.0.0.1",state="%s"}' % state for state in ("free", "taken", "resting")]
    must("ports: %s shown" % seen["pairs"], [number(cell) for cell in seen["pairs"][0]] == [last[key] for key in states])


def metrics():
    with urllib.request.urlopen(PAGE + "metrics", timeout=30) as answer:
        lines = [line.rpartition(" ") for line in answer.read().decode().splitlines() if line[0] != "#"]
    return {key: float(value) for key, _, value in lines}


def same(browser):
    last = browser.run(script("seen"))["samples"][-1][1]
    differ = [key for key, value in metrics().items() if re.match(SAME, key) and value != last.get(key)]
    must("not as in /metrics: %s" % differ, not differ)


def counted(browser, series, wanted=None):
    wanted = float(wanted or total(metrics(), series))
    points = browser.run(script("points"), series)
    before = total(browser.run(script("seen"))["samples"][0][1], series)  # a slow machine's first ones are forgotten by now
    count = before + sum(seconds * value for seconds, value in points if value is not None)
    must("%s: %.1f by the chart, %.0f it is" % (series, count, wanted), wanted and abs(count - wanted) < 0.5)
    print("%.0f" % count)


def drawn(browser, run, name, scheme, width):
    browser.looks(scheme, int(width))
    browser.shoot("%s/%s.png" % (run, name))
    must("faults: %s" % (faults := browser.run(script("judge"))), not faults)
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in nodes if node["role"]["value"] == "image" and not node["ignored"]]
    must("charts without figures: %s" % names, len(names) > 6 and all(re.search(r"\d|–", chart) for chart in names))


def keys(browser):
    for _ in range(20):
        browser.press("\ue004")  # Tab
        if browser.run("return document.activeElement.localName") == "summary":
            break
    browser.press("\ue007")  # Enter
    must("the keyboard does not open the table", browser.run("return document.querySelector('details').open"))
    rows = browser.run("return [...document.querySelectorAll('#values tbody th')].map((th) => th.textContent)")
    must("not all charts are in the table: %s" % rows, len(rows) == 7)


def unscripted(browser, url):
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    browser.go(url)
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    browser.cdp("Emulation.setScriptExecutionDisabled", value=False)
    names = [node["name"]["value"] for node in nodes if node["role"]["value"] in ("link", "StaticText")]
    must("without JavaScript it says: %s" % names, "/metrics" in names and any("needs JavaScript" in name for name in names))


def framed(browser, url):
    browser.go(url)
    texts = {}
    for name in ("sluice", "own"):
        browser.frame("#" + name)
        texts[name] = browser.run("return document.body.innerText")
        browser.frame(None)
    must("its own frame is not there: %s" % texts, "mine" in texts["own"])
    must("it is there in a frame: %s" % texts, not re.search("Sluice|relay|forwarded", texts["sluice"]))
    read = browser.run("return fetch(arguments[0]).then((answer) => answer.text(), () => null)", PAGE + "metrics")
    must("another origin reads: %s" % read, read is None)


def renamed(browser, url):
    browser.go(url)
    text = browser.run("return document.body.innerText")
    must("at a foreign name it says: %s" % text, text.startswith("this name is not known here"))


def await_it(run, *args):
    for _ in range(300):  # as lib.sh's wait_for: on a busy machine it takes longer
        try:
            return main(run, *args)
        except SystemExit as fault:
            told = fault
        time.sleep(0.2)
    raise told


def main(run, verb, *args):
    keep = run + "/session"
    if verb == "becomes":
        return await_it(run, *args)
    browser = Browser.begin(keep, run + "/profile") if verb == "open" else Browser.again(keep)
    if verb == "open":
        browser.looks()
        browser.go(args[0])
    elif verb == "says":
        text = browser.run("return document.querySelector(arguments[0])?.textContent", args[0])
        must("%s says: %s" % (args[0], text), text and re.search(args[1], text))
    elif verb == "quiet":
        said = [line for line in browser.log() if "/readyz" not in line]  # its 503, which the page asks for, is said
        must("the console has: %s" % said, not said)
    elif verb == "drawn":
        drawn(browser, run, *args)
    elif verb == "leaf":
        must("wrong: %s" % (wrong := browser.run(script("leaf"))), not wrong)
    elif verb == "close":
        browser.end()
    else:
        globals()[verb](browser, *args)


main(*sys.argv[1:])
