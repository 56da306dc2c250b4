#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The style is clang-format's, and clang-tidy finds nothing; includes go one way (tests/rooms.py); every file says its licence.
# usage: tests/lint.sh [--deep] BUILD-DIR     BUILD-DIR: one that was configured for clang (its compile_commands.json);
#                                             --deep: the analyzer takes its time, which is twice as long, before a release
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-extra-arg=-Xclang -extra-arg=-analyzer-config -extra-arg=-Xclang -extra-arg=mode=shallow)
[ "${1:-}" != --deep ] || { mode=() && shift; }
build=${1:?usage: tests/lint.sh [--deep] BUILD-DIR}
status=0

git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror || status=1
missing=$(git ls-files -- '*.c' '*.h' '*.sh' '*.py' '*.build' '*.md' '*.conf' '*.yml' '*.in' '*.cfg' '*.lua' '*.html' '*.css' '*.js' 'exporter/page/*' | xargs grep -L SPDX-License-Identifier || true)
[ -z "$missing" ] || { echo "no SPDX line: $missing" >&2; status=1; }
git ls-files 'ctrl/*.c' 'dataplane/*.c' 'exporter/*.c' 'ebpf/*.c' ':!*.bpf.c' |
    xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet "${mode[@]}" || status=1
tests/rooms.py || status=1
exit $status
