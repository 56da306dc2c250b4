#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
The bill of materials of an installed package is true: each of its files with its SHA-256, and each library that its programs
load by name at the version that is installed.

usage: tests/package/sbom.py PACKAGE
"""
import hashlib
import json
import os
import subprocess
import sys


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    package = sys.argv[1]
    own = "/usr/share/doc/%s/%s.spdx.json" % (package, package)
    with open(own, encoding="utf-8") as file:
        bill = json.load(file)
    listed = {entry["fileName"][1:]: {c["algorithm"]: c["checksumValue"] for c in entry["checksums"]} for entry in bill["files"]}
    installed = [p for p in run("dpkg", "-L", package).split("\n")
                 if os.path.isfile(p) and not os.path.islink(p) and p != own]
    assert sorted(map(os.path.realpath, listed)) == sorted(map(os.path.realpath, installed)), \
        set(listed) ^ set(installed)
    for path, sums in listed.items():
        with open(path, "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == sums["SHA256"], path
    libraries = {entry["name"]: entry for entry in bill["packages"][1:]}
    for name, entry in libraries.items():
        assert entry["versionInfo"] == run("dpkg-query", "-W", "-f", "${Version}", name), name
    depends = run("dpkg-query", "-W", "-f", "${Depends}", package)
    missing = [name for name in libraries if name + " " not in depends + " " and name not in depends]
    assert libraries and not missing, missing
    print("%s: %d files, %d libraries, %s of a known licence" % (
        package, len(listed), len(libraries), sum(e["licenseDeclared"] != "NOASSERTION" for e in libraries.values())))


if __name__ == "__main__":
    main()
