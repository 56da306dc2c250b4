#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# inside-outside.cfg of deploy/kamailio, with deploy/two-networks.conf: a phone inside that insists on SRTP calls a
# number of the trunk outside, which speaks plain RTP; neither network has a route to the other. They hear each other, also
# after a hold, and the call leaves its record.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

INSIDE=10.20.0.1 RELAY=203.0.113.10 ALICE=10.20.0.2 BOB=203.0.113.20
ns_add relay alice bob
veth relay eth0 alice eth0
veth relay eth1 bob eth0
address relay eth0 $INSIDE/24
address relay eth1 $RELAY/24
address alice eth0 $ALICE/24
address bob eth0 $BOB/24

keep_records
sed -e "s|^user = .*|user = root\nruntime-dir = $RUN|" -e "s|^cores = .*|cores = $(media_core)\npoll = adaptive|" \
    -e "s|unix:/run/sluice/|unix:$RUN/|" -e '/^ng-allow/d' "$NET_DIR/../../deploy/two-networks.conf" >"$RUN/two.conf"
echo "$CONTROL" >>"$RUN/two.conf"
CONFIG=$RUN/two.conf start_sluiced relay
start_proxy relay $RELAY "unix:$NG" inside-outside -e "s|198\.51\.100\.20|$BOB|"
start_capture alice alice udp
start_capture bob bob udp
start_phone alice alice $ALICE $INSIDE 440
TRUNK=100 MEDIAENC='' start_phone bob bob $BOB $RELAY 1000
phone alice dial "sip:100@$INSIDE"
wait_for 20 talked 5 || say "5 s of sound did not come"
hold_and_resume alice
ask_relay
end_call
check "no record of the call" wait_for 10 recorded_call
RELAY=$INSIDE,$RELAY report 1000 440=RTP || fail "the call went wrong"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
