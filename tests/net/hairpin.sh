#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two calls in a row through one relay, by a B2BUA that passes SDP on untouched, are heard both ways, RTP and RTCP, whatever
# protects them and whatever lies between; two that are each other's both ends are told of and harm nobody.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
address relay eth0 10.0.0.9/24
INTERFACES='[interface inner]
port = wan
address = 10.0.0.9/24
advertise = 198.51.100.7
media-ports = 40000-40999' start_sluiced relay 10.0.0.1/24 fd00::1/64

# wire WHAT: packets that were received (rx) or sent (tx) so far
wire() {
    sluicectl ports --json >"$RUN/ports.json" || fail "no ports from sluicectl"
    value "$RUN/ports.json" ports 0 "$1"
}

# in_a_row WHAT "KEY=JSON..." OPTION...: ten calls from a to b, each two in a row; each packet is on the wire twice, not
# three times
in_a_row() {
    local what=$1 keys=$2 rx tx
    shift 2
    # shellcheck disable=SC2086
    start b2bua relay "$NET_DIR/b2bua.py" "$RUN/b2bua.sock" "$NG" $keys
    check "no B2BUA" wait_for 5 logged b2bua ready
    rx=$(wire rx) tx=$(wire tx)
    NG=$RUN/b2bua.sock arrives "$what" --calls 10 --rtcp 50 "$@"
    [ $(($(wire tx) - tx)) = $(($(wire rx) - rx)) ] || fail "$what: $(($(wire rx) - rx)) came, $(($(wire tx) - tx)) left"
    stop b2bua || true
}

CM=AES_CM_128_HMAC_SHA1_80 GCM=AEAD_AES_256_GCM
srtp="transport-protocol=\"RTP/SAVP\" SDES=[\"only-$GCM\"]"
in_a_row "SRTP, SRTP between, SRTP" "$srtp" --suite-a $CM --suite-b AES_256_CM_HMAC_SHA1_80
in_a_row "SRTP, RTP between, SRTP" 'transport-protocol="RTP/AVP"' --suite-a $CM --suite-b $CM
in_a_row "RTP, SRTP between, RTP" "$srtp" --suite-a RTP --suite-b RTP
in_a_row "IPv6 between" "$srtp address-family=\"IP6\" second.address-family=\"IP4\"" --suite-a $CM --suite-b $GCM
in_a_row "rtcp-mux" "$srtp" --suite-a $CM --suite-b $CM --mux ab
in_a_row "rtcp-mux between" "$srtp rtcp-mux=[\"offer\"] second.rtcp-mux=[\"demux\"]" --suite-a $CM --suite-b $CM
in_a_row "another interface between, with another address in SDP" \
    "$srtp direction=[\"public\",\"inner\"] second.direction=[\"public\",\"public\"]" --suite-a $CM --suite-b $CM

# By hand: alice - one - two - bob, plain.
offer one "$(sdp 10.0.0.2 5004)"
one_out=$TO_B
offer two "$(sdp 10.0.0.1 "$one_out")"
two_out=$TO_B
answer two "$(sdp 10.0.0.3 6004)"
two_in=$TO_A
answer one "$(sdp 10.0.0.1 "$two_in")"
one_in=$TO_A
rtp a 5004 "$one_in" 20
sluicectl call one | has "remote  10.0.0.1:$two_in, call of this relay: two" || fail "$(sluicectl call one)"
sluicectl call two | has "remote  10.0.0.1:$one_out, call of this relay: one" || fail "$(sluicectl call two)"
sluicectl why one | has "(call two of this relay)" || fail "nothing of call two: $(sluicectl why one)"
ok "the far end of a call is told to be the other"

# heard CALL: packets of RTP that it passed on
heard() { ng query call-id="$1" --get totals.RTP.packets; }
before=$(heard two)
[ "$before" = 20 ] || fail "$before of alice's 20 packets reached call two"
PYTHONPATH=$NET_DIR/../attacks in_ns a python3 - "$one_out" "$two_in" <<'PY'
import socket, sys
import packets
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
one_out, two_in = map(int, sys.argv[1:])
for number in range(20):
    sock.sendto(packets.ipv4("10.0.0.1", "10.0.0.1", packets.udp(one_out, two_in, packets.rtp(4711, 100 + number))), ("10.0.0.1", 0))
PY
sluicectl ports --json >"$RUN/ports.json"
[ "$(value "$RUN/ports.json" ports 0 guard martian)" -ge 20 ] || fail "forged packets are not martian: $(sluicectl guard)"
[ "$(heard two)" = "$before" ] || fail "forged packets were passed on"
ok "what comes by the wire as if from call one is refused"

# Now a circle: where alice should be is call two, and where bob should be is call one. Alice gets in because signalling
# came from her address.
offer two "$(sdp 10.0.0.1 "$one_out")" to-tag=bob
answer two "$(sdp 10.0.0.1 "$one_in")"
offer one "$(sdp 10.0.0.1 "$two_out")" to-tag=bob 'received-from:=["IP4","10.0.0.2"]'
answer one "$(sdp 10.0.0.1 "$two_in")"
rtp a 5004 "$one_in" 20
circled() { [ "$(drops loop)" -gt 0 ]; }
check "nothing is dropped as a loop: $(sluicectl drops)" wait_for 5 circled
sluicectl why one | has "^loop .*circle" || sluicectl why two | has "^loop .*circle" || fail "$(sluicectl why one; sluicectl why two)"
arrives "calls beside a circle" --calls 10
drops_before=$(drops loop)
[ "$drops_before" -le 20 ] || fail "20 packets died $drops_before times"
ok "a circle dies and is told of: $drops_before dropped"
