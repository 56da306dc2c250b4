#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A phone that only speaks plain RTP and one that insists on SRTP hear each other.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

phone_network
start_sluiced relay $RELAY/24
OFFER_FLAGS=RTP/AVP ANSWER_FLAGS=RTP/SAVP start_kamailio relay $RELAY "unix:$NG"
start_capture alice alice udp
start_capture bob bob udp
start_phone alice alice $ALICE $RELAY 440
MEDIAENC='' start_phone bob bob $BOB $RELAY 1000
phone alice dial "sip:bob@$RELAY"
wait_for 20 talked 6 || say "6 s of sound did not come"
ask_relay
end_call
report 1000 440=RTP || fail "the call went wrong"
