#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The output of sluicectl fits a terminal of 80 columns while a call is up, and is JSON with --json.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
start_sluiced relay 10.0.0.1/24 fd00::1/64
load call --calls 2 --seconds 2 --rtcp 200 --addr-a fd00::2 --keep || fail "no calls: $(cat "$RUN/call.log")"
sluicectl calls --json >"$RUN/calls.json"
ID=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["calls"][0]["id"])' "$RUN/calls.json")

for view in status calls "call $ID" drops "drops --all" ports guard "why $ID"; do
    read -ra words <<<"$view"
    sluicectl "${words[@]}" >"$RUN/view.log" || fail "sluicectl $view: exit status $?"
    [ -s "$RUN/view.log" ] || fail "sluicectl $view says nothing"
    wide=$(awk 'length($0) > 80' "$RUN/view.log")
    [[ $view != why* ]] || wide= # whole sentences
    [ -z "$wide" ] || fail "sluicectl $view is wider than 80 columns: $wide"
    sluicectl "${words[@]}" --json | python3 -m json.tool >/dev/null || fail "sluicectl $view --json is no JSON"
    ok "sluicectl $view: $(wc -l <"$RUN/view.log") lines"
done
! sluicectl call nonsense >"$RUN/view.log" 2>&1 || fail "a call that does not exist is shown"
! sluicectl nonsense >"$RUN/view.log" 2>&1 || fail "a view that does not exist is shown"

# Callers choose ids: completion offers the plain one, and runs none.
for id in 'plain-7@10.0.0.2' "\$(touch $RUN/ran)" "plain-\`touch $RUN/ran\`"; do
    offer "$id" "$(sdp 10.0.0.2 5004)"
done
. "$NET_DIR/../../deploy/completion/sluicectl"
COMP_WORDS=("$SLUICECTL" -s "$CTL" why pl) COMP_CWORD=4
_sluicectl
[ "${COMPREPLY[*]}" = 'plain-7@10.0.0.2' ] || fail "'why pl' is completed with '${COMPREPLY[*]}'"
COMP_WORDS=("$SLUICECTL" -s "$CTL" why "") COMP_CWORD=4
_sluicectl
[ ${#COMPREPLY[@]} -eq 3 ] || fail "'why' is completed with '${COMPREPLY[*]}'"
[ ! -e "$RUN/ran" ] || fail "completion runs what a call-id says"
ok "completion of ids"
