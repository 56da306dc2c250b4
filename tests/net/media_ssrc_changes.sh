#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A caller in a queue hears every announcement, each with an SSRC of its own, for as long as the call lasts.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
# 20 SSRCs a second, by both parties.
for pair in "AES_CM_128_HMAC_SHA1_80 AEAD_AES_256_GCM" "AES_CM_128_HMAC_SHA1_32 AES_256_CM_HMAC_SHA1_80" \
    "RTP AEAD_AES_256_GCM" "RTP RTP"; do
    arrives "${pair/ / and }" --calls 3 --seconds 5 --pps 200 --ssrc-packets 10 --rtcp 100 \
        --suite-a "${pair% *}" --suite-b "${pair#* }"
done
# More than a key has records for.
arrives "1,080 SSRCs" --calls 2 --seconds 27 --pps 200 --ssrc-packets 5 \
    --suite-a AES_CM_128_HMAC_SHA1_80 --suite-b AEAD_AES_256_GCM
check "an SSRC was refused" [ "$(drops ssrc-limit)" -eq 0 ]
