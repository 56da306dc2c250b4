#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Video calls with packets close to the MTU pass whole, encrypted on both legs or on one.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24 fd00::1/64
arrives "1,200 bytes" --video --avpf --calls 10 --pps 200 --payload 1200 --rtcp 100
arrives "1,200 bytes, GCM, IPv6 to IPv4" --video --avpf --calls 10 --pps 200 --payload 1200 \
    --suite-b AEAD_AES_256_GCM --addr-a fd00::2
arrives "1,200 bytes, RTP to SRTP" --video --avpf --calls 10 --pps 200 --payload 1200 --suite-a RTP
