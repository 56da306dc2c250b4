#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# When a call has ended, not one more packet of it passes: the ports are closed with the reply to the delete.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
before=$(drops closed)
arrives "20 calls, and nothing after their end" --calls 20 --after-delete 10
closed=$(($(drops closed) - before))
[ $closed -eq 400 ] || fail "400 packets after the end, $closed counted as closed"
arrives "20 plain calls, and nothing after their end" --calls 20 --after-delete 10 --suite-a RTP --suite-b RTP
