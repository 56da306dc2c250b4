#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Who is in no call gets nothing past the proxy of deploy/kamailio by a To tag and a Route, neither to the trunk nor to the
# relay; and a phone that is in one cannot turn it into one with the trunk. A request of a call passes, also after a restart.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

switch_add switch
ns_add relay alice bob trunk mallory
plug relay $RELAY/24
plug alice $ALICE/24
plug bob $BOB/24
plug trunk 10.0.0.5/24
plug mallory 10.0.0.66/24
start_control relay "ng = unix:$RUN/ng.sock"
proxy=kamailio
[ -z "${OPENSIPS:-}" ] || proxy=opensips
proxy_up() { start_proxy relay $RELAY "unix:$NG" phones-trunk -e 's|198\.51\.100\.20|10.0.0.5|'; }
proxy_up
"$NET_DIR/forged_dialogue.py" "$TAG" $proxy "$SECRET" "$SLUICECTL" "$CTL" >"$RUN/story" 2>"$RUN/story.log" &
story=$!
PIDS[story]=$story ORDER+=(story)
stopped_or_ended() { ! kill -0 $story 2>/dev/null || [ "$(ps -o state= -p $story)" = T ]; }
wait_for 300 stopped_or_ended || fail "the calls did not come to the restart"
if running story; then
    stop $proxy || true
    proxy_up
    kill -CONT $story
fi
status=0
wait $story || status=$?
while read -r line; do say "$line"; done <"$RUN/story"
[ $status -eq 0 ] || fail "the proxy passes what it must not, or does not pass what it must"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
