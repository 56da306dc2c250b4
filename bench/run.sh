#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# All benchmarks, and what they say as a table (Markdown), JSON and plots (SVG).
# usage: run.sh [--quick] [DIRECTORY]      as root on Debian 12; DIRECTORY: bench/results. BUILD: a build directory (build).
# PAGE: a page whose tables are written anew from the results (docs/performance.md).
# PARTS: which of "crypto guard path setup relay" to run anew; the others keep the JSON that DIRECTORY has.
set -euo pipefail
cd "$(dirname "$0")/.."
quick=
if [ "${1:-}" = --quick ]; then
    quick=--quick
    shift
fi
out=${1:-bench/results}
export BUILD=${BUILD:-build}
parts=${PARTS:-crypto guard path setup relay}

deploy/packages.sh build bench
[ -f "$BUILD/build.ninja" ] || meson setup "$BUILD"
ninja -C "$BUILD" ctrl/sluiced ctrl/sluicectl ebpf/{guard,seat}.bpf.o bench/{drop.bpf.o,bench_crypto,bench_guard,bench_path,bench_stages,bench_setup,wire_load}
mkdir -p "$out/json"
BUILD=$(cd "$BUILD" && pwd) out=$(cd "$out" && pwd)
json=$out/json

wants() { [[ " $parts " == *" $1 "* ]]; }
# lines NAME COMMAND...: a program's JSON lines; what it has to say besides goes to the terminal
lines() {
    local name=$1
    shift
    echo "== $name"
    "$@" >"$json/$name.tmp" && mv "$json/$name.tmp" "$json/$name.jsonl"
}

bench/machine.py >"$json/machine.json"
if wants crypto; then lines crypto "$BUILD/bench/bench_crypto" --json $quick; fi
if wants guard; then
    lines guard "$BUILD/bench/bench_guard" "$BUILD/ebpf/guard.bpf.o" "$BUILD/bench/drop.bpf.o" --json
fi
if wants path; then
    flows=100,1000,10000,40000,100000
    [ -z "$quick" ] || flows=1000,10000
    path=("$BUILD/bench/bench_path" --json ${quick:+--rounds 3})
    lines path "${path[@]}" --suites cm,gcm,rtp-cm,mixed --flows "$flows"
    lines path-two "${path[@]}" --suites cm,gcm --flows 1000,10000 --cores 0,1
    lines load "${path[@]}" --suites cm,gcm --flows 10000 --no-ceiling --setups 10000
    lines stages "$BUILD/bench/bench_stages" --json --no-ceiling ${quick:+--rounds 3}
fi
if wants setup; then
    rm -f "$json"/setup-*
    if [ -n "$quick" ]; then export LEVELS=${LEVELS:-0,1000} SETUPS=${SETUPS:-1000}; fi
    bench/setup.sh "$json/setup"
fi
if wants relay; then
    rm -f "$json"/{sluice,rtpengine,memif}-*
    if [ -n "$quick" ]; then export SECONDS_PER_TRIAL=${SECONDS_PER_TRIAL:-0.5}; fi
    bench/relay.sh "$json"
fi
bench/report.py "$out" ${PAGE:+"$PAGE"}
