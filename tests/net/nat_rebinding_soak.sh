#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A call whose both ends are behind NATs that forget their mappings at random keeps its audio for SECONDS (300): no
# gap as long as a second, and no more than a few packets for each change.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/nat.sh"

: "${SECONDS_LONG:=300}" "${SEED:=$$}"
RANDOM=$SEED
nat_network
start_sluiced relay

# Drawn before, since what the call may lose depends on how many there are: when, and whose mappings.
moments=() ends=()
for ((at = 2000; at < (SECONDS_LONG - 2) * 1000; at += 500 + RANDOM % 8000)); do
    case $((RANDOM % 5)) in
    0 | 1) moments+=($at) ends+=(a) ;;
    2 | 3) moments+=($at) ends+=(b) ;;
    *) moments+=($at $at) ends+=(a b) ;;
    esac
done
(
    start=${EPOCHREALTIME/./}
    for i in "${!moments[@]}"; do
        left=$((moments[i] - (${EPOCHREALTIME/./} - start) / 1000))
        [ $left -le 0 ] || sleep "$((left / 1000)).$(printf %03d $((left % 1000)))"
        rebind "${ends[i]}"
    done
) &
PIDS[rebinder]=$! ORDER+=(rebinder)
heard_well "${#moments[@]} rebindings in $SECONDS_LONG s (SEED=$SEED)" $((10 * ${#moments[@]})) \
    --netns-a "$TAG-a" --addr-a 192.168.1.2 --netns-b "$TAG-b" --addr-b 192.168.2.2 \
    --calls 1 --seconds "$SECONDS_LONG" --rtcp 2000 --keep
sluicectl call "$(sluicectl calls --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][0]["id"])')" \
    --json >"$RUN/call.json"
moves=-2 # the first one of each end is no rebinding
for leg in 0 1; do
    moves=$((moves + $(value "$RUN/call.json" legs $leg media 0 source moves)))
done
[ $moves -ge $((${#moments[@]} * 9 / 10)) ] || fail "only $moves moves were seen: the NATs did not rebind"
ok "the relay followed $moves times"
