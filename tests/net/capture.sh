#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The packets of a call can be looked at on their way: where each one's ended, and all of them in a file for Wireshark.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
start_sluiced relay 10.0.0.1/24

# frames FILE INTERFACE [FILTER]: how many packets tshark finds there
frames() { tshark -r "$1" -Y "frame.interface_name == \"$2\"${3:+ && $3}" 2>>"$RUN/tshark.log" | wc -l; }
# begun FILE: the daemon copies packets by now
begun() { [ -s "$1" ]; }
# tapped KIND TIMES: so often has the daemon told of one
tapped() { [ "$(grep -c "$1 of call .*asked for by uid 0" "$RUN/sluiced.log")" -ge "$2" ]; }
# over TIMES: so many have ended
over() { [ "$(grep -c ' has ended: ' "$RUN/sluiced.log")" -ge "$1" ]; }

# A call from SRTP to plain RTP, by hand: what alice sends without a valid tag is named.
offer shown "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
answer shown "$(sdp 10.0.0.3 6004)"
start trace relay "$SLUICECTL" -s "$CTL" trace shown 15
check "no word of the trace in the log" wait_for 5 tapped trace 1
rtp a 5004 "$TO_A" 5
rtp a 7004 "$TO_B" 5
rtp b 6004 "$TO_B" 5
check "the trace does not end with its count" wait_for 10 ended trace
[ "$(grep -cE ' alice audio#1 RTP +10\.0\.0\.2:5004 -> 10\.0\.0\.1:[0-9]+ ssrc 0x5100138c seq 10[0-4] len 182 \| dropped by unprotect: auth$' \
    "$RUN/trace.log")" -eq 5 ] || fail "bad tags are not named"
[ "$(grep -cE ' bob .*10\.0\.0\.2:7004 .* \| dropped by guard: source$' "$RUN/trace.log")" -eq 5 ] ||
    fail "who sends from elsewhere is not named"
[ "$(grep -cE ' bob audio#1 RTP +10\.0\.0\.3:6004 .* \| forwarded: 10\.0\.0\.1:[0-9]+ -> 10\.0\.0\.2:5004$' "$RUN/trace.log")" -eq 5 ] ||
    fail "what is forwarded does not say where to"
logged trace '^15 packets, 5 sent, 0 lost' || fail "no sum"
ok "$(grep -m1 unprotect "$RUN/trace.log")"

start trace relay "$SLUICECTL" -s "$CTL" --json trace shown 6
check "no second trace" wait_for 5 tapped trace 2
rtp b 6004 "$TO_B" 6 # five of them once more
check "the trace does not end with its count" wait_for 10 ended trace
python3 - "$RUN/trace.log" <<'PY' || fail "--json: $(cat "$RUN/trace.log")"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert [(line["verdict"], line["stage"]) for line in lines[:6]] == 5 * [("index-reuse", "commit")] + [("forwarded", "tx")]
assert lines[5]["sent_to"] == "10.0.0.2:5004" and lines[5]["leg"] == "bob" and "sent_to" not in lines[0]
assert lines[6]["end"] == "count" and len(lines) == 7
PY
ok "the same with --json"

# Real SRTP under load, captured.
"$LOAD" --in-flight 200 --ng "unix:$NG" --cpu "$(tool_core)" --netns-a "$TAG-a" --addr-a 10.0.0.2 --netns-b "$TAG-b" --addr-b 10.0.0.3 \
    --calls 2 --seconds 20 --rtcp 200 --keep >"$RUN/load.log" 2>&1 &
