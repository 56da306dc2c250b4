#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A call whose sequence numbers wrap goes on without a gap, also when packets are lost or out of order just then.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
# No SDP announces what the last one sends.
POLICY='flow-rate-slack = off' start_sluiced relay 10.0.0.1/24
for suite in AES_CM_128_HMAC_SHA1_80 AEAD_AES_256_GCM; do
    with=(--calls 20 --seconds 3 --suite-a $suite --suite-b AES_256_CM_HMAC_SHA1_80)
    arrives "$suite, wrap" "${with[@]}" --seq-start 65500
    arrives "$suite, wrap with loss and reordering" "${with[@]}" --seq-start 65470 --loss 20 --reorder 30
    arrives "$suite, first packet is the last number" "${with[@]}" --seq-start 65535
done
# Twice round: 131,072 numbers and more, at the highest rate of one stream.
arrives "two wraps" --calls 1 --pps 8000 --seconds 18 --seq-start 65000
