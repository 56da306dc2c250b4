#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two phones that insist on SRTP talk through Kamailio and Sluice: each hears the other, and nobody else's key.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

phone_network
start_sluiced relay $RELAY/24
start_kamailio relay $RELAY "unix:$NG"
start_call
wait_for 20 talked 6 || say "6 s of sound did not come"
ask_relay
end_call
check "Kamailio was not told how the call was" wait_for 5 logged kamailio \
    'quality MOS 4\.[34] from 4\.[0-4] to 4\.[34], loss 0 %, jitter [0-9]* ms, samples [1-9]'
check "\$rtpstat is empty" logged kamailio 'rtpstat .*RTP: [1-9][0-9]* bytes'
report 1000 440 || fail "the call went wrong"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
