#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two phones that insist on SRTP talk through Kamailio and Sluice: each hears the other, and nobody else's key.
# HOLD=FILE: the call goes on until that file exists.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/phones.sh"

phone_network
start_sluiced relay $RELAY/24
start_kamailio relay $RELAY "unix:$NG"
start_call
wait_for 20 talked 6 || say "6 s of sound did not come"
[ -z "${HOLD:-}" ] || wait_for 300 [ -e "$HOLD" ] || fail "nobody made $HOLD"
ask_relay
end_call
check "Kamailio was not told how the call was" wait_for 5 logged kamailio 'quality mos_'
grep -a 'quality mos_' "$RUN/kamailio.log" | tr ' ' '\n' >"$RUN/quality.txt"
# Zero, as the relay's own list has it; a packet that the busy machine lost is told of as well.
loss=0
! grep -q '"lost": [1-9]' "$RUN/call.json" || { loss='[0-9]*' && say "lost some: $(cat "$RUN/call.json")"; }
for key in $(mos_keys); do
    case $key in
    *_at*) value='0:[0-5][0-9]' ;;
    *_packetloss*) value=$loss ;;
    *_samples*) value='[1-9]' ;;
    *_jitter* | *_roundtrip*) value='[0-9]*' ;;
    *) value='4\.[0-4]' ;;
    esac
    grep -qx "$key=$value" "$RUN/quality.txt" ||
        fail "\$avp($key): $(grep "^$key=" "$RUN/quality.txt"), and of the call: $(cat "$RUN/call.json")"
done
ok "Kamailio's $(mos_keys | wc -w) variables: $(grep -E '^mos_(average|min_at)(_[AB])?=' "$RUN/quality.txt" | tr '\n' ' ')"
python3 - "$RUN/call.json" <<'END' || fail "labels: $(cat "$RUN/call.json")"
import json, sys
for leg in json.load(open(sys.argv[1]))["legs"]:
    at = leg["media"][0]["remote"].split(":")[0]
    assert {"10.0.0.2": "caller", "10.0.0.3": "callee"}[at] == leg["label"], at
END
check "\$rtpstat is empty" logged kamailio 'rtpstat .*RTP: [1-9][0-9]* bytes'
report 1000 440 || fail "the call went wrong"
stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
