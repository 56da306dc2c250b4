#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A phone without encryption and one with SRTP hear each other, whichever of them calls.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
arrives "RTP calls SRTP" --calls 20 --rtcp 100 --suite-a RTP
arrives "SRTP calls RTP" --calls 20 --rtcp 100 --suite-b RTP
arrives "RTP calls GCM" --calls 20 --rtcp 100 --suite-a RTP --suite-b AEAD_AES_256_GCM
arrives "RTP calls RTP" --calls 20 --rtcp 100 --suite-a RTP --suite-b RTP
