#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A GStreamer endpoint that speaks AEAD_AES_256_GCM and one that speaks AES_CM_128_HMAC_SHA1_80 hear each other.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/gstreamer.sh"

switch_add switch
ns_add relay left right
plug relay 10.0.0.1/24
plug left 10.0.0.2/24
plug right 10.0.0.3/24
start_sluiced relay 10.0.0.1/24

gst_pair 10.0.0.2 AEAD_AES_256_GCM 10.0.0.3 AES_CM_128_HMAC_SHA1_80 5004
gst_heard 5004 "AEAD_AES_256_GCM with AES_CM_128_HMAC_SHA1_80"
