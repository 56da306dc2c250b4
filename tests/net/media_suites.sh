#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Any suite talks to any other, and to plain RTP.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
suites="RTP AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32 AES_192_CM_HMAC_SHA1_80 AES_192_CM_HMAC_SHA1_32
    AES_256_CM_HMAC_SHA1_80 AES_256_CM_HMAC_SHA1_32 AEAD_AES_128_GCM AEAD_AES_256_GCM"
for a in $suites; do
    for b in $suites; do
        load suites --suite-a "$a" --suite-b "$b" --sdes only --seconds 0.2 --rtcp 50 ||
            fail "$a with $b"
    done
    ok "$a with every suite"
done
