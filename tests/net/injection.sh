#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Nothing that a caller puts into a call-id, a tag or a label acts on the operator's terminal, or looks like more than a name.
. "$(dirname "$0")/lib.sh"

ns_add relay
TIMERS='offer-timeout = 1'
start_control relay "ng = unix:$RUN/ng.sock"
start events relay "$SLUICECTL" -s "$CTL" events
check "no stream" wait_for 5 logged events listening
start json relay "$SLUICECTL" -s "$CTL" --json events
check "no stream of JSON" wait_for 5 logged json listening

cat >"$RUN/inject.py" <<'END'
import sys
import ng
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n"
relay = ng.NG(sys.argv[1])
offer = {"command": "offer", "call-id": "plain", "from-tag": "a", "label": "l", "sdp": SDP}
for key in ("call-id", "from-tag", "to-tag", "via-branch", "label"):
    for bad in ("\x1b[2J", "x\nforged", "x\r", "\0", "\x7f", "\t"):
        reply = relay.request(dict(offer, **{key: "x" + bad}))
        if reply["result"] != "error" or "control character" not in reply["error-reason"]:
            sys.exit("%s with %r: %r" % (key, bad, reply))
# Characters that SIP has no use for either, and that were never refused: shown, and shown as one word.
for i, odd in enumerate(("x leg=forged alarm=raised", b"\x9b2J", "\u009b2J", "\u202eevil", "\u2028sluiced: forged", "\u200b")):
    odd = odd if isinstance(odd, bytes) else odd.encode()
    reply = relay.request(dict(offer, **{"call-id": b"odd%d " % i + odd, "from-tag": odd, "label": b"l" + odd}))
    if reply["result"] != "ok":
        sys.exit("%r: %r" % (odd, reply))
END
in_ns relay env PYTHONPATH="$NET_DIR" python3 "$RUN/inject.py" "$NG" || fail "control characters in a name"
ok "control characters in a name are refused"

# plain FILE: nothing in it but what a typewriter has; no name that is two words
plain() {
    [ -s "$RUN/$1" ] || fail "$1 is empty"
    ! LC_ALL=C grep -nP '[^\x20-\x7e]' "$RUN/$1" >&2 || fail "$1 has more in it than text"
    [ "$2" = json ] || ! grep -nE 'x leg=|odd[0-9] ' "$RUN/$1" >&2 || fail "$1 has a name that is two words"
}
sluicectl calls >"$RUN/calls"
plain calls text
sluicectl calls --json >"$RUN/calls.json"
plain calls.json json
python3 -c 'import json, sys
for call in json.load(open(sys.argv[1]))["calls"]: print(call["id"])' "$RUN/calls.json" >"$RUN/ids"
[ "$(grep -c odd "$RUN/ids")" = 6 ] || fail "the calls are not there"
while IFS= read -r id; do
    sluicectl call "$id" >"$RUN/call" 2>&1 || continue # one that is no UTF-8 is known by another name
    plain call text
    sluicectl why "$id" >"$RUN/why" && plain why text
done <"$RUN/ids"
# Cut within a character, a message is one all the same, and not no answer.
! sluicectl guard deny "x$(printf 'ü%.0s' {1..60})" >"$RUN/cut" 2>&1 || fail "a name is taken for a prefix"
has 'is no IPv4 or IPv6 prefix' <"$RUN/cut" || fail "a message that is cut: $(cat "$RUN/cut")"
ended() { [ "$(grep -c 'is ended' "$RUN/sluiced.log")" = 6 ]; }
check "the calls do not end" wait_for 20 ended
stop events || true
stop json || true
plain sluiced.log text
plain events.log text
plain json.log json
ok "views, events and log have nothing in them but text, and names are words"
stop sluiced || fail "exit status $? on SIGTERM"
