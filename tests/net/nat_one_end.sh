#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A phone behind a NAT hears the other one, although its SDP says an address that nothing can be sent to.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"

nat_network
ns_add c
plug c 10.0.0.3/24
start_sluiced relay
one_end="--netns-a $TAG-a --addr-a 192.168.1.2 --netns-b $TAG-c --addr-b 10.0.0.3"
# Media sent before the phone's first packet has shown where it is is lost: a few packets each.
heard_well "caller behind a NAT" 20 $one_end --calls 5 --seconds 5 --rtcp 500
heard_well "caller behind a NAT, GCM" 20 $one_end --calls 5 --seconds 5 --rtcp 500 --mux ab \
    --suite-a AEAD_AES_256_GCM --suite-b AEAD_AES_128_GCM --sdes only
heard_well "callee behind a NAT" 20 --netns-b "$TAG-a" --addr-b 192.168.1.2 --netns-a "$TAG-c" --addr-a 10.0.0.3 \
    --calls 5 --seconds 5 --rtcp 500
heard_well "strict-source" 20 $one_end --calls 5 --seconds 5 --flags strict-source
heard_well "plain RTP, media-handover" 40 $one_end --calls 5 --seconds 5 --suite-a RTP --suite-b RTP \
    --flags media-handover
