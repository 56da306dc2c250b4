#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An interface with more queues than the relay has workers loses no media: its queues are narrowed, or the relay
# refuses to start and says how.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

ns_add relay a
ip -n "$TAG-relay" link add name eth0 numrxqueues 2 numtxqueues 2 type veth \
    peer name eth0 numrxqueues 2 numtxqueues 2 netns "$TAG-a"
ip -n "$TAG-relay" link set dev eth0 up
ip -n "$TAG-a" link set dev eth0 up
address relay eth0 10.0.0.1/24
address a eth0 10.0.0.2/24 10.0.0.3/24
queues() { in_ns relay ethtool -l eth0 | awk '/^Current/ { now = 1 } now && /^RX:/ { print $2 }'; }
[ "$(queues)" = 2 ] || in_ns relay ethtool -L eth0 rx 2
[ "$(queues)" = 2 ] || fail "this veth cannot have two RX queues"
in_ns a ethtool -L eth0 tx 1 2>/dev/null || true # or the kernel refuses any XDP program on one queue

# sluiced_config SET-CHANNELS [IFACE]
sluiced_config() {
    cat <<CONF
[sluice]
user = root
runtime-dir = $RUN
[port wan]
device = af_xdp:${2:-eth0}
cores = $(media_core)
poll = adaptive
set-channels = $1
[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 20000-29999
[control]
ng = unix:$RUN/ng.sock
CONF
}
sluiced_config no >"$RUN/no.conf"
sluiced_config yes >"$RUN/yes.conf"

status=0
in_ns relay "$SLUICED" -c "$RUN/no.conf" >"$RUN/refused.log" 2>&1 || status=$?
[ $status = 1 ] || fail "with set-channels = no, exit status $status"
logged refused 'ethtool -L eth0' || fail "the refusal does not name the command"
[ "$(queues)" = 2 ] || fail "it touched the channels all the same"
ok "refused: $(sed -n 's/^sluiced: error: //p' "$RUN/refused.log")"

# A device whose driver does not let anybody read or set its channels: a bridge.
ip -n "$TAG-relay" link add name br0 numrxqueues 2 type bridge
ip -n "$TAG-relay" link set dev br0 up
sluiced_config yes br0 >"$RUN/fixed.conf"
status=0
in_ns relay timeout 20 "$SLUICED" -c "$RUN/fixed.conf" >"$RUN/fixed.log" 2>&1 || status=$?
[ $status = 1 ] || fail "queues that cannot be narrowed: exit status $status"
ok "refused: $(sed -n 's/^sluiced: error: //p' "$RUN/fixed.log")"

CONFIG=$RUN/yes.conf start_sluiced relay
[ "$(queues)" = 1 ] || fail "the channels were not narrowed"
arrives "after narrowing" --calls 50 --seconds 2 --netns-b "$TAG-a"
