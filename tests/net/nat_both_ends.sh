#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two phones, each behind a NAT of its own, hear each other; an attacker who sprays all ports gets not one packet.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"

nat_network
start_sluiced relay
both_ends="--netns-a $TAG-a --addr-a 192.168.1.2 --netns-b $TAG-b --addr-b 192.168.2.2"
spray
heard_well "both ends behind NATs" 40 $both_ends --calls 5 --seconds 5 --rtcp 500
heard_well "both ends behind NATs, GCM" 40 $both_ends --calls 5 --seconds 5 --rtcp 500 \
    --suite-a AEAD_AES_256_GCM --suite-b AEAD_AES_128_GCM --sdes only
spared "SRTP"
