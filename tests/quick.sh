#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The unit tests that need no root and little time: less than a minute after a build. Ends with one line of totals.
# usage: tests/quick.sh [BUILD-DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
log=quick # a log of its own

[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build"
meson test -C "$build" --no-rebuild --suite quick --logbase "$log" || true
count() { grep -cE "\"result\": \"($1)\"" "$build/meson-logs/$log.json" || true; }
passed=$(count OK) skipped=$(count SKIP) total=$(count '[A-Z]+')
failed=$((total - passed - skipped))
[ "$skipped" -eq 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
