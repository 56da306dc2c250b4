#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two parties with valid keys that send fifty times what they announced get what they announced, with the slack that the
# operator grants, and twenty calls beside them lose nothing.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24
seconds=3

load bystanders --calls 20 --seconds 7 &
bystanders=$!
up() { [ "$(sluicectl calls --json | grep -c '"state": "up"')" -ge 20 ] 2>/dev/null; }
wait_for 10 up || fail "no calls"
# Audio announces 100 packets a second; flow-rate-slack makes 200 of that, and half a second of them may come at once.
status=0
load abuser --calls 1 --pps 5000 --seconds $seconds --port-a 6000 --port-b 36000 --live || status=$?
[ $status -le 1 ] || fail "the abuser's call could not be tried"
sent=$(value "$RUN/abuser.json" rtp sent) received=$(value "$RUN/abuser.json" rtp received) policed=$(drops rate)
wait $bystanders || fail "calls beside it lose packets"
[ $((received + policed)) -eq "$sent" ] || fail "$sent sent, $received received and $policed policed"
[ "$received" -ge $((2 * 200 * seconds / 2)) ] || fail "only $received of what was announced came through"
[ "$received" -le $((2 * 200 * (seconds + 2))) ] || fail "$received came through of two parties with 200 a second each"
ok "of $sent packets of the two $received came through; the others: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' \
    "$RUN/bystanders.log")"
