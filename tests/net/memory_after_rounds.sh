#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A relay that has set up and ended calls for days is no larger than one that has done so for minutes.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
sed -i 's/^media-ports = .*/media-ports = 20000-59999/' "$RUN/sluice.conf" # none is used twice
stop sluiced
CONFIG=$RUN/sluice.conf start_sluiced relay
load rounds --calls 100 --rounds 40 --seconds 0.2 --relay-pid "${PIDS[sluiced]}" || fail "media in a round"
# What is remembered of ended calls has its bound, and is full by then; the heap has nearly found its shape.
early=$(value "$RUN/rounds.json" rss-kb 19) late=$(value "$RUN/rounds.json" rss-kb 39)
# The calls in between were two thousand: an allocation lost of each would show.
[ $((late - early)) -le 128 ] || fail "resident memory went from $early kB after 20 rounds to $late kB after 40"
ok "resident after 20 rounds $early kB, after 40 $late kB"
