#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Quality reports cross the relay both ways and unchanged, on a port of their own or on the media's, per leg.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
for suite in AES_CM_128_HMAC_SHA1_32 AEAD_AES_128_GCM; do
    with=(--calls 10 --rtcp 50 --query --suite-a $suite)
    arrives "$suite, own ports" "${with[@]}"
    arrives "$suite, one port" "${with[@]}" --mux ab
    arrives "$suite, one port for the caller only" "${with[@]}" --mux a --rtcp-mux demux
    arrives "$suite, one port for the called only" "${with[@]}" --mux b --rtcp-mux offer
done
