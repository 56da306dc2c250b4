#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Every call leaves a record that tells what it was, however it ends; every change leaves one that nobody can alter
# unnoticed; and a disk that fills up costs records, which are counted, but no call.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

DIR=$RUN/records JSON=$RUN/records/cdr.jsonl CSV=$RUN/records/cdr.csv AUDIT=$RUN/records/audit.jsonl
media_switch
mkdir "$DIR"
mount -t tmpfs -o size=64k,mode=0750 tmpfs "$DIR"
# lib.sh removes what it made on every way out; so must this be.
trap 'status=$?; set +e; umount -l "$DIR" 2>/dev/null; (exit $status); cleanup' EXIT
TIMERS='offer-timeout = 2'
CONTROL=$'ng = udp:10.0.0.1:2222\n[records]\ndirectory = '$DIR$'\ncdr = both\naudit = on\nfsync = each'
start_sluiced relay 10.0.0.1/24

# recorded CALL: its record is there; in $RUN/cdr.json
recorded() { grep -h "\"call\":\"$1\"" "$DIR"/cdr.jsonl* >"$RUN/cdr.json"; }

# A call with SRTP by the generator, ended by a delete: the figures are those that query told.
load call --calls 1 --seconds 2 --keep || fail "no call: $(cat "$RUN/call.log")"
ID=$(sluicectl calls --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][0]["id"])')
ng query "call-id=$ID" >"$RUN/query.json"
sluicectl call "$ID" --json >"$RUN/view.json"
ng delete "call-id=$ID" >"$RUN/delete.json"
wait_for 10 recorded "$ID" || fail "no record of a call that was deleted"
python3 - "$RUN" "$CSV" <<'END' || fail "not what query said: $(cat "$RUN/cdr.json")"
import csv, json, sys
run, table = sys.argv[1:]
cdr, query, view = (json.load(open("%s/%s.json" % (run, name))) for name in ("cdr", "query", "view"))
row = list(csv.DictReader(open(table, newline="")))[0]
rtp, rtcp = query["totals"]["RTP"], query["totals"]["RTCP"]
assert rtp["packets"] > 100
assert cdr["totals"]["packets"] == rtp["packets"] == int(row["packets"])
assert cdr["totals"]["bytes"] == rtp["bytes"] == int(row["bytes"])
assert cdr["totals"]["rtcp_packets"] == rtcp["packets"] and cdr["totals"]["drops"] == rtp["errors"]
assert cdr["cause"] == row["cause"] == "deleted" and cdr["call"] == row["call"]
assert 2000 <= cdr["talk_ms"] <= cdr["duration_ms"] == int(row["duration_ms"])
assert cdr["set_up"] <= cdr["answered"] < cdr["ended"] and cdr["ended"].endswith("Z")
for party, leg, seen in zip("ab", cdr["legs"], view["legs"]):
    medium, shown = leg["media"][0], seen["media"][0]
    stream = query["SSRC"][str(medium["streams"][0]["ssrc"])]
    for key in ("packets", "bytes", "rtcp_packets", "drops"):
        assert medium["from_leg"][key] == shown["from_leg"][key], key
    assert medium["streams"][0]["packets"] == stream["packets"]
    assert medium["streams"][0]["lost"] == stream["cumulative loss"] == int(row[party + "_lost"])
    assert abs(medium["streams"][0]["mos"] * 10 - stream["average MOS"]["MOS"]) < 1
    assert medium["suite"] == shown["suite"] == row[party + "_suite"] != "NONE"
    assert medium["signalled"] == shown["remote"] == medium["seen"] == row[party + "_seen"], medium
    assert medium["local"] == shown["local"] and leg["interface"] == "public"
    assert medium["payload_types"][0]["codec"], medium
assert "key" not in open(run + "/cdr.json").read()
END
ok "deleted: the figures of query, in JSON and CSV"

offer unanswered "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
wait_for 10 recorded unanswered || fail "no record of a call that timed out"
has '"answered":null.*"cause":"offer timeout"' <"$RUN/cdr.json" || fail "timed out: $(cat "$RUN/cdr.json")"
ok "timed out"

