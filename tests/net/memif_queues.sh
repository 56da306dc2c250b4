#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers behind the two queues of a memif carry the calls of another process whole and in order, whichever
# queue a packet arrives on.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

first=$(tool_core)
if [ "$first" = "$(media_core)" ]; then
    say "skipped: one core only"
    exit 77
fi
ns_add relay
memif=net_memif0,socket=$RUN/memif.sock,socket-abstract=no,rsize=11
own=02:00:00:00:00:0a peer=02:00:00:00:00:0b

CONFIG=$RUN/memif.conf
cat >"$CONFIG" <<CONF
[sluice]
user = root
runtime-dir = $RUN

[port wan]
device = vdev:$memif,role=server
cores = $first,$(media_core)
poll = adaptive
mac = $own
neighbor = 10.0.0.2 $peer
neighbor = 10.0.0.3 $peer
tap = none

[interface ia]
port = wan
address = 10.0.0.1/24
media-ports = 20000-29999

[interface ib]
port = wan
address = 10.0.0.4/24
media-ports = 20000-29999

[control]
ng = unix:$RUN/ng.sock

[guard]
flow-rate-slack = off
CONF
start_sluiced relay

# With 40 calls at 8,000 packets a second each queue has a quarter of a second to wait in.
in_ns relay "$BUILD/bench/wire_load" --vdev "$memif,role=client,mac=$peer" --queues 2 --relay-mac $own --core "$first" \
    --rate 8000 --seconds 3 --json "$RUN/wire.json" -- --ng "unix:$NG" --addr-a 10.0.0.2 --addr-b 10.0.0.3 \
    --direction ia,ib --calls 40 --suite-a AES_CM_128_HMAC_SHA1_80 --suite-b AEAD_AES_256_GCM --sdes only \
    >"$RUN/wire.log" 2>&1 || fail "a packet came back wrong, or nothing could be sent"
sent=$(value "$RUN/wire.json" best packets) received=$(value "$RUN/wire.json" best received)
[ "$received" = "$sent" ] || fail "of $sent packets $received came back"
for what in reordered duplicated bad; do
    [ "$(value "$RUN/wire.json" best $what)" = 0 ] || fail "$(value "$RUN/wire.json" best $what) packets $what"
done
ok "sent $sent, received $received"
sluicectl status --json >"$RUN/status.json"
for worker in 0 1; do
    forwarded=$(value "$RUN/status.json" workers $worker forwarded)
    [ "$forwarded" -gt $((sent / 5)) ] || fail "worker $worker forwarded $forwarded packets"
    ok "worker $worker forwarded $forwarded"
done
