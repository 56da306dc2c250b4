#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# nat.cfg of deploy/kamailio: two phones, each behind a NAT of its own, register, call each other and are heard, also after a
# hold by either of them; the call leaves its record.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"
. "$NET_DIR/nat.sh"

ALICE=192.168.1.2 BOB=192.168.2.2
switch_add switch
ns_add relay nat-alice nat-bob alice bob
plug relay $RELAY/24
nat_router alice 1
nat_router bob 2
keep_records
start_sluiced relay $RELAY/24
start_proxy relay $RELAY "unix:$NG" nat
start_call
wait_for 20 talked 5 || say "5 s of sound did not come"
hold_and_resume alice
hold_and_resume bob
ask_relay
end_call
check "no record of the call" wait_for 10 recorded_call
report 1000 440 || fail "the call went wrong"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
