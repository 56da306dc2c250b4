#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The probes of the worker's stages are in the program with their arguments and semaphores, and where the kernel and bpftrace
# take them they tell of drops by name.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

readelf -n "$SLUICED" >"$RUN/notes.log"
# probe NAME ARGUMENTS: it is there, with so many arguments and a semaphore
probe() {
    awk -v name="$1" -v n="$2" '
        /Name:/ { found = $2 == name }
        found && /Semaphore: 0x0*[1-9a-f]/ { semaphore = 1 }
        found && /Arguments:/ { exit !(semaphore && NF - 1 == n) }' "$RUN/notes.log" &&
        grep -q "Name: $1\$" "$RUN/notes.log"
}
probe stage 3 || fail "no probe sluice:stage"
probe drop 4 || fail "no probe sluice:drop"
ok "the probes are in the program"

media_switch
start_sluiced relay 10.0.0.1/24
offer shown "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
answer shown "$(sdp 10.0.0.3 6004)"
start bpftrace relay bpftrace -p "${PIDS[sluiced]}" -e "
usdt:$SLUICED:sluice:drop { @drops[str(arg1), str(arg2)] = count(); }
usdt:$SLUICED:sluice:stage { @stages[str(arg1)] = sum(arg2); }
BEGIN { printf(\"attached\\n\"); }
interval:ms:100 { print(@drops); }"
attached() { ended bpftrace || logged bpftrace attached; }
wait_for 20 attached || true
if ended bpftrace; then
    ok "bpftrace does not run here: $(tail -n1 "$RUN/bpftrace.log")"
    exit 0
fi
counted() { logged bpftrace '@drops\[unprotect, auth\]: 10$'; }
rtp a 5004 "$TO_A" 10
rtp b 6004 "$TO_B" 20
check "bpftrace does not count them" wait_for 20 counted
stop bpftrace INT || true
logged bpftrace '@stages\[tx\]: 20$' || fail "not 20 packets have left: $(grep stages "$RUN/bpftrace.log")"
ok "$(grep -m1 'unprotect, auth' "$RUN/bpftrace.log")"
