#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Flags by which a proxy says where a party is, shown by who is heard: received-from, SIP-source-address, media-handover,
# asymmetric, strict-source, port-latching. Alice is behind a NAT, carol is where she says.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"
. "$NET_DIR/calls.sh"

nat_network
ns_add c
plug c 10.0.0.3/24
printf '\n[guard]\nflow-rate-slack = off\n' >>"$CONFIG" # turns are as quick as they can be
start_sluiced relay
A="$(sdp 192.168.1.2 5004)" C="$(sdp 10.0.0.3 6004)"
NAT='received-from:=["IP4","10.0.0.11"]'

CAROL="carol $TAG-c 6004"

# turns FIRST SECOND: "alice", or $CAROL; what was heard of whom goes to $RUN/turns.log
turns() {
    local party parties=()
    for party in "$@"; do
        # shellcheck disable=SC2206
        [ "$party" = alice ] && parties+=(alice "$TAG-a" 5004 "$TO_A") || parties+=($party "$TO_B")
    done
    in_ns relay "$NET_DIR/rtp_turns.py" 30 10.0.0.1 "${parties[@]}" >"$RUN/turns.log"
}
deaf() { # WHAT FIRST SECOND: what turns must say in the end
    local what=$1
    shift
    ! turns "$@" && grep -q "$what" "$RUN/turns.log"
}
both_heard() {
    turns alice "${2:-$CAROL}" || fail "$1: $(tail -n 1 "$RUN/turns.log")"
    ok "$1"
}

offer nothing "$A"
answer nothing "$C"
deaf 'carol never heard alice' alice "$CAROL" || fail "a NAT that nobody named is believed: $(cat "$RUN/turns.log")"
sluicectl why nothing | has '^unexpected-address .*10\.0\.0\.11:' || fail "why does not name the NAT: $(sluicectl why nothing)"
deaf 'alice never heard carol' "$CAROL" alice || fail "alice is sent to where nobody said: $(cat "$RUN/turns.log")"
ok "a NAT that nobody named is not believed on plain RTP"

offer received "$A" "$NAT"
answer received "$C"
both_heard "received-from"

offer replaced "$A" "$NAT" 'flags:=["SIP-source-address"]'
answer replaced "$C"
ng query call-id=replaced | has '"address": "10.0.0.11"' || fail "SIP-source-address does not stand in for what SDP says"
both_heard "SIP-source-address"

offer handover "$A" 'flags:=["media-handover"]'
answer handover "$C"
both_heard "media-handover"

offer elsewhere "$A" "$NAT"
answer elsewhere "$C" 'flags:=["asymmetric"]'
both_heard "asymmetric: carol sends by one port and listens at the other" "$CAROL/7000"

offer symmetric "$A" "$NAT"
answer symmetric "$C"
turns alice "$CAROL" || fail "symmetric: $(tail -n 1 "$RUN/turns.log")"
offer symmetric "$A" to-tag=bob "$NAT"
answer symmetric "$C"
# The first packets may still go where she said.
wait_for 1 deaf 'carol never heard alice' "$CAROL/7000" alice ||
    fail "symmetric: carol, who does not listen where she sends: $(cat "$RUN/turns.log")"
ok "without it she is sent to where she sends from"

before="$TO_A $TO_B"
offer symmetric "$A" to-tag=bob "$NAT" 'flags:=["port-latching"]'
answer symmetric "$C"
[ "$TO_A $TO_B" = "$before" ] || fail "port-latching: ports $before became $TO_A $TO_B"
ok "port-latching: a re-offer keeps the ports"

# rebound OPTION...: how many packets of 300 are lost of an SRTP call whose NAT rebinds halfway
rebound() {
    rm -f "$RUN/rebound.json"
    load rebound --netns-a "$TAG-a" --addr-a 192.168.1.2 --netns-b "$TAG-c" --addr-b 10.0.0.3 --calls 1 --seconds 3 \
        --halfway "ip netns exec $TAG-nat-a conntrack -F >/dev/null 2>&1" "$@" || true
    value "$RUN/rebound.json" rtp lost
}
start events relay "$SLUICECTL" -s "$CTL" --json events
check "no events" wait_for 5 logged events listening
lost=$(rebound) && [ "$lost" -le 20 ] || fail "a NAT that rebinds costs $lost packets"
ok "SRTP follows a NAT that rebinds: $lost packets lost"
wait_for 5 logged events '"event":"relatched".*"component":"RTP","address":"10.0.0.11:' ||
    fail "the second move is not announced: $(cat "$RUN/events.log")"
ok "and it is announced: $(grep -o '"event":"[a-z]*latched"' "$RUN/events.log" | sort | uniq -c | tr '\n' ' ')"
lost=$(rebound --flags strict-source) && [ "$lost" -ge 80 ] || fail "strict-source: $lost packets lost although nobody is followed"
ok "strict-source: the first one stays: $lost packets lost"
