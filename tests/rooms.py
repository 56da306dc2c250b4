#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Includes go one way: a room may include those that its meson.build's parent names before it, dataplane before ctrl.
The exporter, a program without keys, has ctrl/base and nothing else, and nobody includes it.
A header that says "Private to FOLDER." is included from that folder alone (tests and bench may look). Files, a header and
its .c file being one, include each other in no circle; private headers aside, which are part of their room.

usage: tests/rooms.py      in the top folder. Exit 1: an arrow that runs up, each named
"""
import re
import subprocess
import sys

WINGS = ["dataplane", "ctrl"]
EXPORTER_HAS = {"exporter", "ctrl/base"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def rooms():
    """All rooms, the lowest first."""
    return [wing + "/" + room for wing in WINGS
            for room in re.findall(r"^subdir\('(\w+)'\)", read(wing + "/meson.build"), re.M)]


def includes():
    """(file, what it includes) for each include of ours that is not generated."""
    listed = subprocess.run(["git", "ls-files", "--", "*.c", "*.h"], check=True, capture_output=True, text=True).stdout
    for path in listed.split():
        for included in re.findall(r'^#include "((?:dataplane|ctrl|ebpf|exporter|sluice)/[^"]+)"', read(path), re.M):
            if not included.endswith(".skel.h"):
                yield path, included


def private_to(path, known={}):
    """The folder that a header is private to, or None."""
    if path not in known:
        says = re.sub(r"\s+\*?\s*", " ", read(path).split("#ifndef")[0])
        found = re.search(r"Private to ([a-z/]+)\.", says)
        known[path] = found and found[1]
    return known[path]


def circles(arrows):
    """The circles among `arrows` (from: set of to), each once, as paths."""
    found, done = [], set()

    def walk(node, way):
        if node in way:
            found.append(way[way.index(node):] + [node])
        elif node not in done:
            for following in sorted(arrows.get(node, ())):
                walk(following, way + [node])
            done.add(node)

    for node in sorted(arrows):
        walk(node, [])
    return found


def main():
    order, faults, arrows = rooms(), [], {}
    rank = {room: i for i, room in enumerate(order)}
    for path, included in includes():
        here, there = path.rpartition("/")[0], included.rpartition("/")[0]
        if included.startswith("sluice/"):
            continue
        private = private_to(included)
        if private and not path.startswith((private + "/", "tests/", "bench/")):
            faults.append("%s includes %s, which is private to %s" % (path, included, private))
        if here == "exporter" and there not in EXPORTER_HAS:
            faults.append("%s includes %s: it may have %s" % (path, included, " and ".join(sorted(EXPORTER_HAS))))
        if there == "exporter" and here != "exporter" and not here.startswith("tests/"):
            faults.append("%s includes %s, which is a program of its own" % (path, included))
        if here not in rank or there not in rank:
            continue
        if rank[there] > rank[here]:
            faults.append("%s includes %s: %s is above it" % (path, included, there))
        mine, theirs = path[:-2], included[:-2]
        if mine != theirs and not private and not (path.endswith(".h") and private_to(path)):
            arrows.setdefault(mine, set()).add(theirs)
    faults += ["a circle: " + " -> ".join(circle) for circle in circles(arrows)]
    sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
