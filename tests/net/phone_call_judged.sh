#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A call that goes wrong is reported as wrong: tones swapped, and a relay that dies in the middle.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

phone_network
start_sluiced relay $RELAY/24
start_kamailio relay $RELAY "unix:$NG"
start_call
check "no sound through a working relay" wait_for 20 talked 1
ask_relay
stop sluiced KILL || true
# The phones go on sending: that is the loss that must show.
check "alice stopped sending" wait_for 5 recorded alice enc 3
end_call

wrong=$(report 440 1000) && fail "swapped tones were not noticed"
for text in 'alice: heard 1000 Hz, not 440 Hz' 'bob: heard 440 Hz, not 1000 Hz'; do
    check "swapped tones: not said: $text" grep -qF "$text" <<<"$wrong"
done
ok "swapped tones are noticed"

wrong=$(report 1000 440) && fail "a dead relay was not noticed"
for text in 'alice to bob: ' 'bob to alice: '; do
    check "dead relay: no loss told: $text" grep -q "$text.* packets lost" <<<"$wrong"
done
ok "a relay that dies is noticed"
