#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Calls of every shape are heard through a Kamailio whose script says offer, answer and delete, over UDP.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"
. "$NET_DIR/call_shapes.sh"

CONTROL='ng = udp:127.0.0.1:22222'
call_shapes routes udp:127.0.0.1:22222 "$@"
