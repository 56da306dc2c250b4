#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The manual pages have each verb and option that --help has, and groff finds nothing wrong with them; the completion offers
# them; the exit statuses are those of the pages.
# usage: manual_test.sh SLUICECTL SLUICED EXPORTER [PAGE...]      EXPORTER: - if none is built; PAGE: made from docs/man
set -euo pipefail
sluicectl=$(realpath "$1") sluiced=$(realpath "$2") exporter=${3#-}
shift 3
top=$(cd "$(dirname "$0")/../../../.." && pwd)
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
fail() { echo "$*" >&2; exit 1; }

verbs() { "$sluicectl" --help | sed -n 's/^  \([a-z][a-z]*\( [a-z|]*\)\{0,1\}\) .*/\1/p' | sort -u; }
options() { "$1" --help | grep -oE -e '--[a-z]+' | sort -u; }

# Pages
[ "$(verbs | wc -l)" -gt 12 ] || fail "--help has but few verbs: $(verbs)"
for verb in $(grep -oP '^\t\{"\K[a-z]+' "$top/ctrl/cli/sluicectl.c"); do
    verbs | grep -qxE "$verb" || verbs | grep -qE "^$verb " || fail "sluicectl --help lacks $verb"
done
while read -r verb more; do
    for word in ${more//|/ } $([ -n "$more" ] || echo ''); do
        grep -qE "^(.*, )?\*$verb $word\*" "$top/docs/man/sluicectl.8.scd" || fail "sluicectl(8) lacks $verb $word"
    done
    [ -n "$more" ] || grep -qE "^\*$verb\*" "$top/docs/man/sluicectl.8.scd" || fail "sluicectl(8) lacks $verb"
done < <(verbs)
for program in "$sluicectl" "$sluiced" $exporter; do
    for option in $(options "$program"); do
        grep -qE "^(\*-.\*, )?\*$option\*" "$top/docs/man/${program##*/}.8.scd" || fail "${program##*/}(8) lacks $option"
    done
done
for key in $(grep -oP '^\t\{"\K[a-z-]+(?=", (true|false), )' "$top/exporter/settings.c"); do
    grep -q "\*$key\* = " "$top/docs/man/sluice-exporter.8.scd" || fail "sluice-exporter(8) lacks the key $key"
done
for page in "$@"; do
    man --warnings -l "$page" >/dev/null 2>"$run/man.txt" || fail "man cannot read $page"
    [ ! -s "$run/man.txt" ] || fail "$page: $(cat "$run/man.txt")"
done

# Exit statuses
status() {
    local want=$1 got=0
    shift
    "$@" >"$run/out.txt" 2>&1 || got=$?
    [ "$got" = "$want" ] || fail "$*: exit status $got, not $want: $(cat "$run/out.txt")"
}
socket=$run/ctl.sock
status 0 "$sluicectl" --help
status 0 "$sluiced" --version
status 1 "$sluicectl" guard show no-netdev
status 2 "$sluicectl"
status 2 "$sluicectl" nonsense
status 2 "$sluicectl" call
status 2 "$sluicectl" config
status 2 "$sluicectl" config-diff
status 2 "$sluicectl" -s "$socket" trace id never
status 2 "$sluicectl" -s "$run/$(printf '%0200d' 0)" status
status 2 "$sluicectl" guard attach lo -c /dev/null/none
status 2 "$sluicectl" pseudonym
status 1 "$sluicectl" pseudonym --key "$run/none" 192.0.2.1
(umask 077; printf '%064d' 1 >"$run/pseudonym.key")
status 0 "$sluicectl" pseudonym --key "$run/pseudonym.key" 192.0.2.1 2001:db8::1
status 2 "$sluicectl" pseudonym --key "$run/pseudonym.key" 192.0.2
status 2 "$sluiced"
status 2 "$sluiced" -c "$run/none"
for verb in status reload "config diff" calls "top --once" "call id" events "trace id" "capture id $run/file" "guard deny 192.0.2.0/24"; do
    status 3 "$sluicectl" -s "$socket" $verb
    grep -q 'does sluiced run?' "$run/out.txt" || fail "$verb: $(cat "$run/out.txt")"
done

# Completion
PATH=$(dirname "$sluicectl"):$(dirname "$sluiced"):$PATH
. "$top/deploy/completion/sluicectl"
. "$top/deploy/completion/sluiced"
complete_line() { # WORD...: what completes the last one
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    "_$1"
    echo "${COMPREPLY[*]}"
}
expect() {
    local want=$1 got
    shift
    got=$(complete_line "$@")
    [ "$got" = "$want" ] || fail "'$*' is completed with '$got', not '$want'"
}
touch "$run/wan.conf"
expect "call calls capture" sluicectl ca
expect "status" sluicectl -s "$socket" st
expect "--clear --config" sluicectl --c
expect "pseudonym" sluicectl ps
expect "$run/wan.conf" sluicectl pseudonym --key "$run/w"
expect "deny detach" sluicectl guard de
expect "lo" sluicectl guard show lo
expect "$run/wan.conf" sluicectl guard attach lo -c "$run/w"
expect "$run/wan.conf" sluicectl capture id "$run/w"
expect "" sluicectl -s "$socket" call ""
expect "show" sluicectl config s
expect "reload" sluicectl rel
expect "--check --config" sluiced --c
expect "$run/wan.conf" sluiced -c "$run/w"
echo "ok: $# pages, $(verbs | wc -l) verbs"
