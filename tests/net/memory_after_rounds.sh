#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A relay that has set up and ended calls for days is no larger than one that has done so for minutes.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
load rounds --calls 100 --rounds 20 --seconds 0.2 --relay-pid "${PIDS[sluiced]}" || fail "media in a round"
# What is remembered of ended calls has its bound, and is full by then.
early=$(value "$RUN/rounds.json" rss-kb 9) late=$(value "$RUN/rounds.json" rss-kb 19)
# Tables of ports are touched page by page, at random; a leaked call would be a megabyte and more.
[ $((late - early)) -le 512 ] || fail "resident memory went from $early kB after 10 rounds to $late kB after 20"
ok "resident after 10 rounds $early kB, after 20 $late kB"
