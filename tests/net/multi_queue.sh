#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A port with two queues and two workers carries calls in order and whole, whichever queue the device picks for a packet, RTP
# and RTCP of a call on different ones too; and it says how packets are spread.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

first=$(tool_core)
if [ "$first" = "$(media_core)" ]; then
    say "skipped: one core only"
    exit 77
fi

# The device is a TAP of DPDK's own with two queues; a bridge is its wire. Sluice's exception port has the addresses.
switch_add switch
ns_add relay a b
ip -n "$TAG-relay" link add name wire type bridge mcast_snooping 0
ip -n "$TAG-relay" link set dev wire up
in_ns relay sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
veth "$SWITCH" to-relay relay eth0
ip -n "$TAG-$SWITCH" link set dev to-relay master br
ip -n "$TAG-relay" link set dev eth0 master wire
plug a 10.0.0.2/24
plug b 10.0.0.3/24

CONFIG=$RUN/queues.conf
cat >"$CONFIG" <<CONF
[sluice]
user = root
runtime-dir = $RUN

[port wan]
device = vdev:net_tap0,iface=wire0
cores = $first,$(media_core)
poll = adaptive
tap = sl-wan0
mac = 02:00:00:00:00:0a

[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 20000-29999

[control]
ng = unix:$RUN/ng.sock
CONF
start_sluiced relay
ip -n "$TAG-relay" link set dev wire0 master wire
ip -n "$TAG-relay" link set dev wire0 up
check "it does not say how packets are spread" logged sluiced 'RSS: '
say "$(grep -o 'RSS: .*' "$RUN/sluiced.log")"
in_ns a ping -q -c 3 -i 0.2 -W 10 10.0.0.1 >/dev/null || fail "no ping"

arrives "two queues, two workers" --calls 40 --seconds 3 --rtcp 100 --query
arrives "GCM to plain" --calls 40 --seconds 2 --rtcp 100 --suite-a AEAD_AES_256_GCM --suite-b RTP
sluicectl status --json >"$RUN/status.json"
for worker in 0 1; do
    [ "$(value "$RUN/status.json" workers $worker forwarded)" -gt 1000 ] || fail "worker $worker did nothing"
done
