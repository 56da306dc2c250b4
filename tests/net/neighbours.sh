#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Next hops change while calls run, and the calls go on: a neighbour is forgotten, a route moves to another router, a host
# comes back with another MAC address.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

# a is on-link; b is behind two routers, r1 and r2, that both know the way.
switch_add switch
ns_add relay a b r1 r2
plug relay 10.0.0.1/24
plug a 10.0.0.2/24
plug r1 10.0.0.11/24
plug r2 10.0.0.12/24
veth r1 eth1 b eth1
veth r2 eth1 b eth2
address r1 eth1 10.0.5.1/24
address r2 eth1 10.0.6.1/24
address b eth1 10.0.5.2/24
address b eth2 10.0.6.2/24
ip -n "$TAG-b" address add 10.0.7.3/32 dev lo
for router in r1 r2; do in_ns $router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'; done
for ns in b r1 r2 relay; do in_ns $ns sh -c 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done'; done
ip -n "$TAG-r1" route add 10.0.7.3 via 10.0.5.2
ip -n "$TAG-r2" route add 10.0.7.3 via 10.0.6.2
ip -n "$TAG-b" route add 10.0.0.0/24 via 10.0.5.1
ip -n "$TAG-relay" route add 10.0.7.0/24 via 10.0.0.11
start_sluiced relay 10.0.0.1/24

# during COMMAND: halfway through calls between a and 10.0.7.3; prints what was lost
during() {
    local status=0
    load during --addr-b 10.0.7.3 --calls 20 --seconds 2 --halfway "$1" || status=$?
    [ $status -le 1 ] || fail "srtp_load could not run"
    value "$RUN/during.json" rtp lost
}
through() { in_ns "$1" cat /sys/class/net/eth1/statistics/tx_packets; }

# The flush complains that the entries come back at once.
lost=$(during "$SLUICECTL -s $CTL status --json >$RUN/status.json; ip -n $TAG-relay neighbour flush dev eth0; :")
[ "$(value "$RUN/status.json" "next_hops" known)" = 2 ] || fail "the next hops of two destinations are not both known"
[ "$lost" = 0 ] || fail "$lost packets were lost when the kernel forgot its neighbours"
ok "neighbours flushed: nothing lost"

before=$(through r2)
lost=$(during "ip -n $TAG-relay route replace 10.0.7.0/24 via 10.0.0.12")
# Half of the 2,000 packets that go to b.
[ $(($(through r2) - before)) -gt 700 ] || fail "media did not move to the other router: $(($(through r2) - before)) packets"
[ "$lost" -lt 100 ] || fail "$lost packets were lost when the route moved"
ok "route moved to the other router: $lost packets lost"

# It then talks, as a host does that comes up.
lost=$(during "ip -n $TAG-r2 link set dev eth0 address 02:00:00:00:00:77
    ip netns exec $TAG-r2 ping -q -c 1 -W 10 10.0.0.1 >$RUN/ping.log; :")
[ "$lost" -lt 1000 ] || fail "$lost packets were lost when the router changed its MAC address"
ok "the router has another MAC address: $lost packets lost"
