#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Compiles everything with gcc and clang, as release (-O3, no assertions) and debug (-O0), with and without IPsec-MB; each
# warning is an error. Links the product alone: linking every test takes longer than compiling it. Ends with a line for each.
# usage: tests/matrix.sh [COMPILER-BUILD...]      of gcc-release gcc-debug clang-release clang-debug gcc-portable; default: all
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/sluice-matrix.XXXXXX")
trap 'rm -rf "$dir"' EXIT
[ $# -gt 0 ] || set -- gcc-release gcc-debug clang-release clang-debug gcc-portable

options() {
    case $1 in
    *-release) echo "--buildtype=release -Db_ndebug=true" ;;
    *-debug) echo "--buildtype=debug -Db_ndebug=false" ;;
    gcc-portable) echo "-Dipsec-mb=disabled" ;;
    *) echo "matrix.sh: no build '$1'" >&2; return 1 ;;
    esac
}

# compile BUILD: every object, and the product
compile() {
    local objects chosen
    chosen=$(options "$1") || return 1
    CC=${1%-*} meson setup "$dir/$1" -Dwerror=true $chosen || return 1
    mapfile -t objects < <(ninja -C "$dir/$1" -t targets all | sed -n 's/\(.*\.c\.o\): .*/\1/p')
    ninja -C "$dir/$1" "${objects[@]}" ctrl/sluiced ctrl/sluicectl
}

broken=0 report=()
for build in "$@"; do
    started=$SECONDS
    if compile "$build" >"$dir/$build.txt" 2>&1; then
        report+=("ok: $build, $((SECONDS - started)) s")
    else
        grep -E 'FAILED|error:|ERROR|matrix.sh:' -A 5 "$dir/$build.txt" | head -n 80 || true
        report+=("broken: $build") broken=$((broken + 1))
    fi
    rm -rf "${dir:?}/$build"
done
printf '%s\n' "${report[@]}"
[ $broken -eq 0 ]
