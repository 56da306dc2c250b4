#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Whatever a client sends to the control socket, or fails to send, it gets a reason, the calls stay, others are served.
. "$(dirname "$0")/lib.sh"

ns_add relay
chmod 755 "$RUN" # strangers reach the socket, and are turned away there
ulimit -n 8192
export ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=4} # else freed memory counts as grown
start_control relay "ng = unix:$RUN/ng.sock"

client() { "$NET_DIR/ng_bad_input.py" "$NG" "$@"; }
resident() { sluicectl status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["resident_kib"])'; }
calls() { sluicectl call stays --json | python3 -c '
import json, sys
call = json.load(sys.stdin)
del call["age"]
print(json.dumps(call))'; }

# A call that is up all the while.
printf 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n' >"$RUN/sdp"
ng offer call-id=stays from-tag=a "sdp=@$RUN/sdp" >/dev/null
ng answer call-id=stays from-tag=a to-tag=b "sdp=@$RUN/sdp" >/dev/null
before=$(calls)

client malformed
client random
memory=$(resident)
start polite relay "$NET_DIR/ng_bad_input.py" "$NG" polite 20
for case in malformed early killed random stranger answers slow crowd partial; do
    client $case || fail "$case"
    check "$case: the relay is gone" running sluiced
    ok "$case"
done
check "the polite client did not end" wait_for 30 ended polite
check "a client that does nothing wrong was kept waiting" stop polite
ok "meanwhile nobody else waited longer than $(cat "$RUN/polite.log") ms"

[ "$(calls)" = "$before" ] || fail "the call that was up is not what it was: $(calls)"
grown=$(($(resident) - memory))
[ $grown -lt 32768 ] || fail "the relay has grown by $grown KiB"
ok "memory grew by $grown KiB"

sluicectl status --json | python3 -c '
import json, sys
control = json.load(sys.stdin)["control"]
for name, least in {"malformed": 50, "incomplete": 10, "timeouts": 5, "evicted": 900}.items():
    if control[name] < least:
        sys.exit("%s is counted %d times only" % (name, control[name]))' || fail "what was refused is not counted"
ok "all of it is counted"
stop sluiced || fail "exit status $? on SIGTERM"
