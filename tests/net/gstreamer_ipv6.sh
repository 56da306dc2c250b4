#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An IPv6 endpoint and an IPv4 endpoint hear each other, with packets of the size that video has.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/gstreamer.sh"

switch_add switch
ns_add relay left right
plug relay 10.0.0.1/24 fd00::1/64
plug left fd00::2/64
plug right 10.0.0.3/24
start_sluiced relay 10.0.0.1/24 fd00::1/64

BYTES=1200
gst_pair fd00::2 AEAD_AES_256_GCM 10.0.0.3 AES_CM_128_HMAC_SHA1_80 5004
gst_heard 5004 "IPv6 with IPv4"
