#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A phone with IPv6 and one with IPv4 hear each other, whichever of them calls; so do two with IPv6.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24 fd00::1/64
arrives "IPv6 calls IPv4" --calls 20 --rtcp 100 --addr-a fd00::2
arrives "IPv4 calls IPv6" --calls 20 --rtcp 100 --addr-b fd00::3 --suite-b AEAD_AES_256_GCM
arrives "IPv6 calls IPv6" --calls 20 --rtcp 100 --addr-a fd00::2 --addr-b fd00::3
arrives "IPv6 calls IPv4, odd sizes" --calls 20 --addr-a fd00::2 --payload 171
