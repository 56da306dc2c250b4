#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# While sluiced is killed, starts again, stops and starts, not one packet of a flood at its media ports reaches the
# host's kernel, and a network that is denied stays denied.
. "$(dirname "$0")/lib.sh"

ns_add relay attacker
veth relay eth0 attacker eth0
address relay eth0 10.0.0.1/24 fd00::1/64
address attacker eth0 10.0.0.66/24 10.0.0.67/24
MAC=$(mac relay)
in_ns relay ethtool -K eth0 gro on >/dev/null # or this cable takes no flood while no XDP program is there

# udp: datagrams that the kernel has taken for its own: for a socket, for none, or broken
udp() { in_ns relay awk '/^Udp: [0-9]/ { print $2 + $3 + $4 }' /proc/net/snmp; }
# pings FROM SECONDS: is that answered
pings() { in_ns attacker ping -q -c 1 -W "$2" -I "$1" 10.0.0.1 >/dev/null; }
at_xdp() { ip -n "$TAG-relay" link show dev eth0 | has ' xdp '; }
flooding() { running flood || fail "the flood ended before the test"; }
# judged WHAT: nothing has got through, and the denied are silent
judged() {
    flooding
    [ "$(udp)" -eq "$BEFORE" ] || fail "$1: $(($(udp) - BEFORE)) packets of the flood reached the kernel"
    pings 10.0.0.66 10 || fail "$1: the host's own services do not answer"
    ! pings 10.0.0.67 1 || fail "$1: a denied network is answered"
    ok "$1"
}

# Somebody hears what a guard lets through: 20004 has a socket, the other ports would answer by ICMP.
start echo relay "$NET_DIR/udp.py" echo 20004
check "the echo service is not up" wait_for 5 logged echo ready
POLICY='deny = 10.0.0.67' start_sluiced relay 10.0.0.1/24
start flood attacker "$BUILD/bench/flood" --interface eth0 --mac "$MAC" --to 10.0.0.1 --ports 20000-20009 \
    --pps "${PPS:-20000}" --seconds 300
BEFORE=$(udp)
judged "serving"

stop sluiced KILL || true
check "the guard went with its process" at_xdp
judged "killed"
POLICY='deny = 10.0.0.67' start_sluiced relay 10.0.0.1/24
judged "started after that"
stop sluiced || fail "no clean stop"
! at_xdp || fail "the XDP program is still there after a clean stop"
judged "stopped"
closed() { in_ns relay "$SLUICECTL" guard show eth0 | awk '$1 == "closed" { print $2 }'; }
refused=$(closed)
counts() { [ "$(closed)" -gt "$refused" ]; }
check "nobody counts what is refused while sluiced is stopped" wait_for 5 counts
POLICY='deny = 10.0.0.67' start_sluiced relay 10.0.0.1/24
judged "started again"
in_ns relay "$SLUICECTL" guard detach eth0 2>"$RUN/detach.log" && fail "a guard in use was removed"
check "a guard in use is not explained" logged detach 'stop that one first'
stop sluiced || fail "no clean stop"
in_ns relay "$SLUICECTL" guard detach eth0 >/dev/null || fail "the guard of a stopped sluiced cannot be removed"
[ -z "$(tc -n "$TAG-relay" qdisc show dev eth0 clsact)" ] || fail "the guard left its qdisc"
stop flood || true
