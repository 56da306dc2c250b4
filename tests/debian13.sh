#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Debian 13: builds this source by gcc and by clang, each warning an error, passes the unit tests and makes the call of
# deploy/demo.sh, in a Debian tree of its own that is removed at the end. Needs root, Debian's mirror and 4 GB of disk.
# usage: tests/debian13.sh [DIR]      DIR: where the tree is made (a new one in /var/tmp); KEEP=1 leaves it, and takes it up
#                                     again when it is there
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=3600 # at most, for each of the steps
dir=${1:-$(mktemp -d /var/tmp/sluice-debian13.XXXXXX)}
. tests/tree.sh

build() {
    step "$1" sh -c "cd /src && { [ -e build-$1 ] || CC=$1 meson setup build-$1 -Dwerror=true; } && ninja -C build-$1"
}

started=$SECONDS
make_tree trixie
copy_source
echo "== the tree: $((SECONDS - started)) s"
step packages sh -c 'apt-get update -q && /src/deploy/packages.sh build test'
build gcc
step units meson test -C /src/build-gcc --no-rebuild --print-errorlogs --suite unit
grep -E '^(Ok|Fail|Skipped|Timeout):' "$dir/step.txt"
step demo sh -c 'cd /src && BUILD=build-gcc deploy/demo.sh'
grep -A 2 '^phone ' "$dir/step.txt"
build clang
