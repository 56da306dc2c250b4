#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Lets libFuzzer look for inputs that break what the targets demand, from the corpus and from what earlier runs have
# found (BUILD-DIR/tests/fuzz/found-TARGET). Stops at the first failure with one line that repeats it.
# usage: [BUILD=DIR] tests/fuzz/run.sh [SECONDS [TARGET...]]     each target for so long (3600), one after the other (all)
#        [BUILD=DIR] tests/fuzz/run.sh again TARGET FILE         one input, once
#        [BUILD=DIR] tests/fuzz/run.sh merge TARGET...           what was found and adds coverage goes into the corpus
# BUILD is a build of clang's with -Dfuzz=true, build-asan by default: CC=clang meson setup build-asan -Dfuzz=true
# -Db_sanitize=address,undefined -Db_lundef=false. A target that meson runs as a test is run by this as well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build-asan}" && pwd)/tests/fuzz
# A finding of the undefined-behaviour sanitizer is a failure, as one of the address sanitizer is.
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# The entropic schedule looks at every input again for each new one: too slow with lives of calls.
options=(-entropic=0 -max_len=4096 -timeout=25 -verbosity=0 -print_final_stats=0)

targets() {
    for target in "$build"/fuzz_*; do
        [ -f "$target" ] && [ -x "$target" ] && echo "${target##*/fuzz_}"
    done
}

# fuzz SECONDS TARGET
fuzz() {
    local log found=$build/found-$2 file
    log=$(mktemp)
    mkdir -p "$found"
    # libFuzzer keeps what it finds in the first directory: not in the source tree.
    if "$build/fuzz_$2" "${options[@]}" "-max_total_time=$1" "-artifact_prefix=$build/" "$found" "$here/corpus/$2" \
        >"$log" 2>&1; then
        echo "$2: $1 s, nothing found"
        rm "$log"
        return
    fi
    cat "$log"
    file=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    rm "$log"
    echo "again: BUILD=${build%/tests/fuzz} $here/run.sh again $2 ${file:-/dev/null}"
    return 1
}

case ${1:-3600} in
again)
    exec "$build/fuzz_$2" -runs=1 "$3"
    ;;
merge)
    for target in "${@:2}"; do
        # One input for each edge: how often it is passed would keep five times as many.
        "$build/fuzz_$target" "${options[@]}" -use_counters=0 -merge=1 "$here/corpus/$target" "$build/found-$target"
    done
    ;;
*)
    seconds=${1:-3600}
    shift || true
    mapfile -t all < <([ $# -gt 0 ] && printf '%s\n' "$@" || targets)
    for target in "${all[@]}"; do
        fuzz "$seconds" "$target"
    done
    ;;
esac
