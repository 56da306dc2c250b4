#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A relay with a foot in each of two networks carries calls from one to the other, and within each.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

ns_add relay a b
veth relay eth0 a eth0
veth relay eth1 b eth0
address relay eth0 10.0.1.1/24 fd00:1::1/64
address a eth0 10.0.1.2/24 fd00:1::2/64
address relay eth1 10.0.2.1/24 fd00:2::1/64
address b eth0 10.0.2.2/24 fd00:2::2/64

check "IPv6 does not come up" wait_for 10 settled relay a b

CONFIG=$RUN/two.conf
cat >"$CONFIG" <<CONF
[sluice]
user = root
runtime-dir = $RUN

[port left]
device = af_xdp:eth0
cores = $(media_core)
poll = adaptive

[port right]
device = af_xdp:eth1
cores = $(media_core)
poll = adaptive

[interface inside]
port = left
address = 10.0.1.1/24
address = fd00:1::1/64
media-ports = 20000-29999

[interface outside]
port = right
address = 10.0.2.1/24
address = fd00:2::1/64
media-ports = 30000-39999

[control]
ng = unix:$RUN/ng.sock
CONF
start_sluiced relay

arrives "inside calls outside" --calls 50 --seconds 2 --rtcp 200 --query --direction inside,outside \
    --addr-a 10.0.1.2 --addr-b 10.0.2.2
arrives "outside calls inside, GCM to plain" --calls 50 --seconds 2 --rtcp 200 --direction outside,inside \
    --netns-a "$TAG-b" --addr-a 10.0.2.2 --netns-b "$TAG-a" --addr-b 10.0.1.2 \
    --suite-a AEAD_AES_256_GCM --suite-b RTP
arrives "inside IPv6 calls outside IPv4" --calls 50 --seconds 2 --direction inside,outside \
    --addr-a fd00:1::2 --addr-b 10.0.2.2
arrives "inside calls inside" --calls 50 --seconds 2 --direction inside,inside \
    --addr-a 10.0.1.2 --netns-b "$TAG-a" --addr-b 10.0.1.2
in_ns a ping -q -c 1 -W 10 10.0.1.1 >/dev/null || fail "no ping on the first interface"
in_ns b ping -q -c 1 -W 10 10.0.2.1 >/dev/null || fail "no ping on the second interface"

# The same with a worker of its own for each port: packets leave by a port that their worker has no queue of.
first=$(tool_core)
if [ "$first" != "$(media_core)" ]; then
    stop sluiced
    awk -v core="$first" '/^\[port left\]/ { left = 1 } left && /^cores/ { $3 = core; left = 0 } { print }' \
        "$CONFIG" >"$RUN/own.conf"
    CONFIG=$RUN/own.conf start_sluiced relay
    arrives "two workers: inside calls outside" --calls 50 --seconds 2 --rtcp 200 --query --direction inside,outside \
        --addr-a 10.0.1.2 --addr-b 10.0.2.2
    sluicectl status --json >"$RUN/status.json"
    for worker in 0 1; do
        [ "$(value "$RUN/status.json" workers $worker forwarded)" -gt 4000 ] || fail "worker $worker did nothing"
    done
fi
