#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Calls of every shape are heard through a Kamailio that leaves it to rtpengine_manage(), over the Unix socket.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"
. "$NET_DIR/call_shapes.sh"

call_shapes manage "unix:$RUN/ng.sock" "$@"
