#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A proxy that speaks NG over WebSocket is served on one connection for all its requests; others are kept out.
. "$(dirname "$0")/lib.sh"

ns_add relay
address relay lo 192.0.2.1/32
start_control relay 'ng = ws:127.0.0.1:8080' 'ng = ws:[::1]:8080'

client() { in_ns relay "$NET_DIR/ng_websocket.py" "$@"; }
for case in speaks call refuses crowd floods; do
    client 127.0.0.1 8080 $case || fail "$case"
    check "$case: the relay is gone" running sluiced
    ok $case
done
for case in speaks call; do client ::1 8080 $case || fail "IPv6: $case"; done
ok IPv6
client 127.0.0.1 8080 stranger || fail "a stranger was let in"
check "the stranger is not named in the log" logged sluiced '192.0.2.1 may not use'
sluicectl status | has '^NG by WebSocket: ' || fail "sluicectl status says nothing of WebSocket"
! grep -E 'inline:|AAECAw|BAECAw' "$RUN/sluiced.log" || fail "a key in the log"
[ "$(in_ns relay ss -Hltn | wc -l)" = 2 ] || fail "more listens than was configured"
gone() { sluicectl status --json | python3 -c 'import json, sys; sys.exit(json.load(sys.stdin)["websocket"]["connections"])'; }
check "connections are kept that are gone" wait_for 5 gone

# Stopped in the midst of a connection.
start client relay python3 -c "
import sys; sys.path.insert(0, '$NET_DIR')
from ng_websocket import *
client = WebSocket('127.0.0.1', 8080)
client.ask(b'1 d7:command4:pinge')
print('there', flush=True)
client.sock.settimeout(60)
client.receive()"
check "the client does not come in" wait_for 20 logged client there
stop sluiced || fail "exit status $? on SIGTERM"
check "the client was not let go" wait_for 5 ended client