PIDS[load]=$!
ORDER+=(load)
there() { [ "$(sluicectl calls --json | grep -c '"state": "up"')" -ge 3 ]; }
check "no calls under load" wait_for 20 there
ID=$(sluicectl calls --json | python3 -c 'import json, sys
print([call["id"] for call in json.load(sys.stdin)["calls"] if call["id"] != "shown"][0])')
umask 0
start capture relay "$SLUICECTL" -s "$CTL" capture "$ID" "$RUN/wire.pcapng" 150
check "no capture" wait_for 5 begun "$RUN/wire.pcapng"
sluicectl capture shown "$RUN/second.pcapng" >"$RUN/second.log" 2>&1 && fail "a second capture is let in"
logged second "there is one at a time, and a capture of call $ID is going on, for uid 0" || fail "the second is not told why"
[ ! -e "$RUN/second.pcapng" ] || fail "the file of the second is there"
ok "$(cat "$RUN/second.log")"
check "the capture does not end with its count" wait_for 30 ended capture
[ "$(stat -c %a "$RUN/wire.pcapng")" = 600 ] || fail "others may read it: $(stat -c %A "$RUN/wire.pcapng")"
received=$(frames "$RUN/wire.pcapng" received) sent=$(frames "$RUN/wire.pcapng" sent)
[ ! -s "$RUN/tshark.log" ] || ! grep -v "Running as user" "$RUN/tshark.log" || fail "tshark complains"
logged capture "^150 packets, $sent sent, 0 lost" || fail "not what is in the file: $received, $sent"
[ "$received" -eq 150 ] && [ "$sent" -eq 150 ] || fail "received $received, sent $sent"
[ "$(frames "$RUN/wire.pcapng" clear)" -eq 0 ] || fail "in clear, and nobody asked"
logged sluiced "in clear" && fail "the log says that it was in clear"
ok "150 received, 150 sent, mode 600"
wait "${PIDS[load]}" || fail "the captured call is not as it was: $(cat "$RUN/load.log")"
unset "PIDS[load]"

# In clear only on demand: the silence that alice sends in plain RTP is never in what bob is sent.
silence=$(printf '00%.0s' {1..170})
# payloads FILE FILTER: what the datagrams have in them
payloads() { tshark -r "$1" -o udp.check_checksum:TRUE -Y "$2" -T fields -e udp.payload 2>>"$RUN/tshark.log"; }
for clear in "" --clear; do
    file=$RUN/talk$clear.pcapng
    offer "talk$clear" "$(sdp 10.0.0.2 5004)" transport-protocol=RTP/SAVP 'flags:=["SDES-only-AES_CM_128_HMAC_SHA1_80"]'
    answer "talk$clear" "$(sdp 10.0.0.3 6004 "$KEY1")"
    start capture relay "$SLUICECTL" -s "$CTL" $clear capture "talk$clear" "$file" 10
    check "no capture" wait_for 5 begun "$file"
    rtp b 6004 "$TO_B" 1 # no tag
    rtp a 5004 "$TO_A" 9
    check "the capture does not end with its count" wait_for 10 ended capture
    [ "$(frames "$file" sent)" -eq 9 ] || fail "sent: $(frames "$file" sent)"
    [ "$(frames "$file" received 'frame.comment == "dropped: auth, by unprotect"')" -eq 1 ] || fail "the drop has no comment"
    payloads "$file" 'frame.interface_name == "sent"' | has "$silence" && fail "SRTP leaves in clear"
done
[ "$(frames "$RUN/talk.pcapng" clear)" -eq 0 ] || fail "in clear, and nobody asked"
[ "$(payloads "$RUN/talk--clear.pcapng" 'frame.interface_name == "clear" && udp.checksum.status == 1' | grep -c "$silence")" -eq 9 ] ||
    fail "not what was said"
[ "$(grep -c 'capture of call .* in clear .*asked for by uid 0, pid ' "$RUN/sluiced.log")" -eq 1 ] || fail "--clear is not announced"
ok "$(grep -m1 'in clear' "$RUN/sluiced.log")"

# It ends with its client, with its time, with its call; a file that is there stays what it is.
ended_before=$(grep -c ' has ended: ' "$RUN/sluiced.log")
start capture relay "$SLUICECTL" -s "$CTL" capture talk "$RUN/gone.pcapng"
check "no capture" wait_for 5 begun "$RUN/gone.pcapng"
stop capture INT || fail "interrupted, and it is a failure"
check "it goes on without its client" wait_for 5 over $((ended_before + 1))
tshark -r "$RUN/gone.pcapng" >/dev/null 2>&1 || fail "an interrupted file cannot be read"
sluicectl capture talk "$RUN/timed.pcapng" 1s >"$RUN/timed.log" || fail "not for a second"
logged timed 'ended by time' || fail "not by its time"
start capture relay "$SLUICECTL" -s "$CTL" capture talk "$RUN/call.pcapng"
check "no capture" wait_for 5 begun "$RUN/call.pcapng"
ng delete call-id=talk from-tag=alice >/dev/null
check "it goes on without its call" wait_for 10 ended capture
logged capture 'ended by call ended' || fail "not by the end of the call"
echo mine >"$RUN/mine"
! sluicectl capture shown "$RUN/mine" 1 >"$RUN/refused.log" 2>&1 || fail "a file is overwritten"
[ "$(cat "$RUN/mine")" = mine ] && logged refused 'name a new file' || fail "a file is overwritten, or nobody says so"
! sluicectl trace nobody >"$RUN/refused.log" 2>&1 && logged refused "there is no such call" || fail "a call that is not there"
! sluicectl --clear trace shown >/dev/null 2>&1 || fail "a trace in clear"
ok "it ends with its client, its time and its call"
