#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A proxy that speaks NG over UDP is answered once per request however often it asks, and strangers are not answered.
. "$(dirname "$0")/lib.sh"

ns_add relay
address relay lo 192.0.2.1/32
start_control relay "ng = unix:$RUN/ng.sock" 'ng = udp:127.0.0.1:22222' 'ng = udp:[::1]:22222'

for host in 127.0.0.1 ::1; do
    for case in speaks repeats silent refuses floods opensips; do
        in_ns relay "$NET_DIR/ng_udp.py" $host 22222 "$SLUICECTL -s $CTL status --json" $case || fail "$host: $case"
        check "$case: the relay is gone" running sluiced
    done
    ok "$host"
done

in_ns relay "$NET_DIR/ng_udp.py" "unix:$NG" 0 "$SLUICECTL -s $CTL status --json" opensips || fail "OpenSIPS, Unix socket"
ok "OpenSIPS over the Unix socket"

# Loopback is all that is let in; the Unix socket is where it was.
in_ns relay python3 - <<'END' || fail "a stranger was answered"
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
    stranger.bind(("192.0.2.1", 0))
    stranger.settimeout(0.5)
    stranger.sendto(b"1 d7:command4:pinge", ("127.0.0.1", 22222))
    try:
        sys.exit("answered %r" % stranger.recv(100))
    except TimeoutError:
        pass
END
check "the stranger is not named in the log" logged sluiced '192.0.2.1 may not use'
[ "$(ng ping --get result)" = pong ] || fail "the Unix socket is silent"
sluicectl status | has '^NG by UDP: ' || fail "sluicectl status says nothing of UDP"
! grep -E 'inline:|AAECAw|BAECAw' "$RUN/sluiced.log" || fail "a key in the log"
sluicectl status --json | python3 -c '
import json, sys
status = json.load(sys.stdin)
udp = status["udp"]
if udp["refused_by_source"] != 1 or udp["duplicates"] < 10 or udp["malformed"] < 20:
    sys.exit(udp)
if status["calls"]["now"]:
    sys.exit("calls are left: %r" % status["calls"])' || fail "the counters are wrong"
ok "strangers"
stop sluiced || fail "exit status $? on SIGTERM"
