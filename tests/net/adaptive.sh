#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# With `poll = adaptive` an idle relay costs next to nothing, and calls go through it all the same; the latency is shown beside that of a busy relay.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch

# CPU ticks that the relay has used so far.
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$(pgrep -P "${PIDS[sluiced]}" -x sluiced || echo "${PIDS[sluiced]}")/stat"; }

start_sluiced relay 10.0.0.1/24
sleep 1 # start-up is not idleness
before=$(ticks) since=$EPOCHREALTIME
sleep 4
used=$(($(ticks) - before)) elapsed=$((${EPOCHREALTIME/./} - ${since/./}))
percent=$((used * 1000000 * 100 / $(getconf CLK_TCK) / elapsed))
[ $percent -lt 5 ] || fail "idle, the relay uses $percent % of a core"
ok "idle: $percent % of a core"

# One call: 20 ms between packets of a direction, ages for a worker that went to sleep.
arrives "one call through a sleeping worker" --calls 1 --seconds 3
adaptive=$(value "$RUN/arrives.json" latency-us p50)
stop sluiced
sed -i 's/poll = adaptive/poll = busy/' "$RUN/sluice.conf"
CONFIG=$RUN/sluice.conf start_sluiced relay
arrives "one call through a busy worker" --calls 1 --seconds 3
busy=$(value "$RUN/arrives.json" latency-us p50)
# A figure, not a verdict: on a busy machine the scheduler decides when a sleeper runs.
ok "p50 latency: $adaptive us through a sleeping worker, $busy us through a busy one"
