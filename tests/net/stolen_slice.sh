#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# While the relay is off its core, what arrives waits in its AF_XDP socket: 4,000 packets (20 ms at 200,000 a second) are
# all forwarded afterwards, and what had no room is counted as missed.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
POLICY="flow-rate-slack = off" start_sluiced relay 10.0.0.1/24

sdp() { printf 'v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %s RTP/AVP 0\r\n' "$1" "$1" "$2"; }
relay_port() { sed -n 's/^m=audio \([0-9]*\) .*/\1/p'; }
ng offer call-id=slice from-tag=a sdp="$(sdp 10.0.0.2 6000)" --get sdp >"$RUN/to-b.sdp" || fail "no offer"
ng answer call-id=slice from-tag=a to-tag=b sdp="$(sdp 10.0.0.3 6000)" --get sdp >"$RUN/to-a.sdp" || fail "no answer"
port=$(relay_port <"$RUN/to-a.sdp")

missed() { sluicectl ports --json >"$RUN/ports.json" && value "$RUN/ports.json" ports 0 missed; }
forwarded() { sluicectl drops --json >"$RUN/drops.json" && value "$RUN/drops.json" forwarded; }
accounted() { [ $(($(forwarded) + $(missed) - before)) -ge "$1" ]; }

# stolen COUNT: so many packets while every thread of the relay stands still
stolen() {
    before=$(($(forwarded) + $(missed))) had=$(forwarded) lost=$(missed)
    kill -STOP "${PIDS[sluiced]}"
    in_ns a python3 - "$port" "$1" "$2" <<'PY'
import socket, struct, sys, time
port, count, first = map(int, sys.argv[1:])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("10.0.0.2", 6000))
    for number in range(first, first + count):
        sock.sendto(struct.pack("!BBHII", 0x80, 0, number, number * 160, 0x51) + bytes(160), ("10.0.0.1", port))
        if number % 64 == 0:
            time.sleep(0.001)
PY
    kill -CONT "${PIDS[sluiced]}"
    wait_for 10 accounted "$1" || fail "of $1 packets $(forwarded) were forwarded and $(missed) missed: not all are accounted for"
    got=$(($(forwarded) - had)) gone=$(($(missed) - lost))
    [ $((got + gone)) -eq "$1" ] || fail "$got forwarded and $gone missed of $1"
}

stolen 10 1 # neighbours are known from here on
stolen 4000 100
[ "$got" -eq 4000 ] || fail "$gone of 4000 packets found no room"
ok "4000 packets, all forwarded"
stolen 6000 5000
[ "$got" -ge 4000 ] || fail "only $got of 6000 packets found room"
ok "6000 packets: $got forwarded, $gone counted as missed"
