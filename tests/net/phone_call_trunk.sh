#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# phones-trunk.cfg of deploy/kamailio: the trunk, which speaks plain RTP, calls a phone that insists on SRTP; they
# hear each other, also after a hold, and the call leaves its record. Without a relay, and without the password, no call is made.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

phone_network
keep_records
start_sluiced relay $RELAY/24
start_proxy relay $RELAY "unix:$NG" phones-trunk -e "s|198\.51\.100\.20|$BOB|"
start_capture alice alice udp
start_capture bob bob udp
start_phone alice alice $ALICE $RELAY 440
TRUNK=100 MEDIAENC='' start_phone bob bob $BOB $RELAY 1000
phone bob dial "sip:alice@$RELAY"
wait_for 20 talked 5 || say "5 s of sound did not come"
hold_and_resume alice
id=$(call_id)
relayed "$id" || fail "the check of docs/proxy.md says that the call is not relayed: $(cat "$RUN/why.txt")"
! relayed unknown || fail "the check of docs/proxy.md takes a call for relayed that is not"
ask_relay
end_call
check "no record of the call" wait_for 10 recorded_call
report 1000 440=RTP || fail "the call went wrong"

rm -r "$RUN/alice"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
start_phone alice alice $ALICE $RELAY 440
phone alice dial "sip:100@$RELAY"
check "a call goes on without a relay" wait_for 10 logged alice '503 No Media Relay'
stop alice || true
rm -r "$RUN/alice"
PASSWORD=wrong REFUSED='401 Unauthorized' start_phone alice alice $ALICE $RELAY 440
