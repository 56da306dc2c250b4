#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A relay that is full says so in the words that make a proxy try another one, goes on with the calls it has, keeps a
# place for emergencies; and is, after having been full a thousand times, as it was before.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
CONFIG=$RUN/limits.conf
cat >"$CONFIG" <<END
[sluice]
user = root
runtime-dir = $RUN
[port wan]
device = af_xdp:eth0
guard-object = $GUARD
cores = $(media_core)
poll = adaptive
[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 1024-59999
[control]
ng = unix:$RUN/ng.sock
max-sessions = 4
[limits]
emergency-reserve = 1
END
CONFIG=$CONFIG start_sluiced relay

resident() { sluicectl status --json >"$RUN/status.json" && value "$RUN/status.json" "resident KiB"; }
rounds() { in_ns relay "$NET_DIR/limits.py" "$NG" "$1" >"$RUN/rounds.log" 2>&1 || fail "$(cat "$RUN/rounds.log")"; }

rounds 500 # until the heap has found its shape
early=$(resident)
rounds 500
late=$(resident)
[ "$(value "$RUN/status.json" calls now)" = 0 ] || fail "calls are left"
sluicectl ports --json >"$RUN/ports.json"
taken=$(value "$RUN/ports.json" ports 0 interfaces 0 pairs taken)
[ "$taken" = 0 ] || fail "$taken pairs of ports are still taken"
[ $((late - early)) -le 128 ] || fail "resident memory went from $early KiB after 500 rounds to $late KiB after 1000"
refused=$(value "$RUN/status.json" admission sessions) admitted=$(value "$RUN/status.json" admission admitted)
[ "$refused" = 3000 ] || fail "$refused refusals counted, 3000 seen"
[ "$admitted" = 4000 ] || fail "$admitted calls counted as admitted, 4000 seen"
ok "full a thousand times: no call, no port, no memory left behind ($early, then $late KiB)"
