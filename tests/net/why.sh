#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Who hears nothing is told why, in plain words: each cause is made with real packets, and its sentence read.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
start_sluiced relay 10.0.0.1/24

A="$(sdp 10.0.0.2 5004)" B="$(sdp 10.0.0.3 6004)"

# because CALL CAUSE WORDS...: `sluicectl why CALL` names that cause, in a line with those words
because() {
    local call=$1 cause=$2 words
    shift 2
    words=$(printf '.*%s' "$@")
    wait_for 5 told || fail "$call: not $cause $*, but: $(sluicectl why "$call")"
    ok "$(sluicectl why "$call" | grep -m1 -E "^$cause  *$words")"
}
told() {
    sluicectl why "$call" | has -E "^$cause  *$words" &&
        { [ "$cause" = never-offered ] || ng query call-id="$call" | has "\"cause\": \"$cause\""; }
}

because nobody never-offered "never offered"

offer ringing "$A"
because ringing not-answered "offered .* not answered"

offer mute "$A"
answer mute "$B"
because mute no-packets "no packet has been seen from alice" "10.0.0.2:5004"
because mute no-packets "no packet has been seen from bob" "10.0.0.3:6004"

rtp a 5004 "$TO_A" 50
because mute nothing-comes-back "50 packets were sent to bob at 10.0.0.3:6004" "nothing comes back"
rtp b 6004 "$TO_B" 50
rtp a 5004 "$TO_A" 50
sluicectl why mute | has "Nothing stands in the way" || fail "both speak, and: $(sluicectl why mute)"
ok "both speak: nothing stands in the way"

offer elsewhere "$A"
answer elsewhere "$B"
rtp b 7000 "$TO_A" 40
because elsewhere unexpected-address "40 packets for alice" "last from 10.0.0.3:7000" "expected at 10.0.0.2:5004"

offer keys "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
answer keys "$B"
rtp a 5004 "$TO_A" 40
because keys authentication "authentication of what alice sends fails for [0-9]* s" "40 packets" "since the call was answered"
offer keys "$(sdp 10.0.0.2 5004 "$KEY2")" to-tag=bob transport-protocol=RTP/AVP
answer keys "$B"
rtp a 5004 "$TO_A" 30
because keys authentication "30 packets" "none has passed since re-INVITE 1, .* changed its key"

offer copies "$A" transport-protocol=RTP/SAVP 'flags:=["SDES-only-AES_CM_128_HMAC_SHA1_80"]'
answer copies "$(sdp 10.0.0.3 6004 "$KEY1")"
rtp a 5004 "$TO_A" 60 same
because copies replayed "59 packets from alice are replayed"

offer unreachable "$A"
answer unreachable "$(sdp 10.0.0.99 6004)"
rtp a 5004 "$TO_A" 20
because unreachable no-neighbour "no neighbour answers on the way to bob at 10.0.0.99:6004"

offer held "$A"
answer held "$B"
offer held "$(sdp 10.0.0.2 5004 "" "a=sendonly")" to-tag=bob
answer held "$(sdp 10.0.0.3 6004 "" "a=recvonly")"
because held on-hold "alice has put the call on hold .a=sendonly." "nothing is expected from bob"

offer refused "$A"
answer refused "$(sdp 10.0.0.3 0)"
because refused refused "refused or removed by a party .port 0."

# Announced is 110 packets a second, admitted with slack is twice that, half a second of it at once.
offer flood "$A"
answer flood "$B"
rtp a 5004 "$TO_A" 1000 burst
because flood policed "packets from alice are policed away: more than its SDP announced"
offer denied "$A"
answer denied "$B"
rtp b 6004 "$TO_B" 20
sluicectl guard deny 10.0.0.2/31 >/dev/null
sluicectl guard allow 10.0.0.3/32 >/dev/null
rtp a 5004 "$TO_A" 20
because denied policed "all that comes from alice at 10.0.0.2:5004 is refused by the guard: deny 10.0.0.2/31"
sluicectl why denied | has "from bob" && fail "bob is allowed: $(sluicectl why denied)"
sluicectl guard forget 10.0.0.2/31 >/dev/null
rtp a 5004 "$TO_A" 20
rtp b 6004 "$TO_B" 20
sluicectl why denied | has "Nothing stands in the way" || fail "forgotten, and: $(sluicectl why denied)"
ok "whom the guard lets in again is heard"
