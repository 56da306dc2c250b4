#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An attacker on the network, in the signalling or at the control socket gets nowhere: he hears nothing, is
# heard by nobody, and costs the calls no packet. docs/security.md tells of each attack. With arguments: those families
# only (bleed, forge, repeat, signalling, control).
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/../attacks/stage.sh"

stage
# A machine that stands still for a second says nothing of the relay: what an attack came to must come about twice.
twice() {
    local relay=$1 family before
    shift
    for family in "$@"; do
        before=$(wc -l <"$OUTCOMES")
        attacks "$relay" "$family"
        if tail -n "+$((before + 1))" "$OUTCOMES" | grep '"held": false' >&2; then
            head -n "$before" "$OUTCOMES" >"$RUN/held"
            cp "$RUN/held" "$OUTCOMES"
            say "once more: $family against $relay"
            attacks "$relay" "$family"
        fi
    done
}
if [ $# -gt 0 ]; then
    twice sluice "$@"
else
    twice sluice bleed forge repeat signalling control
    twice sluice-strict bleed
fi
if grep '"held": false' "$OUTCOMES" >&2; then fail "an attack came to something"; fi
rows=$(wc -l <"$OUTCOMES")
[ $# -gt 0 ] || [ "$rows" -ge 49 ] || fail "only $rows outcomes"
ok "$rows attacks came to nothing"
