#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The output of sluicectl fits a terminal of 80 columns while a call is up, and is as docs/sluicectl.schema.json says with --json.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
mkdir -m 0750 "$RUN/records"
CONTROL=$'ng = udp:10.0.0.1:2222\nng = ws:10.0.0.1:8080\n[records]\ndirectory = '$RUN$'/records\naudit = on\n[homer]\nhep = udp:10.0.0.3:9060' \
    start_sluiced relay 10.0.0.1/24 fd00::1/64

# described VERB FILE: everything in it is in the schema
described() { "$NET_DIR/json_schema.py" "$1" "$2" >"$RUN/schema.log" 2>&1 || fail "--json: $(cat "$RUN/schema.log")"; }
start events relay "$SLUICECTL" -s "$CTL" --json events
check "no stream of events" wait_for 10 logged events listening

load call --calls 2 --seconds 2 --rtcp 200 --addr-a fd00::2 --keep || fail "no calls: $(cat "$RUN/call.log")"
sluicectl calls --json >"$RUN/calls.json"
ID=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["calls"][0]["id"])' "$RUN/calls.json")

for view in status calls "call $ID" drops "drops --all" ports guard "why $ID"; do
    read -ra words <<<"$view"
    sluicectl "${words[@]}" >"$RUN/view.log" || fail "sluicectl $view: exit status $?"
    [ -s "$RUN/view.log" ] || fail "sluicectl $view says nothing"
    wide=$(awk 'length($0) > 80' "$RUN/view.log")
    [[ $view != why* ]] || wide= # whole sentences
    [ -z "$wide" ] || fail "sluicectl $view is wider than 80 columns: $wide"
    sluicectl "${words[@]}" --json >"$RUN/view.json" || fail "sluicectl $view --json: exit status $?"
    described "${words[0]}" "$RUN/view.json"
    ok "sluicectl $view: $(wc -l <"$RUN/view.log") lines"
done
# The same at a glance: a frame as text; on a terminal until q, which is as it was afterwards.
sluicectl top --once >"$RUN/view.log" || fail "sluicectl top --once: exit status $?"
[ -z "$(awk 'length($0) > 80' "$RUN/view.log")" ] && grep -q "^${ID:0:20}.* up " "$RUN/view.log" || fail "top: $(cat "$RUN/view.log")"
status=0
sluicectl top </dev/null >"$RUN/view.log" 2>&1 || status=$?
[ $status -eq 2 ] && grep -q -e --once "$RUN/view.log" || fail "top without a terminal: $status, $(cat "$RUN/view.log")"
python3 - "$SLUICECTL" -s "$CTL" top >"$RUN/view.log" 2>&1 <<'PY' || fail "top on a terminal: $(cat "$RUN/view.log")"
import os, sys, termios
# This end of it stays open here: its last close would set it to what every terminal begins with.
terminal, end = os.openpty()
pid = os.fork()
if not pid:
    os.login_tty(end)
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], sys.argv[1:])
before, seen = termios.tcgetattr(terminal), b""
while b"call-id" not in seen:
    seen += os.read(terminal, 4096)
os.write(terminal, b"q")
while b"\x1b[?1049l" not in seen:
    seen += os.read(terminal, 4096)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
after = termios.tcgetattr(terminal)
assert seen.startswith(b"\x1b[?1049h") and before == after, (before, after)
sys.exit(status)
PY
ok "sluicectl top"

for act in "metrics" "audit head" "rotate" "guard set alarm-pps 1001"; do
    read -ra words <<<"$act"
    sluicectl "${words[@]}" --json >"$RUN/view.json" || fail "sluicectl $act --json: exit status $?"
    described "${words[0]}" "$RUN/view.json"
done
# After that change the file says other than what runs, until it is read again.
for act in "config show" "config diff" "reload"; do
    read -ra words <<<"$act"
    status=0
    sluicectl "${words[@]}" --json >"$RUN/view.json" || status=$?
    [ $status -eq "$([ "$act" = 'config diff' ] && echo 1 || echo 0)" ] || fail "sluicectl $act --json: exit status $status"
    described "${words[0]}" "$RUN/view.json"
    [ "$act" = "config show" ] || grep -q '"key": *"alarm-pps"' "$RUN/view.json" || fail "$act: $(cat "$RUN/view.json")"
done
sluicectl doctor -c "$RUN/sluice.conf" --json >"$RUN/view.json" || [ $? -eq 1 ] || fail "the doctor does not end well"
described doctor "$RUN/view.json"

# Answers line by line. One packet is forwarded, one refused.
offer lines "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
answer lines "$(sdp 10.0.0.3 6004)"
start trace relay "$SLUICECTL" -s "$CTL" --json trace lines 2
check "no trace" wait_for 5 logged sluiced 'trace of call'
rtp a 5004 "$TO_A" 1
rtp b 6004 "$TO_B" 1
check "the trace does not end with its count" wait_for 10 ended trace
described trace "$RUN/trace.log"
start capture relay "$SLUICECTL" -s "$CTL" --json capture lines "$RUN/lines.pcapng" 1
check "no capture" wait_for 5 logged sluiced 'capture of call'
rtp b 6004 "$TO_B" 1
check "the capture does not end with its count" wait_for 10 ended capture
described capture "$RUN/capture.log"
ng delete call-id=lines from-tag=alice >/dev/null
check "no event of the end" wait_for 5 logged events '"event":"ended"'
stop events || true
described events "$RUN/events.log"
ok "each answer is as the schema says: $(wc -l <"$RUN/events.log") events, $(wc -l <"$RUN/trace.log") lines of a trace"

! sluicectl call nonsense >"$RUN/view.log" 2>&1 || fail "a call that does not exist is shown"
! sluicectl nonsense >"$RUN/view.log" 2>&1 || fail "a view that does not exist is shown"

# Callers choose ids: completion offers the plain one, and runs none.
for id in 'plain-7@10.0.0.2' "\$(touch $RUN/ran)" "plain-\`touch $RUN/ran\`"; do
    offer "$id" "$(sdp 10.0.0.2 5004)"
done
. "$NET_DIR/../../deploy/completion/sluicectl"
COMP_WORDS=("$SLUICECTL" -s "$CTL" why pl) COMP_CWORD=4
_sluicectl
[ "${COMPREPLY[*]}" = 'plain-7@10.0.0.2' ] || fail "'why pl' is completed with '${COMPREPLY[*]}'"
COMP_WORDS=("$SLUICECTL" -s "$CTL" why "") COMP_CWORD=4
_sluicectl
[ ${#COMPREPLY[@]} -eq 3 ] || fail "'why' is completed with '${COMPREPLY[*]}'"
[ ! -e "$RUN/ran" ] || fail "completion runs what a call-id says"
ok "completion of ids"
