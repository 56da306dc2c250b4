#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A phone behind a NAT that gave it another port while the call was on hold is heard again after it resumes, on plain RTP
# too: the re-INVITE is fresh signalling, and opens the time in which its NAT is believed again.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"
. "$NET_DIR/calls.sh"

nat_network
ns_add c
plug c 10.0.0.3/24
printf '\n[guard]\nflow-rate-slack = off\n' >>"$CONFIG" # turns are as quick as they can be
start_sluiced relay
NAT='received-from:=["IP4","10.0.0.11"]'

# talk CALL TEXT: alice and carol hear 60 of 60 packets of each other
talk() {
    in_ns relay "$NET_DIR/rtp_turns.py" 60 10.0.0.1 alice "$TAG-a" 5004 "$TO_A" carol "$TAG-c" 6004 "$TO_B" >"$RUN/turns.log" ||
        fail "$1: $2: $(cat "$RUN/turns.log"); $(sluicectl why "$1")"
    ok "$1: $2: $(sed -n 's/.*\(after .*\)/\1/p' "$RUN/turns.log" | tr '\n' ';')"
}

# call NAME HOLD-LINE HOLD-ADDRESS: up, on hold, rebound, resumed; three times
call() {
    local name=$1 line=$2 address=$3 round
    offer "$name" "$(sdp 192.168.1.2 5004)" "$NAT"
    answer "$name" "$(sdp 10.0.0.3 6004)"
    talk "$name" "as announced"
    for round in 1 2 3; do
        offer "$name" "$(sdp "$address" 5004 "" "$line")" to-tag=bob "$NAT"
        answer "$name" "$(sdp 10.0.0.3 6004 "" a=recvonly)"
        rebind a
        offer "$name" "$(sdp 192.168.1.2 5004)" to-tag=bob "$NAT"
        answer "$name" "$(sdp 10.0.0.3 6004)"
        talk "$name" "resumed, another port, round $round"
    done
}

call sendonly a=sendonly 192.168.1.2
call inactive a=inactive 192.168.1.2
call zero a=sendrecv 0.0.0.0

# Without fresh signalling nobody is believed who comes from elsewhere: that would be whoever sprays.
rebind a
in_ns relay "$NET_DIR/rtp_turns.py" 1 10.0.0.1 alice "$TAG-a" 5004 "$TO_A" carol "$TAG-c" 6004 "$TO_B" >"$RUN/turns.log" &&
    fail "a third port is believed without signalling"
unexpected() { sluicectl why zero | has '^unexpected-address .*10\.0\.0\.11:'; }
wait_for 10 unexpected || fail "why does not name it: $(sluicectl why zero)"
ok "without a re-INVITE another port is not believed"
