#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# NATs that forget their mappings in mid-call cost a few packets, not the call, also while forged packets come in.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"

nat_network
start_sluiced relay
spray
(
    for end in a b a b a b a b; do
        sleep 1 # of the call, which goes on
        rebind $end
    done
) &
rebinder=$!
heard_well "8 rebindings in 10 s" 60 --netns-a "$TAG-a" --addr-a 192.168.1.2 --netns-b "$TAG-b" --addr-b 192.168.2.2 \
    --calls 2 --seconds 10 --rtcp 500
wait $rebinder
spared "while NATs rebind"
