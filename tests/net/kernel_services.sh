#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# While media flows, the relay server's kernel still answers ping and SIP on the same netdev.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/gstreamer.sh"
. "$NET_DIR/phones.sh"

switch_add switch
ns_add relay left right
plug relay 10.0.0.1/24
plug left 10.0.0.2/24
plug right 10.0.0.3/24
start_sluiced relay 10.0.0.1/24
start_kamailio relay 10.0.0.1 "unix:$NG"

gst_pair 10.0.0.2 AEAD_AES_256_GCM 10.0.0.3 AES_CM_128_HMAC_SHA1_80 5004
wait_for 20 recorded_bytes heard-right-5004 8000 || fail "no media"
in_ns left $PING -c 40 -i 0.05 10.0.0.1 >"$RUN/ping.log" || fail "no ping"
check "ping loses packets" all_answered ping 40
for _ in {1..20}; do
    check "Kamailio stopped answering" in_ns right "$NET_DIR/sip_ping.py" 10.0.0.1
done
ok "40 pings and 20 SIP requests answered"
gst_heard 5004 "meanwhile"
