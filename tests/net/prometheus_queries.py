#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Asks a Prometheus everything that the dashboard asks, and what the alert rules compare, until each query has an answer in
numbers; and of each rule that it is evaluated without error.

usage: prometheus_queries.py URL DASHBOARD     exit 1: a query has no answer, each named
       prometheus_queries.py URL QUERY         prints the value of a query that has one
"""
import json
import math
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 120


def get(url, path, **parameters):
    try:
        with urllib.request.urlopen(url + path + "?" + urllib.parse.urlencode(parameters), timeout=30) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        sys.exit("%s: %s" % (parameters, error.read().decode()))


def values(url, query):
    return [float(sample["value"][1]) for sample in get(url, "/api/v1/query", query=query)["result"]]


def of_dashboard(path):
    with open(path, encoding="utf-8") as file:
        board = json.load(file)
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*")


def of_rules(url):
    """The left side of each comparison."""
    for group in get(url, "/api/v1/rules")["groups"]:
        for rule in group["rules"]:
            if rule["health"] == "err":
                sys.exit("%s: %s" % (rule["name"], rule["lastError"]))
            left, found = re.subn(r" (==|>|<) [0-9.]+$", "", rule["query"])
            if not found:
                sys.exit("%s compares with no number: %s" % (rule["name"], rule["query"]))
            values(url, rule["query"])
            yield left


def main():
    url, what = sys.argv[1:]
    if not what.endswith(".json"):
        print(int(values(url, what)[0]))
        return
    missing = list(of_dashboard(what)) + list(of_rules(url))
    count = len(missing)
    if len(missing) < 40:
        sys.exit("only %d queries were found" % count)
    for _ in range(TRIES):
        missing = [query for query in missing if all(map(math.isnan, values(url, query)))]
        if not missing:
            print("%d queries have answers" % count)
            return
        time.sleep(0.5)
    sys.exit("without an answer:\n" + "\n".join(missing))


main()
