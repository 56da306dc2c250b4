#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Instructions per packet of each stage of the packet path, as callgrind counts them: the same at every run, whatever
else the machine does. bench_path plays a short lap under it; one JSON object per line comes out.

Cryptography is left out: under valgrind, which knows no AVX-512, IPsec-MB falls back to other code than it runs.

usage: instructions.py BENCH_PATH [SUITES ...] [--flows N]      (cm gcm, 1000)
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

STAGES = ["parse", "lists", "steer", "pinhole", "guard", "replay", "unprotect", "commit", "protect", "rewrite", "tx"]
PACKETS, ROUNDS = 4096, 2
LOOP = "run_burst"  # of worker.c: what is called from here and is no stage is the loop's own
NAME = re.compile(r"(fn|ob)=\((\d+)\)(?: (.*))?")


def profile(program, suites, flows, into):
    """Runs bench_path under callgrind, which tells a function's costs apart by its callers."""
    subprocess.run(
        ["valgrind", "-q", "--fair-sched=yes", "--tool=callgrind", f"--callgrind-out-file={into}", "--separate-callers=6", program, "--suites", suites,
         "--flows", str(flows), "--packets", str(PACKETS), "--rounds", str(ROUNDS), "--no-ceiling", "--no-huge"],
        check=True, stdout=subprocess.DEVNULL)


def own_costs(path):
    """(object, function'its caller'...), instructions: of each function without what it calls."""
    names = {"fn": {}, "ob": {}}
    now = {"fn": "", "ob": ""}
    called = False
    with open(path) as file:
        for line in file:
            match = NAME.match(line.removeprefix("c"))
            if match:
                kind, number, name = match.groups()
                if name is not None:
                    names[kind][number] = name
                if line[0] != "c":
                    now[kind] = names[kind][number]
            elif line.startswith("calls="):
                called = True
            elif line[0].isdigit() or line[0] in "+-*":
                if not called:
                    yield now["ob"], now["fn"], int(line.split()[1])
                called = False


def is_cryptography(ob):
    """Of the library, or of a worker's private copy of it."""
    return "IPSec_MB" in ob or "memfd:" in ob or ob.startswith("/proc/") or ob == "???"


def stage_of(function):
    chain = function.split("'")
    for name in chain:
        if name.startswith("sl_stage_"):
            return name.removeprefix("sl_stage_")
    return "loop" if LOOP in chain else None


def count(program, suites, flows):
    sums = collections.Counter()
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "callgrind.out")
        profile(program, suites, flows, out)
        for ob, function, instructions in own_costs(out):
            if not is_cryptography(ob):
                sums[stage_of(function)] += instructions
    missing = [stage for stage in STAGES if not sums[stage]]
    if missing:
        sys.exit(f"instructions.py: nothing was counted in {', '.join(missing)}")
    return {name: round(sums[name] / PACKETS / ROUNDS, 1) for name in [*STAGES, "loop"]}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("suites", nargs="*", default=["cm", "gcm"])
    options.add_argument("--flows", type=int, default=1000)
    o = options.parse_args()
    for suites in o.suites:
        counted = count(o.program, suites, o.flows)
        print(json.dumps({"bench": "instructions", "suites": suites, "flows": o.flows,
                          **{f"stage_{name}": value for name, value in counted.items()}}), flush=True)


main()
