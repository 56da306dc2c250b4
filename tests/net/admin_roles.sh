#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A user that admin-read names sees counters; it sees no call, changes nothing, and the log says that it tried. No network
# reaches the relay but by what its configuration names.
. "$(dirname "$0")/lib.sh"

ns_add relay
chmod 755 "$RUN" # strangers reach the socket, and are turned away there
cp "$SLUICECTL" "$RUN/sluicectl"
start_control relay "ng = unix:$RUN/ng.sock" 'admin-read = user:nobody' 'admin-read = group:games'
ng offer call-id=private from-tag=a \
    "sdp=$(printf 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n')" >/dev/null

# Sockets of this namespace's network are the relay's, or nobody's.
[ -z "$(in_ns relay ss -Hltun)" ] || fail "it listens: $(in_ns relay ss -Hltunp)"
ok "nothing listens"

as() {
    local who=$1
    shift
    setpriv --reuid="${who%:*}" --regid="${who#*:}" --clear-groups "$RUN/sluicectl" -s "$CTL" "$@" >"$RUN/as.log" 2>&1
}

for who in nobody:nogroup daemon:games; do
    for view in status drops ports guard metrics; do
        as $who $view || fail "$who may not see $view: $(cat "$RUN/as.log")"
        ! grep -q private "$RUN/as.log" || fail "$view names a call"
    done
    for verb in calls 'call private' 'why private' events 'trace private' "capture private $RUN/none" \
        'guard set min-ttl 7' 'guard deny 198.51.100.0/24'; do
        read -ra words <<<"$verb"
        as $who "${words[@]}" && fail "$who may: $verb" || true
        logged as 'may only read counters (admin-read)' || fail "$who, $verb: no reason given: $(cat "$RUN/as.log")"
    done
done
[ ! -e "$RUN/none" ] || fail "a file of a capture that was refused is there"
as daemon:daemon status && fail "anybody may read" || true
logged sluiced 'uid [0-9]* (pid [0-9]*) may only read counters, refused: ' || fail "the log does not tell of it"

sluicectl calls | has private || fail "root does not see the call"
sluicectl guard set min-ttl 7 >/dev/null || fail "root may not change the guard"
sluicectl guard --json | has '198.51.100' && fail "a reader has changed the guard" || true
ok "readers read, and change nothing"
stop sluiced || fail "exit status $? on SIGTERM"
