#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Every suite that GStreamer knows is understood by an endpoint with another suite, and the other way round.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/gstreamer.sh"

switch_add switch
ns_add relay left right
plug relay 10.0.0.1/24
plug left 10.0.0.2/24
plug right 10.0.0.3/24
start_sluiced relay 10.0.0.1/24

# Left offers one suite, right answers with one of those that the relay offers by default.
pairs=(
    "AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_80 6000"
    "AES_CM_128_HMAC_SHA1_32 AES_256_CM_HMAC_SHA1_80 6010"
    "AES_256_CM_HMAC_SHA1_80 AEAD_AES_256_GCM 6020"
    "AES_256_CM_HMAC_SHA1_32 AES_CM_128_HMAC_SHA1_80 6030"
    "AEAD_AES_128_GCM AES_256_CM_HMAC_SHA1_80 6040"
    "AEAD_AES_256_GCM AEAD_AES_256_GCM 6050"
)
for pair in "${pairs[@]}"; do
    read -r left right port <<<"$pair"
    gst_pair 10.0.0.2 "$left" 10.0.0.3 "$right" "$port"
done
for pair in "${pairs[@]}"; do
    read -r left right port <<<"$pair"
    gst_heard "$port" "$left with $right"
done
