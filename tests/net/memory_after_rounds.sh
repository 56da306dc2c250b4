#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A relay that has set up and ended calls for days is no larger than one that has done so for minutes.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
MEDIA_PORTS=20000-59999 start_sluiced relay 10.0.0.1/24 # none is used twice
load rounds --calls 100 --rounds 60 --seconds 0.2 --relay-pid "${PIDS[sluiced]}" || fail "media in a round"
# The memory of ended calls has its bound, and is full by then. The heap grows by 132 KiB at a time until it has found its
# shape; what is lost of each call is lost in every span: of 2000 calls, 70 bytes each are such a step.
sizes=() least=
for last in 19 29 39 49 59; do
    sizes+=("$(value "$RUN/rounds.json" rss-kb $last)")
    n=${#sizes[@]}
    [ "$n" -gt 2 ] || continue
    grown=$((sizes[n - 1] - sizes[n - 3]))
    [ "${least:-$grown}" -lt "$grown" ] || least=$grown
done
[ "$least" -le 64 ] || fail "resident memory after 20, 30 ... 60 rounds, kB: ${sizes[*]}"
ok "resident memory after 20, 30 ... 60 rounds, kB: ${sizes[*]}"
