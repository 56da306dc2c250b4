#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs what the tests need, builds, and passes all of them. Ends with one line of totals.
# usage: tests/run.sh [BUILD-DIR-PREFIX]        as root on Debian 12; build directories are PREFIX, PREFIX-asan,
#                                               PREFIX-tsan
set -euo pipefail
# A finding of the undefined-behaviour sanitizer fails the test, as one of the address sanitizer does.
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
cd "$(dirname "$0")/.."
ahead=no
[ "${1:-}" != --ahead ] || { ahead=yes && shift; } # for itself only: see below
prefix=${1:-build}

[ $ahead = yes ] || deploy/packages.sh build test

passed=0 failed=0 skipped=0 broken=()

# prepare DIR COMPILER OPTION...: a configured, built tree; a broken build counts as one failure
targets=() # of the build; none: all
prepare() {
    local dir=$1 compiler=$2
    shift 2
    echo "== $dir: build with $compiler ${*:-}"
    if { [ -f "$dir/build.ninja" ] || CC=$compiler meson setup "$dir" -Dwerror=true "$@"; } && ninja -C "$dir" "${targets[@]}"; then
        return 0
    fi
    failed=$((failed + 1)) broken+=("$dir: build")
    return 1
}

# run_tests DIR NAME ARGUMENT...: meson test, its results added to the totals
run_tests() {
    meson_test "$@" || true
    add_results "$1" "$2"
}

meson_test() {
    local dir=$1 name=$2
    shift 2
    rm -f "$dir/meson-logs/testlog-$name.json"
    echo "== $dir: $name"
    meson test -C "$dir" --no-rebuild --print-errorlogs --logbase "testlog-$name" "$@"
}

# add_results DIR NAME
add_results() {
    local dir=$1 log=$1/meson-logs/testlog-$2
    [ -f "$log.json" ] || return 0 # no test of this kind in this build
    count() {
        grep -cE "\"result\": \"($1)\"" "$log.json" || true
    }
    passed=$((passed + $(count 'OK|EXPECTEDFAIL')))
    skipped=$((skipped + $(count 'SKIP')))
    failed=$((failed + $(count 'FAIL|TIMEOUT|ERROR|INTERRUPT|UNEXPECTEDPASS')))
    mapfile -t -O ${#broken[@]} broken < <(
        python3 - "$log.json" "$dir" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    test = json.loads(line)
    if test["result"] not in ("OK", "EXPECTEDFAIL", "SKIP"):
        print("%s: %s: %s" % (sys.argv[2], test["name"], test["result"]))
        for said in (test.get("stdout", "") + test.get("stderr", "")).splitlines()[-12:]:
            print("    " + said)
PY
    )
}

# Tests that are long and quiet run beside the rest, once nothing else needs the machine to itself.
soak=
start_soak() {
    meson_test "$prefix" soak --suite soak >"$prefix/meson-logs/soak.txt" 2>&1 &
    soak=$!
}
end_soak() {
    [ -n "$soak" ] || return 0
    wait "$soak" || true
    soak=
    cat "$prefix/meson-logs/soak.txt"
    add_results "$prefix" soak
}

prepare_asan() { prepare "$prefix-asan" clang -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false; }
# Only what runs worker threads beside a control thread, under the thread sanitizer.
prepare_tsan() {
    targets=(tests/unit/test_worker_{live,load,threads})
    prepare "$prefix-tsan" clang -Db_sanitize=thread -Db_lundef=false
}

# Builds and lint take what the tests leave of the machine: most of them wait for packets most of the time. The scheduler
# weighs sessions before processes, so this is a session of its own that comes last.
if [ $ahead = yes ]; then
    { echo 19 >/proc/self/autogroup; } 2>/dev/null || true
    chrt --idle --pid 0 $$
    prepare_asan && prepare_tsan && tests/lint.sh "$prefix-asan"
    exit
fi
start_ahead() {
    setsid "$0" --ahead "$prefix" >"$prefix/meson-logs/ahead.txt" 2>&1 &
    ahead=$!
}
end_ahead() {
    local status=0 idle
    # Nothing else is left to do: they give way no longer, or would wait for as long as somebody else is busy.
    { echo 0 >"/proc/$ahead/autogroup"; } 2>/dev/null || true
    while idle=$(ps -s "$ahead" -o cls=,pid= | awk '$1 == "IDL" { print $2 }') && [ -n "$idle" ]; do
        for idle in $idle; do
            chrt --other --pid 0 "$idle" 2>/dev/null || true # it may have ended
        done
        sleep 0.1
    done
    wait "$ahead" || status=$?
    ahead=no
    echo "== built and looked at meanwhile"
    cat "$prefix/meson-logs/ahead.txt"
    if [ $status -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1)) broken+=("builds with sanitizers, or lint")
    fi
}

clean_up() {
    [ -z "$soak" ] || pkill -TERM -P "$soak"
    [ $ahead = no ] || kill -TERM -- "-$ahead"
    wait
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if prepare "$prefix" gcc; then
    start_ahead
    run_tests "$prefix" all
    start_soak
    end_ahead
fi
if prepare_asan; then
    run_tests "$prefix-asan" unit --suite unit
    LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0 \
        run_tests "$prefix-asan" call phone_call call_shapes_manage call_shapes_routes
    run_tests "$prefix-asan" fuzz --suite fuzz
fi
if prepare_tsan; then
    TSAN_OPTIONS=suppressions=$PWD/tests/tsan.supp:halt_on_error=1 \
        run_tests "$prefix-tsan" threads worker_live_{ipsec-mb,srtp2} worker_{load,threads}_ipsec-mb
fi
end_soak

# Again, for a log of which only the end is kept.
[ ${#broken[@]} -eq 0 ] || printf '%s\n' "${broken[@]}" | sed 's/^[^ ]/failed: &/'
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
