#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two parties with valid keys that send fifty times what they announced get what they announced, with the slack that the
# operator grants, and twenty calls beside them lose nothing.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/attacker.sh"

media_switch
start_sluiced relay 10.0.0.1/24
seconds=3

load bystanders --calls 20 --seconds 60 --until "$RUN/over" &
bystanders=$!
up() { [ "$(sluicectl calls --json | grep -c '"state": "up"')" -ge 20 ] 2>/dev/null; }
wait_for 10 up || fail "no calls"
# Audio announces 100 packets a second; flow-rate-slack makes 200 of that, and half a second of them may come at once.
status=0
load abuser --in-flight 1000000 --calls 1 --pps 5000 --seconds $seconds --port-a 6000 --port-b 36000 --live || status=$?
touch "$RUN/over"
[ $status -le 1 ] || fail "the abuser's call could not be tried"
sent=$(value "$RUN/abuser.json" rtp sent) received=$(value "$RUN/abuser.json" rtp received) policed=$(drops rate)
took=$(value "$RUN/abuser.json" media-ms)
wait $bystanders || fail "calls beside it lose packets"
sluicectl ports --json >"$RUN/ports.json"
full=$(($(cable "$SWITCH" to-relay) + $(value "$RUN/ports.json" ports 0 missed))) # no room on a machine that is busy
[ $((received + policed + full)) -eq "$sent" ] || fail "$sent sent, $received received, $policed policed, $full found no room"
[ "$received" -ge $((2 * 100 * took / 1000)) ] || fail "only $received of what was announced came through"
[ "$received" -le $((2 * 200 * (took + 2000) / 1000)) ] || fail "$received came through of two parties with 200 a second each"
ok "of $sent packets of the two $received came through; the others: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' \
    "$RUN/bystanders.log")"
