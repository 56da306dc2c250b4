#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The main job, on a fresh Debian 12, as root: installs what is missing, builds, and lets two phones call each other
# through Kamailio and Sluice, in network namespaces that it makes and removes. Shows what each phone got.
# Exit status 0 only if all of it is right.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}

if [ "$(id -u)" -ne 0 ]; then
    echo "demo.sh: run as root: it makes network namespaces and attaches an XDP program" >&2
    exit 1
fi
deploy/packages.sh build demo

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "building in $build/" >&2
if ! { { [ -f "$build/build.ninja" ] || meson setup "$build"; } && ninja -C "$build"; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "demo.sh: the build failed" >&2
    exit 1
fi
echo "calling: alice (plays 440 Hz) -> Kamailio + Sluice -> bob (plays 1000 Hz), SRTP only" >&2
BUILD=$(realpath "$build") tests/net/phone_call.sh
