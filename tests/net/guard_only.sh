#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `sluicectl guard attach` protects a host's own services without sluiced: closed ports are silent, open ones are limited
# for unknown sources and not for those on the list, and `guard detach` leaves nothing behind.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/attacker.sh"

ns_add relay attacker
veth relay eth0 attacker eth0
address relay eth0 10.0.0.1/24 fd00::1/64
address attacker eth0 10.0.0.66/24 10.0.0.67/24 10.0.0.68/24 fd00::66/64
MAC=$(mac relay)
in_ns relay ethtool -K eth0 gro on >/dev/null # or this cable takes no flood while no XDP program is there
CONFIG=$RUN/guard.conf
# configure LINE...: of [port]
MEDIA='media-ports = 20000-29999'
configure() {
    printf '[port wan]\ndevice = af_xdp:eth0\n' >"$CONFIG"
    printf '%s\n' "$@" >>"$CONFIG"
    printf '[interface public]\nport = wan\naddress = 10.0.0.1/24\naddress = fd00::1/64\n%s\nkernel-ports = 5060,20004\n' \
        "$MEDIA" >>"$CONFIG"
    printf '[guard]\ndeny = 10.0.0.67\nallow = 10.0.0.68\nunknown-source-pps = 50\nunknown-source-burst = 50\n' >>"$CONFIG"
}
guard() { in_ns relay "$SLUICECTL" guard "$@"; }
counter() { guard show eth0 | awk -v name="$1" '$1 == name { print $2 }'; }
# flood OPTION...: 10000 packets; ARRIVED of them did, TOOK seconds at most
flood() {
    local lost start=$SECONDS
    lost=$(cable attacker eth0)
    in_ns attacker "$BUILD/bench/flood" --interface eth0 --mac "$MAC" --to 10.0.0.1 --pps 20000 --count 10000 "$@" >/dev/null
    TOOK=$((SECONDS - start + 1)) ARRIVED=$((10000 + lost - $(cable attacker eth0)))
}
# limited COUNT: an unknown source gets 50 at once and 50 a second, and the rest is refused
limited() { [ "$1" -gt 0 ] && [ "$1" -ge $((ARRIVED - 50 - 50 * TOOK)) ]; }
expect() { # WHAT ADDRESS PORT
    local met
    met=$(in_ns attacker "$NET_DIR/udp.py" probe "$2" "$3")
    [ "$met" = "$1" ] || fail "a datagram to $2 port $3 met $met, not $1"
    ok "port $3 of $2: $1"
}
nothing() { # of ours is left
    ! ip -n "$TAG-relay" link show dev eth0 | has ' xdp' && [ -z "$(tc -n "$TAG-relay" qdisc show dev eth0 clsact 2>/dev/null)" ]
}

start echo relay "$NET_DIR/udp.py" echo 5060 20002 20004
check "the echo service is not up" wait_for 5 logged echo ready
configure
guard attach eth0 -c "$CONFIG" >/dev/null || fail "the guard does not attach"
expect answered 10.0.0.1 5060
expect answered 10.0.0.1 20004
expect silence 10.0.0.1 20002
expect silence fd00::1 20002
expect answered fd00::1 20004
in_ns attacker ping -q -c 1 -W 1 -I 10.0.0.67 10.0.0.1 >/dev/null && fail "a denied network is answered"

flood --from 10.0.0.66 --ports 5060
unknown=$(counter kernel-unknown-source-rate)
limited "$unknown" || fail "of $ARRIVED packets of one unknown source to port 5060, $unknown were refused"
flood --from 10.0.0.68 --ports 5060
[ "$(counter kernel-unknown-source-rate)" -eq "$unknown" ] || fail "one on the list is limited"
closed=$(counter closed)
flood --from random --ports 20010-20019
[ $(($(counter closed) - closed)) -eq $ARRIVED ] || fail "of $ARRIVED packets to closed ports $(($(counter closed) - closed)) were counted"
guard attach eth0 -c "$CONFIG" >/dev/null || fail "the guard cannot be attached anew"
expect silence 10.0.0.1 20002

# A signalling host: no port is media's.
MEDIA= configure
guard attach eth0 -c "$CONFIG" >/dev/null || fail "the guard does not attach without media-ports"
expect answered 10.0.0.1 20002
flood --from 10.0.0.69 --ports 5060
signalling=$(counter kernel-unknown-source-rate)
limited "$signalling" || fail "of $ARRIVED packets of one unknown source to port 5060, $signalling were refused"
[ "$(counter closed)" -eq 0 ] || fail "without media-ports something is closed"
expect answered 10.0.0.1 5060
guard detach eth0 >/dev/null || fail "the guard cannot be removed"
check "something of the guard is left" nothing
guard detach eth0 2>"$RUN/twice.log" && fail "a guard that is not there was removed"
expect answered 10.0.0.1 20002
ok "of 10000 packets of an unknown source $unknown are refused; removed"

# More than a page a packet: the driver refuses to run XDP.
ip -n "$TAG-relay" link set dev eth0 mtu 9000
ip -n "$TAG-attacker" link set dev eth0 mtu 9000
configure 'generic-xdp = no'
guard attach eth0 -c "$CONFIG" >/dev/null 2>"$RUN/refused.log" && fail "generic-xdp = no is ignored"
check "the refusal does not say what to do" logged refused 'generic-xdp = yes'
check "a refused guard leaves something" nothing
configure
guard attach eth0 -c "$CONFIG" 2>"$RUN/generic.log" >/dev/null || fail "the guard does not attach in generic mode"
check "generic mode is not warned of" logged generic 'warning: the driver'
expect silence 10.0.0.1 20002
expect answered 10.0.0.1 5060
guard detach eth0 >/dev/null || fail "the guard cannot be removed"
check "something of the guard is left" nothing
ok "generic mode where the driver cannot"
