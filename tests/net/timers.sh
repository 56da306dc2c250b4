#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Calls that nobody ends are ended, for a reason that is logged, announced and can still be asked for; and who listens
# to events hears of calls as they go, or how much was missed.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
TIMERS=$'media-timeout = 3\nsilent-timeout = 6\noffer-timeout = 4\nsilence-notice = 1\nfinal-timeout = 11'
start_sluiced relay 10.0.0.1/24
start events relay "$SLUICECTL" -s "$CTL" --json events
check "no stream" wait_for 5 logged events listening

A="$(sdp 10.0.0.2 5004)" B="$(sdp 10.0.0.3 6004)"

# announced TEXT EVENT PATTERN...: within 10 s a line of that event has these patterns, in their order
announced() {
    local text=$1 event=$2 pattern
    shift 2
    pattern="\"event\":\"$event\"$(printf '.*%s' "$@")"
    wait_for 10 logged events "$pattern" || fail "$text: no $event with $*"
    ok "$text"
}

offer talks "$(sdp 10.0.0.2 5104)"
answer talks "$(sdp 10.0.0.3 6104)"
start talker a "$NET_DIR/rtp_talk.py" 5104 10.0.0.1 "$TO_A" 20
start listener b "$NET_DIR/rtp_talk.py" 6104 10.0.0.1 "$TO_B" 20
offer unanswered "$A"
offer silent "$A"
answer silent "$B"
announced "call up" up '"call":"silent"'
rtp a 5999 "$TO_A" 20 # its NAT gave it another port
announced "media found elsewhere than announced" latched '"call":"silent"' '"leg":"alice"' 10.0.0.2:5999
announced "silence of one party" silent '"call":"silent"' '"leg":"bob"'

offer held "$A"
answer held "$B"
offer held "$(sdp 10.0.0.2 5004 "" a=inactive)" to-tag=bob
answer held "$(sdp 10.0.0.3 6004 "" a=inactive)"

offer keys "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
answer keys "$B"
offer keys "$(sdp 10.0.0.2 5004 "$KEY2")" to-tag=bob transport-protocol=RTP/AVP
answer keys "$B"
announced "new keys in mid-call" rekeyed '"call":"keys"' '"leg":"alice"' '"reinvite":1'

announced "media timeout" timed-out '"call":"silent"' '"media timeout"'
announced "the end, with totals" ended '"call":"silent"' '"media timeout"' '"leg":"alice","packets":[1-9]'
announced "offer timeout" timed-out '"call":"unanswered"' '"offer timeout"'
sluicectl calls | has '^held ' || fail "the call on hold ended with the others"
announced "silent timeout" timed-out '"call":"held"' '"silent timeout"'
logged sluiced 'call silent is ended: media timeout, 3 s' || fail "not logged"

ng query call-id=silent >"$RUN/query.json" || fail "query does not know a call that has timed out"
grep -q '"reason": "media timeout"' "$RUN/query.json" || fail "query does not say why it ended"
[ "$(value "$RUN/query.json" totals RTP packets)" -ge 1 ] || fail "query does not say what it carried"
sluicectl why silent | has "bob" || fail "why does not speak of a call that has timed out"
sluicectl why silent | has '^ended  *media timeout' || fail "why does not say that it is over"
ng delete call-id=silent >"$RUN/delete.json" || fail "delete of a call that has timed out is an error"
ok "a call that has timed out can be asked for"

announced "final timeout, of a call in which both talk" timed-out '"call":"talks"' '"final timeout"'
announced "its end" ended '"call":"talks"' '"leg":"alice","packets":[1-9][0-9][0-9].*"leg":"bob","packets":[1-9][0-9][0-9]'
logged sluiced 'call talks is ended: final timeout, 11 s' || fail "not logged"
ng query call-id=talks | has '"reason": "final timeout"' || fail "query does not say why it ended"

start slow relay "$NET_DIR/slow_reader.py" "$CTL" "$RUN/read-now"
check "the slow reader does not start" wait_for 5 logged slow asked
in_ns relay python3 - "$NET_DIR" "$NG" "$A" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from ng import NG
ng = NG(sys.argv[2])
for number in range(2400):
    call = "x%d" % number + "-" * 60
    ng.request({"command": "offer", "call-id": call, "from-tag": "a", "sdp": sys.argv[3]})
    ng.request({"command": "delete", "call-id": call})
END
touch "$RUN/read-now"
wait_for 10 logged slow '"lost"' || fail "a slow reader is not told what it missed"
ok "a slow reader is told: $(tail -n 1 "$RUN/slow.log")"
[ "$(grep -c '"call":"x' "$RUN/events.log")" = 2400 ] || fail "the quick reader missed events as well"
ok "and costs the quick one nothing"
