#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Plain RTP that was damaged on the way is not sent on with a checksum that makes it look sound.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
start_sluiced relay 10.0.0.1/24

# counts MODE PORT NAME: 40 packets of a's are all counted as NAME
counts() {
    local before
    before=$(count "$3")
    rtp a "$2" "$TO_A" 40 "$1"
    wait_for 5 counted "$3" $((before + 40)) || fail "of 40 $1 packets $(($(count "$3") - before)) were counted as $3"
    ok "40 $1 packets: $3"
}
counted() { [ "$(count "$1")" -eq "$2" ]; }
count() { sluicectl drops | awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }'; }

offer plain "$(sdp 10.0.0.2 5004)"
answer plain "$(sdp 10.0.0.3 6004)"
counts damaged 5004 checksum
counts sound 5004 forwarded
offer secured "$(sdp 10.0.0.2 5014)" transport-protocol=RTP/SAVP 'flags:=["SDES-only-AES_CM_128_HMAC_SHA1_80"]'
answer secured "$(sdp 10.0.0.3 6004 "$KEY1")"
counts damaged 5014 checksum
counts sound 5014 forwarded
offer unsummed "$(sdp 10.0.0.2 5024)"
answer unsummed "$(sdp 10.0.0.3 6004)"
counts unsummed 5024 forwarded
offer damaged "$(sdp 10.0.0.2 5034)"
answer damaged "$(sdp 10.0.0.3 6004)"
counts damaged 5034 checksum
sluicectl why damaged | has "40 packets from alice were dropped: .*checksum is wrong" || fail "not a word of it: $(sluicectl why damaged)"
ok "$(sluicectl why damaged | grep -m1 checksum)"
