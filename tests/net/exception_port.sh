#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A device that bypasses the kernel keeps the kernel's services: ping, ARP and TCP cross its TAP exception port while calls run, and
# the exception port is gone when the relay is.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/attacker.sh"

switch_add switch
ns_add relay a b
plug relay # no address: the device is Sluice's alone
ip -n "$TAG-relay" link set dev eth0 arp off promisc on
in_ns relay sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
plug a 10.0.0.2/24 fd00::2/64
plug b 10.0.0.3/24 fd00::3/64
# A veth leaves segmentation and checksums to a NIC that is not there; what reads raw frames sees them undone.
in_ns b ethtool -K eth0 tx off tso off gso off >/dev/null

CONFIG=$RUN/exception.conf
cat >"$CONFIG" <<CONF
[sluice]
user = root
runtime-dir = $RUN

[port wan]
device = vdev:net_af_packet0,iface=eth0
cores = $(media_core)
poll = busy
mac = 02:00:00:00:00:0a
tap = sl-wan0

[interface public]
port = wan
address = 10.0.0.1/24
address = fd00::1/64
media-ports = 20000-29999
kernel-ports = 5060

[interface second]
port = wan
address = 10.0.0.9/24
media-ports = 20000-29999

[control]
ng = unix:$RUN/ng.sock
CONF
start_sluiced relay

check "the exception port does not have the port's MAC" \
    grep -q 02:00:00:00:00:0a <(ip -n "$TAG-relay" link show sl-wan0)
check "IPv6 does not come up" wait_for 10 settled relay a b
start ping a $PING -i 0.1 -c 40 10.0.0.1
start ping6 a $PING -i 0.1 -c 40 fd00::1
start ping9 b $PING -i 0.1 -c 40 10.0.0.9
start tcp relay "$NET_DIR/tcp_echo.py" 10.0.0.1 8080
arrives "calls through a device without a kernel" --calls 50 --seconds 3 --rtcp 200
arrives "IPv6 to IPv4" --calls 20 --seconds 1 --addr-a fd00::2
check "TCP does not cross the exception port" in_ns b "$NET_DIR/tcp_echo.py" --send 200000 10.0.0.1 8080
for name in ping ping6 ping9; do
    wait_for 60 ended $name || fail "$name does not end"
    check "$name lost packets" all_answered $name 40
done
ok "ping over IPv4 and IPv6 and TCP crossed the exception port meanwhile"
sluicectl status --json >"$RUN/status.json"
[ "$(value "$RUN/status.json" workers 0 punted)" -gt 100 ] || fail "the workers say they gave the kernel nothing"

# The limits and lists of [guard] hold without XDP as well.
sluicectl guard deny 10.0.0.2/32 >/dev/null
in_ns a ping -q -c 1 -W 1 10.0.0.1 >/dev/null && fail "who is denied gets an answer"
in_ns b ping -q -c 1 -W 10 10.0.0.1 >/dev/null || fail "who is not denied gets no answer"
sluicectl drops >"$RUN/drops.log"
grep -q '^denied' "$RUN/drops.log" || fail "nothing is counted as denied: $(cat "$RUN/drops.log")"
sluicectl guard forget 10.0.0.2/32 >/dev/null
in_ns a ping -q -c 1 -W 10 10.0.0.1 >/dev/null || fail "who is denied no more gets no answer"
ok "a denied address is refused before the kernel sees it"

# Unknown sources at the kernel's services: each within its rate, all together within theirs, and whom the list allows at will.
limit() { sluicectl guard set "$1" "$2" >/dev/null || fail "the guard does not take $1 = $2"; }
dropped() { sluicectl drops | awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }'; }
punted() { sluicectl status --json >"$RUN/status.json" && value "$RUN/status.json" workers 0 punted; }
# flood REASON OPTION...: of 3000 packets the kernel gets 50 at once and 50 a second, or fewer; others are refused for REASON
flood() {
    local reason=$1 start=$SECONDS before kernel refused most
    shift
    before=$(dropped "$reason") kernel=$(punted)
    flood_send --pps 10000 --count 3000 "$@"
    check "nothing was refused as $reason ($*)" wait_for 10 refused "$reason" $((before + 1))
    sleep 0.5 # for the last of them
    kernel=$(($(punted) - kernel)) refused=$(($(dropped "$reason") - before))
    most=$((50 + 50 * (SECONDS - start + 1) + 20)) # and some ARP
    [ $kernel -le $most ] || fail "of 3000 packets ($*) the kernel got $kernel, not $most, and $refused were refused as $reason"
    ok "$reason: $refused of 3000 ($*)"
}
refused() { [ "$(dropped "$1")" -ge "$2" ]; }
attacker_add
RELAY_MAC=02:00:00:00:00:0a
start sip relay "$NET_DIR/udp.py" echo 5060
check "the echo service is not up" wait_for 5 logged sip ready
limit unknown-source-burst 50
limit unknown-source-pps 50
flood kernel-unknown-source-rate --kind syn --ports 22 --from 10.0.0.76
flood kernel-unknown-source-rate --kind icmp --from 10.0.0.77
flood kernel-unknown-source-rate --ports 5060 --from 10.0.0.78
in_ns a ping -q -c 3 -i 0.2 -W 10 10.0.0.1 >/dev/null || fail "one unknown source's flood costs another its pings"
[ "$(in_ns b "$NET_DIR/udp.py" probe 10.0.0.1 5060)" = answered ] || fail "one unknown source's flood costs another its SIP"
limit unknown-pps 50
flood kernel-unknown-total-rate --kind syn --ports 22
sluicectl guard allow 10.0.0.2/32 >/dev/null
in_ns a $PING -c 60 -i 0.02 10.0.0.1 >"$RUN/allowed.log" || fail "who is allowed gets no answer"
check "who is allowed is limited" all_answered allowed 60
ok "who is allowed is not"

stop sluiced || fail "exit status $? on SIGTERM"
! ip -n "$TAG-relay" link show sl-wan0 >/dev/null 2>&1 || fail "the exception port stays behind"