# Others that leave a trace.
sluicectl guard deny 192.0.2.0/24 >"$RUN/guard.log" || fail "guard deny"
in_ns a python3 -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"1 d7:command4:pinge", ("10.0.0.1", 2222))'
check "a stranger is not recorded" wait_for 10 grep -q '"command":"connect"' "$AUDIT"

# Rotation as logrotate does it, and by the verb.
mv "$JSON" "$JSON.1"
offer moved "$(sdp 10.0.0.2 5004)"
ng delete call-id=moved >"$RUN/delete.json"
wait_for 10 grep -q '"call":"moved"' "$JSON" || fail "nothing is written to a new file after a rename"
mv "$CSV" "$CSV.1"
mv "$AUDIT" "$AUDIT.1"
sluicectl rotate || fail "sluicectl rotate: exit status $?"
wait_for 10 test -s "$CSV" || fail "no new file after sluicectl rotate"
cmp <(head -n 1 "$CSV") <(head -n 1 "$CSV.1") || fail "the new file has another header"
ok "renamed files are made anew"

# counted: "written lost" of cdr.jsonl
counted() { sluicectl status --json | python3 -c 'import json, sys
file = json.load(sys.stdin)["records"]["cdr.jsonl"]
print(file["written"], file["lost"])'; }
read -r written lost < <(counted)
[ "$written $lost" = "3 0" ] || fail "3 records, and counted: $written written, $lost lost"

# The disk fills up.
filler() { python3 - "$NET_DIR" "$NG" "$1" "$2" "$(sdp 10.0.0.2 5004)" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from ng import NG
ng = NG(sys.argv[2])
for number in range(int(sys.argv[4])):
    call = "%s%d" % (sys.argv[3], number)
    reply = ng.request({"command": "offer", "call-id": call, "from-tag": "a", "sdp": sys.argv[5]})
    assert reply["result"] == "ok", reply
    assert ng.request({"command": "delete", "call-id": call})["result"] == "ok"
END
}
all_counted() { read -r written lost < <(counted) && [ $((written + lost)) -eq "$1" ]; }
filler full 150 || fail "a full disk refuses calls"
wait_for 10 all_counted 153 || fail "153 calls, but $written written and $lost lost"
[ "$lost" -gt 0 ] || fail "150 records fit into 64 KiB"
[ "$(cat "$DIR"/cdr.jsonl* | wc -l)" -eq "$written" ] || fail "$written are said to be written"
wait_for 10 logged sluiced 'alarm=raised kind=records' || fail "no alarm"
logged sluiced 'cdr.jsonl: No space left on device; calls go on' || fail "the log does not say why"
sluicectl status | has 'cdr.jsonl: .* lost; NOW: No space left' || fail "status: $(sluicectl status)"
sluicectl metrics | has "^sluice_records_total{file=\"cdr.jsonl\",became=\"lost\"} $lost\$" || fail "metrics: not $lost lost"
load full --calls 2 --seconds 1 || fail "a call while the disk is full: $(cat "$RUN/full.log")"
ok "a full disk: $lost of 150 records lost, and counted; calls go on"

rm "$DIR"/cdr.*.1
mount -o remount,size=4m "$DIR"
filler again 20
wait_for 10 grep -q '"call":"again19"' "$JSON" || fail "writing does not go on"
[ "$(grep -c '"call":"again' "$JSON")" -eq 20 ] || fail "records are missing after there was room again"
python3 - "$DIR" <<'END' || fail "a line that does not parse"
import csv, json, sys
calls = [json.loads(line)["call"] for line in open(sys.argv[1] + "/cdr.jsonl")]
rows = list(csv.DictReader(open(sys.argv[1] + "/cdr.csv", newline="")))
assert len(set(calls)) == len(calls) and calls[-1] == rows[-1]["call"] == "again19"
assert all(None not in row and None not in row.values() for row in rows)
END
wait_for 10 logged sluiced 'cdr.jsonl is written again, after' || fail "the log does not say that it goes on"
ok "there is room again: whole lines, and nothing of those that were lost"

# The end of the daemon.
load last --calls 3 --seconds 1 --keep || fail "no calls: $(cat "$RUN/last.log")"
stop sluiced || fail "exit status $? on SIGTERM"
[ "$(grep -c '"cause":"shutdown"' "$JSON")" -eq 3 ] || fail "SIGTERM: not a record of each call"
[ "$(grep -c ',shutdown,' "$CSV")" -eq 3 ] || fail "SIGTERM: not a record of each call as CSV"
ok "SIGTERM: a record of each call that was up"

# The audit trail: who did what, in one chain over rotation and losses; each way to tamper with it is found.
HEAD=$(sed -n 's/.*audit: the trail ends with //p' "$RUN/sluiced.log")
sluicectl audit verify --head "$HEAD" "$AUDIT.1" "$AUDIT" >"$RUN/verify.log" 2>&1 || fail "verify: $(cat "$RUN/verify.log")"
has 'more could not be written at their time' <"$RUN/verify.log" || fail "it does not say what was lost: $(cat "$RUN/verify.log")"
python3 - "$AUDIT.1" "$AUDIT" "$ID" <<'END' || fail "the trail does not tell what was done: $(head -n 3 "$AUDIT.1")"
import json, sys
records = [json.loads(line) for path in sys.argv[1:3] for line in open(path)]
first, last = records[0], records[-1]
assert first["command"] == "start" and first["key"] == "config" and len(first["value"]) == 64, first
assert last["command"] == "stop", last
of_call = [(r["command"], r["result"], r["via"], r["who"]["uid"]) for r in records if r.get("call") == sys.argv[3]]
assert of_call == [("offer", "ok", "ng", 0), ("answer", "ok", "ng", 0), ("delete", "ok", "ng", 0)], of_call
done = {r["command"]: r for r in records}
assert done["rotate"]["via"] == "ctl" and done["rotate"]["who"]["pid"] > 0
assert done["set-guard"]["key"] == "deny" and done["set-guard"]["value"] == "192.0.2.0/24"
assert done["connect"]["who"]["address"].startswith("10.0.0.2:") and done["connect"]["result"] == "refused"
assert "inline" not in open(sys.argv[1]).read()
END
# tampered TEXT SED-SCRIPT
tampered() {
    sed "$2" "$AUDIT.1" >"$RUN/tampered"
    ! sluicectl audit verify --head "$HEAD" "$RUN/tampered" "$AUDIT" >"$RUN/verify.log" 2>&1 || fail "$1 is not found"
    has "^sluicectl: [^ ]*:[0-9]*: $1: " <"$RUN/verify.log" || fail "$1 is called $(cat "$RUN/verify.log")"
    ok "$(sed 's/^[^:]*: [^:]*:/line /' "$RUN/verify.log")"
}
tampered changed '2s/offer/OFFER/'
tampered missing 3d
tampered reordered '3{h;d};4G'
! sluicectl audit verify --head "$HEAD" "$AUDIT.1" >"$RUN/verify.log" 2>&1 || fail "a tail that is gone is not found"
has 'missing: the trail has records 1 to' <"$RUN/verify.log" || fail "a tail that is gone is called $(cat "$RUN/verify.log")"
ok "and a tail that is gone"

# It cannot be written at all.
CONFIG=$RUN/nowhere.conf
sed "s|^directory = .*|directory = $RUN/nowhere|" "$RUN/sluice.conf" >"$CONFIG"
! in_ns relay "$SLUICED" -c "$CONFIG" >"$RUN/nowhere.log" 2>&1 || fail "it starts without its directory"
has "records: $RUN/nowhere/cdr.jsonl cannot be written by uid 0: No such file" <"$RUN/nowhere.log" ||
    fail "the reason is not told: $(cat "$RUN/nowhere.log")"
ok "no directory: refused at the start"
