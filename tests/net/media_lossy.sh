#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# On a bad line nothing is heard twice, what was lost stays lost alone, and what came late keeps its place.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
arrives "5 % lost, 5 % twice, 10 % out of order" --calls 20 --seconds 5 --loss 5 --dup 5 --reorder 10
[ "$(drops replay)" -gt 0 ] || fail "packets sent twice are not counted as replay"
arrives "the same with GCM" --calls 20 --seconds 5 --loss 5 --dup 5 --reorder 10 \
    --suite-a AEAD_AES_256_GCM --suite-b AEAD_AES_128_GCM --sdes only
