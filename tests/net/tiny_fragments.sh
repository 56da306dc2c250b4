#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# However an unknown source cuts its TCP SYNs up or wraps them, no more of them are answered than the limit admits, by XDP and by
# the worker; and what is honestly fragmented arrives.
. "$(dirname "$0")/lib.sh"

SYNS=400 LIMIT=10
CONFIG=$RUN/limits.conf
LISTED=10.0.0.2
python=$NET_DIR/fragments.py

# host INTERFACE: the relay's services, and that it knows where each of the attacker's sources is
host() {
    local i
    ip -n "$TAG-relay" -6 route add fd00::/48 dev "$1"
    for ((i = 101; i <= 120; i++)); do
        ip -n "$TAG-relay" neigh replace 10.0.0.$i lladdr "$ATTACKER_MAC" dev "$1" nud permanent
        ip -n "$TAG-relay" -6 neigh replace fd00:0:0:$i::1 lladdr "$ATTACKER_MAC" dev "$1" nud permanent
    done
    # Or answers to SYNs of the round before would be counted with those of the next one.
    in_ns relay sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_synack_retries'
    start tcp relay "$NET_DIR/tcp_echo.py" :: 8080
    start udp relay "$NET_DIR/udp.py" echo 5060 5061
    check "the echo services are not up" wait_for 5 services
}
services() { in_ns relay ss -ltn | has ':8080 ' && logged udp ready; }

# syns WHAT: what became of all shapes, in $RUN/WHAT.txt
syns() { in_ns attacker "$python" "$RELAY_MAC" 8080 $SYNS >"$RUN/$1.txt" || fail "the SYNs are not sent"; }

# limited WHAT: of no shape more were answered than the limit admits in that time, and of whole ones as many
limited() {
    syns "$1"
    awk -F ': ' -v limit=$LIMIT '
        { split($2, n, " "); if (n[1] > limit + limit * n[2]) print "of shape \"" $1 "\" " n[1] " were answered" }
        $1 ~ /whole/ && n[1] < limit / 2 { print "of whole SYNs only " n[1] " were answered" }' "$RUN/$1.txt" >"$RUN/$1.log"
    [ ! -s "$RUN/$1.log" ] || fail "$1: $(cat "$RUN/$1.log")"
    ok "$1: of $SYNS each were answered: $(sed 's/\(.*: [0-9]*\) .*/\1/' "$RUN/$1.txt" | paste -sd ',' | sed 's/,/, /g')"
}

# honest WHAT: who is on the list, and an unknown source within its rate
honest() {
    in_ns attacker $PING -c 30 -i 0.02 -s 3000 -I $LISTED 10.0.0.1 >"$RUN/ping.log" || fail "$1: no large ping"
    check "$1: of large pings some are lost" all_answered ping 30
    check "$1: no large ping of an unknown source" quiet_ping -I 10.0.0.3 10.0.0.1
    check "$1: no large ping of an unknown source, IPv6" quiet_ping fd00::1
    for port in 5060 5061; do
        [ "$(in_ns attacker "$NET_DIR/udp.py" probe 10.0.0.1 $port 3000 $LISTED)" = answered ] ||
            fail "$1: a datagram of 3000 bytes to port $port is not answered"
    done
    ok "$1: large pings and datagrams arrive"
}
quiet_ping() { in_ns attacker ping -q -c 1 -W 5 -s 3000 "$@" >"$RUN/ping.log"; }
attacker_host() {
    ATTACKER_MAC=$(mac attacker)
    address attacker eth0 $LISTED/24 10.0.0.3/24 fd00::66/64
}

# At XDP.
ns_add relay attacker
veth relay eth0 attacker eth0
address relay eth0 10.0.0.1/24 fd00::1/64
attacker_host
RELAY_MAC=$(mac relay)
host eth0
syns unguarded
for shape in whole 'cut at 8' 'cut at 16' 'IPv6, whole' 'IPv6, four headers' 'IPv6, one fragment'; do
    [ "$(sed -n "s/^$shape: \([0-9]*\) .*/\1/p" "$RUN/unguarded.txt")" -ge $((SYNS * 9 / 10)) ] ||
        fail "without a guard not all are answered: $(cat "$RUN/unguarded.txt")"
done
cat >"$CONFIG" <<END
[port wan]
device = af_xdp:eth0
[interface public]
port = wan
address = 10.0.0.1/24
address = fd00::1/64
media-ports = 20000-29999
kernel-ports = 5060
[guard]
allow = $LISTED
unknown-source-pps = $LIMIT
unknown-source-burst = $LIMIT
END
in_ns relay "$SLUICECTL" guard attach eth0 -c "$CONFIG" >/dev/null || fail "the guard does not attach"
limited XDP
honest XDP
in_ns relay "$SLUICECTL" guard detach eth0 >/dev/null
stop tcp || true
stop udp || true

# In a worker, which gives the kernel its exception port.
ip -n "$TAG-relay" link del dev eth0
veth relay eth0 attacker eth0
attacker_host
ip -n "$TAG-relay" link set dev eth0 arp off promisc on
in_ns relay sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
cat >"$CONFIG" <<END
[sluice]
user = root
runtime-dir = $RUN
hugepages = off
[port wan]
device = vdev:net_pcap0,rx_iface_in=eth0,tx_iface=eth0
cores = $(media_core)
poll = adaptive
mac = 02:00:00:00:00:0a
tap = sl-wan0
[interface public]
port = wan
address = 10.0.0.1/24
address = fd00::1/64
media-ports = 20000-29999
kernel-ports = 5060
[guard]
allow = $LISTED
unknown-source-pps = $LIMIT
unknown-source-burst = $LIMIT
[control]
ng = unix:$RUN/ng.sock
END
start_sluiced relay
RELAY_MAC=02:00:00:00:00:0a
host sl-wan0
limited worker
honest worker
stop sluiced || fail "exit status $? on SIGTERM"
