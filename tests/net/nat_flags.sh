#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What a proxy may say of where a party is, shown by who is heard: received-from, SIP-source-address, media-handover,
# asymmetric, strict-source, port-latching. Alice is behind a NAT, carol is where she says.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"
. "$NET_DIR/calls.sh"

nat_network
ns_add c
plug c 10.0.0.3/24
start_sluiced relay
A="$(sdp 192.168.1.2 5004)" C="$(sdp 10.0.0.3 6004)"
NAT='received-from:=["IP4","10.0.0.11"]'

# heard NAME: how many packets that one got
heard() { sed -n 's/^heard \([0-9]*\) of .*/\1/p' "$RUN/$1.log"; }

# both_talk CALL [FROM-PORT]: for a second; carol sends by FROM-PORT and listens where she said
both_talk() {
    start alice a "$NET_DIR/rtp_talk.py" 5004 10.0.0.1 "$TO_A" 1
    start carol c "$NET_DIR/rtp_talk.py" 6004 10.0.0.1 "$TO_B" 1 ${2:-}
    wait_for 10 ended alice && wait_for 10 ended carol || fail "$1: they do not end"
}

# both_heard TEXT, nobody_heard TEXT: nearly all of 50 packets, none
both_heard() {
    [ "$(heard alice)" -ge 35 ] && [ "$(heard carol)" -ge 35 ] ||
        fail "$1: alice heard $(heard alice), carol $(heard carol) of about 50"
    ok "$1: alice heard $(heard alice), carol $(heard carol)"
}

offer nothing "$A"
answer nothing "$C"
both_talk nothing
[ "$(heard alice)" -eq 0 ] && [ "$(heard carol)" -eq 0 ] || fail "a NAT that nobody named: heard $(heard alice), $(heard carol)"
sluicectl why nothing | has '^unexpected-address .*10\.0\.0\.11:' || fail "why does not name the NAT: $(sluicectl why nothing)"
ok "a NAT that nobody named is not believed on plain RTP"

offer received "$A" "$NAT"
answer received "$C"
both_talk received
both_heard "received-from"

offer replaced "$A" "$NAT" 'flags:=["SIP-source-address"]'
answer replaced "$C"
ng query call-id=replaced | has '"address": "10.0.0.11"' || fail "SIP-source-address does not stand in for what SDP says"
both_talk replaced
both_heard "SIP-source-address"

offer handover "$A" 'flags:=["media-handover"]'
answer handover "$C"
both_talk handover
both_heard "media-handover"

offer elsewhere "$A" "$NAT"
answer elsewhere "$C" 'flags:=["asymmetric"]'
both_talk elsewhere 7000
both_heard "asymmetric: carol sends by one port and listens at the other"

offer symmetric "$A" "$NAT"
answer symmetric "$C"
both_talk symmetric 7000
[ "$(heard alice)" -ge 35 ] && [ "$(heard carol)" -le 10 ] ||
    fail "symmetric: alice heard $(heard alice); carol, who does not listen where she sends, $(heard carol)"
ok "without it she is sent to where she sends from"

before="$TO_A $TO_B"
offer symmetric "$A" to-tag=bob "$NAT" 'flags:=["port-latching"]'
answer symmetric "$C"
[ "$TO_A $TO_B" = "$before" ] || fail "port-latching: ports $before became $TO_A $TO_B"
ok "port-latching: a re-offer keeps the ports"

# rebound OPTION...: how many packets of 300 are lost of an SRTP call whose NAT rebinds after the first second
rebound() {
    (sleep 1.5 && rebind a) &
    rm -f "$RUN/rebound.json"
    load rebound --netns-a "$TAG-a" --addr-a 192.168.1.2 --netns-b "$TAG-c" --addr-b 10.0.0.3 --calls 1 --seconds 3 "$@" || true
    wait $!
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
