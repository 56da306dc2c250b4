#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# On a guarded interface ping, IPv6 neighbours, fragments and the host's own UDP services keep working,
# while media ports are silent: nothing on the host hears or answers for them.
. "$(dirname "$0")/lib.sh"
HOLD=$BUILD/tests/net/guard_hold
V4=198.51.100.10 V6=2001:db8:1::10

ns_add relay peer
veth relay eth0 peer eth0
address relay eth0 $V4/24 $V6/64
address peer eth0 198.51.100.20/24 2001:db8:1::20/64

probe() { in_ns peer "$NET_DIR/udp.py" probe "$@"; }
expect() { # WHAT ADDRESS PORT
    local met
    met=$(probe "$2" "$3")
    [ "$met" = "$1" ] || fail "a datagram to $2 port $3 met $met, not $1"
    ok "port $3 of $2: $1"
}
counter() { # NAME: its latest value
    local lines
    lines=$(grep -c = "$RUN/guard.log" || true)
    kill -USR1 "${PIDS[guard]}"
    wait_for 5 eval "[ \$(grep -c = $RUN/guard.log) -gt $lines ]" || fail "no counters"
    tail -n 1 "$RUN/guard.log" | sed "s/.*\b$1=\([0-9]*\).*/\1/"
}
attached() { ip -n "$TAG-relay" link show dev eth0 | has ' xdp '; }
start_guard() {
    start guard relay "$HOLD" "$BUILD/ebpf/guard.bpf.o" eth0 $V4 20000-20999 20002
    check "the guard is not up" wait_for 5 logged guard ready
}

start echo relay "$NET_DIR/udp.py" echo 5060 20002 20004
check "the echo service is not up" wait_for 5 logged echo ready
expect answered $V4 20004
start_guard

check "no ping" in_ns peer ping -q -c 2 -i 0.2 -W 10 $V4
check "no IPv6 ping, or no neighbour" in_ns peer ping -q -c 2 -i 0.2 -W 10 $V6
check "no ping in fragments" in_ns peer ping -q -c 2 -i 0.2 -W 10 -s 4000 $V4
ok "ping, IPv6 neighbours, fragments"
expect answered $V4 5060
expect refused $V4 19999
expect refused $V4 21000
expect answered $V6 20004 # not a media address

expect silence $V4 20004
check "the drop is not counted as closed" [ "$(counter closed)" -eq 1 ]
expect silence $V4 20000
check "the drop is not counted as closed" [ "$(counter closed)" -eq 2 ]
expect silence $V4 20002 # open, and no dataplane to give it to
check "the drop is not counted as no-socket" [ "$(counter no-socket)" -eq 1 ]
check "the kernel's packets are not counted" [ "$(counter passed)" -gt 10 ]

in_ns relay "$HOLD" stale eth0 2>"$RUN/stale.log" && fail "a guard in use was removed"
check "a guard in use is not explained" logged stale 'stop that one first'
stop guard KILL || true
check "the guard went with its process" attached
expect silence $V4 20004
check "a guard left behind is not removed" in_ns relay "$HOLD" stale eth0
attached && fail "a guard left behind is still attached"
expect answered $V4 20004

start_guard
stop guard || fail "no clean stop"
attached && fail "the guard is still attached after a clean stop"
ok "in use: left alone; left behind: removed; clean stop: gone"
