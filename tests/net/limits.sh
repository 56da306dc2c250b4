#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A relay that is full says so in the words that make a proxy try another one, goes on with the calls it has, keeps a
# place for emergencies; and is, after having been full a thousand times, as it was before.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
MEDIA_PORTS=1024-59999 CONTROL=$'max-sessions = 4\n[limits]\nemergency-reserve = 1' start_sluiced relay 10.0.0.1/24

resident() { sluicectl status --json >"$RUN/status.json" && value "$RUN/status.json" "resident_kib"; }
rounds() { in_ns relay "$NET_DIR/limits.py" "$NG" "$1" >"$RUN/rounds.log" 2>&1 || fail "$(cat "$RUN/rounds.log")"; }

# The heap grows by 132 KiB at a time until it has found its shape. What is lost of each call is lost in every span: of 2000
# calls, 70 bytes each are such a step.
sizes=() least=
for spans in 1 2 3 4 5 6; do
    rounds 500
    sizes+=("$(resident)")
    [ "$spans" -gt 1 ] || continue
    grown=$((sizes[spans - 1] - sizes[spans - 2]))
    [ "${least:-$grown}" -lt "$grown" ] || least=$grown
    [ "$least" -gt 64 ] || break
done
[ "$(value "$RUN/status.json" calls now)" = 0 ] || fail "calls are left"
sluicectl ports --json >"$RUN/ports.json"
taken=$(value "$RUN/ports.json" ports 0 interfaces 0 pairs taken)
[ "$taken" = 0 ] || fail "$taken pairs of ports are still taken"
[ "$least" -le 64 ] || fail "resident memory after each 500 rounds, KiB: ${sizes[*]}"
refused=$(value "$RUN/status.json" admission sessions) admitted=$(value "$RUN/status.json" admission admitted)
[ "$refused" = $((1500 * spans)) ] || fail "$refused refusals counted, $((1500 * spans)) seen"
[ "$admitted" = $((2000 * spans)) ] || fail "$admitted calls counted as admitted, $((2000 * spans)) seen"
ok "full $((500 * spans)) times: no call, no port, no memory left behind (after each 500, KiB: ${sizes[*]})"
