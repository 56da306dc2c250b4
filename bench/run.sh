#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# All benchmarks, and what they say as a table (Markdown), JSON and plots (SVG).
# usage: run.sh [--quick] [DIRECTORY]      as root on Debian 12; DIRECTORY: bench/results. BUILD: a build directory (build).
# PAGE: a page whose tables are written anew from the results (docs/performance.md).
# PARTS: which of "crypto guard path stages load setup relay memif capacity" to run anew; the others keep the JSON that DIRECTORY has.
# A program that fails is said so, here and in the pages, and the others go on. Exit: 0 when none failed.
set -euo pipefail
cd "$(dirname "$0")/.."
# Before anything is built or written: the load is that of others.
load=$(cut -d' ' -f1 /proc/loadavg) commit=$(git describe --always --dirty)
quick=
if [ "${1:-}" = --quick ]; then
    quick=--quick
    shift
fi
out=${1:-bench/results}
export BUILD=${BUILD:-build}
parts=${PARTS:-crypto guard path stages load setup relay memif capacity}
LONGEST=900 # seconds that a program may take

deploy/packages.sh build bench
[ -f "$BUILD/build.ninja" ] || meson setup "$BUILD"
ninja -C "$BUILD" ctrl/sluiced ctrl/sluicectl ebpf/guard.bpf.o bench/{drop.bpf.o,bench_crypto,bench_guard,bench_path,bench_stages,bench_setup,wire_load}
mkdir -p "$out/json"
BUILD=$(cd "$BUILD" && pwd) out=$(cd "$out" && pwd)
json=$out/json

# try NAME COMMAND...: whether it succeeds; if not, that is noted
try() {
    local name=$1
    shift
    timeout -k 30 $LONGEST "$@" && return
    echo "== $name FAILED" >&2
    failed+=" $name"
    return 1
}

# lines NAME COMMAND...: a program's JSON lines; what it has to say besides goes to the terminal
lines() {
    local name=$1
    shift
    rm -f "$json/$name.jsonl"
    if try "$name" "$@" >"$json/$name.tmp"; then mv "$json/$name.tmp" "$json/$name.jsonl"; fi
    rm -f "$json/$name.tmp"
}

crypto() { lines crypto "$BUILD/bench/bench_crypto" --json $quick; }
guard() { lines guard "$BUILD/bench/bench_guard" "$BUILD/ebpf/guard.bpf.o" "$BUILD/bench/drop.bpf.o" --json; }

path=("$BUILD/bench/bench_path" --json ${quick:+--rounds 3})
path() {
    local flows=100,1000,10000,40000,100000 payload arrival
    [ -z "$quick" ] || flows=1000,10000
    lines path "${path[@]}" --suites cm,gcm,rtp-cm,mixed --flows "$flows"
    lines path-two "${path[@]}" --suites cm,gcm --flows 1000,10000 --cores 0,1
    for payload in 20 80 160 320 1200; do
        lines "path-size-$payload" "${path[@]}" --suites cm,gcm --flows 40000 --payload $payload --packets 65536 --no-ceiling
    done
    for arrival in periodic bursty; do
        lines "path-$arrival" "${path[@]}" --suites cm,gcm --flows 10000 --arrival $arrival
    done
}
stages() {
    local suites=(cm gcm)
    [ -z "$quick" ] || suites=(cm --flows 100)
    lines stages "$BUILD/bench/bench_stages" --json --no-ceiling ${quick:+--rounds 3}
    lines instructions bench/instructions.py "$BUILD/bench/bench_path" "${suites[@]}"
}
load() { lines load "${path[@]}" --suites cm,gcm --flows 10000 --no-ceiling --setups 10000; }
setup() {
    rm -f "$json"/setup-*
    if [ -n "$quick" ]; then export LEVELS=${LEVELS:-0,1000} SETUPS=${SETUPS:-1000}; fi
    try setup bench/setup.sh "$json/setup" || true
}
if [ -n "$quick" ]; then export SECONDS_PER_TRIAL=${SECONDS_PER_TRIAL:-0.5}; fi
relay() {
    rm -f "$json"/{sluice,rtpengine}-*
    RELAYS="sluice rtpengine" try relay bench/relay.sh "$json" || true
}
memif() {
    rm -f "$json"/memif-*
    RELAYS=memif try memif bench/relay.sh "$json" || true
}

capacity() {
    rm -f "$json"/capacity-*
    if [ -n "$quick" ]; then export CALLS=${CALLS:-2000} TRIALS=${TRIALS:-1} RATE=${RATE:-500000}; fi
    try capacity bench/capacity.sh "$json" || true
}

bench/machine.py "$commit" "$load" >"$json/machine.json"
all_failed=
for part in crypto guard path stages load setup relay memif capacity; do
    [[ " $parts " == *" $part "* ]] || continue
    echo "== $part"
    began=$SECONDS failed=
    $part
    echo "== $part: $((SECONDS - began)) s"
    printf '{"part": "%s", "at": "%s", "sluice": "%s", "seconds": %d, "failed": "%s"}\n' $part "$(date -u '+%F %H:%M')" \
        "$commit" $((SECONDS - began)) "${failed# }" >"$json/part-$part.json"
    all_failed+=$failed
done
bench/report.py "$out" ${PAGE:+"$PAGE"}
echo "== all: $SECONDS s${all_failed:+, FAILED:$all_failed}"
[ -z "$all_failed" ]
