#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A proxy is served at once whatever other users and clients do at the control sockets.
. "$(dirname "$0")/lib.sh"

ns_add relay
chmod 755 "$RUN" # other users reach the sockets
ulimit -n 16384
start_control relay "ng = unix:$RUN/ng.sock" 'ng = udp:127.0.0.1:22222' \
    'ng-allow = uid:0' 'ng-allow = uid:4242' 'ng-allow = group:daemon'

daemon=$(getent group daemon | cut -d: -f3)
# connects UID GID GROUPS SOCKET: does the kernel let that user connect?
connects() {
    local uid=$1 gid=$2 groups=$3 socket=$4
    in_ns relay python3 - "$uid" "$gid" "$groups" "$socket" <<'END'
import os, socket, sys
os.setgroups([int(group) for group in sys.argv[3].split()])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
try:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(sys.argv[4])
except PermissionError:
    sys.exit(1)
END
}
connects 4242 4242 "" "$NG" || fail "a user of ng-allow is refused by the kernel"
connects 4243 "$daemon" "" "$NG" || fail "one in a group of ng-allow is refused by the kernel"
connects 4243 4243 "$daemon" "$NG" || fail "one in a group of ng-allow by the way is refused by the kernel"
! connects 4243 4243 "" "$NG" || fail "a user whom ng-allow does not name may connect to NG"
! connects 4242 4242 "$daemon" "$CTL" || fail "a user of NG may connect to the admin socket"
ok "the kernel lets connect whom the configuration names, and nobody else"

in_ns relay "$NET_DIR/control_share.py" "$NG" "$CTL" 22222 >"$RUN/share" || {
    cat "$RUN/share" >&2
    fail "the proxy had not its share"
}
while read -r line; do ok "$line"; done <"$RUN/share"
check "the relay is gone" running sluiced

# Out of descriptors for a while: who waits is served when there are some again, and nothing spins meanwhile.
pid=$(pgrep -P "${PIDS[sluiced]}" -x sluiced || echo "${PIDS[sluiced]}")
pauses() { sluicectl status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["control"]["pauses"])'; }
before=$(pauses) files=$(prlimit --pid "$pid" --nofile --noheadings --output SOFT)
prlimit --pid "$pid" --nofile=3:
ng ping >"$RUN/pong" &
waiting=$!
check "the log does not say that there are no descriptors" wait_for 10 logged sluiced 'cannot be taken now'
prlimit --pid "$pid" --nofile="$files:"
wait $waiting || fail "a client that waited for a descriptor is not served"
[ "$(pauses)" -gt "$before" ] || fail "the listener did not look away"
[ $(($(pauses) - before)) -lt 100 ] || fail "the listener spun: $(($(pauses) - before)) times"
ok "out of descriptors, the listener looked away $(($(pauses) - before)) time(s), and came back"
stop sluiced || fail "exit status $? on SIGTERM"
