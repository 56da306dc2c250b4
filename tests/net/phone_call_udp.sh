#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Kamailio drives the relay over UDP, IPv4 and IPv6: calls work, it sees the relay go and come back, and calls work again.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

CONTROL='ng = udp:127.0.0.1:22222
ng = udp:[::1]:22222'

# call_works: the two phones talk and both hear the other
call_works() {
    start_call
    wait_for 20 talked 6 || say "6 s of sound did not come"
    ask_relay
    end_call
    report 1000 440 || fail "$1: the call went wrong"
    rm -r "$RUN/alice" "$RUN/bob"
    ok "$1: a call"
}

phone_network
start_sluiced relay $RELAY/24
start_kamailio relay $RELAY udp:127.0.0.1:22222
check "Kamailio does not use the relay" wait_for 10 node_is up
node >&2
call_works IPv4

stop sluiced || fail "exit status $? on SIGTERM"
node rtpengine.ping >&2 || true
check "Kamailio does not see that the relay is gone" wait_for 20 node_is down
start_sluiced relay $RELAY/24
call_works "after a restart"
check "Kamailio does not see that the relay is back" wait_for 20 node_is up

stop kamailio || true
start_kamailio relay $RELAY 'udp6:[::1]:22222'
check "Kamailio does not use the relay over IPv6" wait_for 10 node_is up
call_works IPv6

sluicectl status --json | python3 -c '
import json, sys
udp = json.load(sys.stdin)["udp"]
if udp["served"] < 8 or udp["malformed"] or udp["unanswered"] or udp["refused_by_source"]:
    sys.exit(udp)' || fail "not everything came by UDP, or not all of it was understood"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
