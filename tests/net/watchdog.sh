#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The service manager hears that the relay lives, and hears nothing more as soon as one worker stands still.
. "$(dirname "$0")/lib.sh"

ns_add relay
export NOTIFY_SOCKET=$RUN/notify.sock
start manager relay "$NET_DIR/notify_listen.py" "$NOTIFY_SOCKET"
check "no service manager" wait_for 10 test -S "$NOTIFY_SOCKET"
start_control relay "ng = unix:$RUN/ng.sock"

beats() { grep -c '^WATCHDOG=1$' "$RUN/manager.log" || true; }
more_than() { [ "$(beats)" -gt "$1" ]; }
check "it does not say that it is ready" wait_for 10 logged manager '^READY=1'
check "it does not say that it lives" wait_for 10 more_than 2
ok "ready, and alive $(beats) times"

pid=${PIDS[sluiced]}
worker=$(grep -lx 'sluice-w0' "/proc/$pid/task/"*/comm | cut -d / -f 5)
start holder relay "$NET_DIR/hold_thread.py" "$worker"
check "the worker is not held" wait_for 10 logged holder held
check "the log does not tell of a worker that stands" wait_for 20 logged sluiced 'the worker on core .* has stood still'
before=$(beats)
check "the log has nothing after that" wait_for 20 logged sluiced 'has stood still for [3-9] s'
[ "$(beats)" = "$before" ] || fail "a worker stands, and all is said to be well"
ok "$(grep -o 'the worker on core.*' "$RUN/sluiced.log" | head -n 1)"

stop holder || true
check "the worker turns, and nothing is said of it" wait_for 20 more_than "$before"
stop sluiced || fail "exit status $? on SIGTERM"
check "it does not say that it stops" wait_for 5 logged manager '^STOPPING=1'
ok "it turns again; stopping"
