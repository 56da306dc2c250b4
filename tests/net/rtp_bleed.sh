#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An attacker who sprays RTP over all media ports, before, during and after the set-up of calls, is not sent one packet
# and is not heard: on plain RTP too, where nothing tells his packets from the phone's but where they come from.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"

nat_network
ns_add c d
plug c 10.0.0.3/24
plug d 10.0.0.4/24
start_sluiced relay
calls="--netns-a $TAG-c --addr-a 10.0.0.3 --netns-b $TAG-d --addr-b 10.0.0.4 --calls 5 --seconds 3 --rounds 2"
spray
heard_well "plain RTP" 0 $calls --suite-a RTP --suite-b RTP
heard_well "plain RTP, strict-source" 0 $calls --suite-a RTP --suite-b RTP --flags strict-source
heard_well "SRTP" 0 $calls
heard_well "SRTP, strict-source" 0 $calls --flags strict-source
heard_well "SRTP, asymmetric" 0 $calls --flags asymmetric
spared "plain RTP and SRTP"
