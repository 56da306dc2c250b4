#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A real journal and rsyslog, as deploy/rsyslog has them: log entries with their fields, CDRs and the audit trail are at a log
# host over TLS, all of them though the host was away and killed and the files were renamed; who has another certificate is refused.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/calls.sh"
. "$NET_DIR/certificates.sh"
. "$NET_DIR/journald.sh"

DEPLOY=$NET_DIR/../../deploy/rsyslog
needs rsyslogd journalctl $JOURNALD

ns_add relay loghost
veth relay eth0 loghost eth0
address relay eth0 10.9.0.1/24
address loghost eth0 10.9.0.2/24
authority ours
authority theirs
certificate ours loghost serverAuth
for name in relay1 relay9; do certificate ours $name clientAuth; done
certificate theirs foreign clientAuth

# rsyslog NAME NS PART: `start` of one with that part of the configuration, in a folder of its own
rsyslog() {
    mkdir -p "$RUN/$1"
    {
        echo "global(workDirectory=\"$RUN/$1\")"
        cat "$3"
    } >"$RUN/$1.conf"
    start "$1" "$2" "${INSIDE[@]}" rsyslogd -n -i "$RUN/$1.pid" -f "$RUN/$1.conf"
}
# forwarding CERTIFICATE FOLDER: the configuration of a relay, with its records in FOLDER
forwarding() {
    sed "s|loghost.example.com\" port|10.9.0.2\" port|; s|loghost.example.com|loghost|; s|/etc/sluice/log/ca.pem|$RUN/ours.pem|
        s|/etc/sluice/log/relay|$RUN/$1|; s|/var/log/sluice/|$2/|; s|resumeInterval=\"5\"|resumeInterval=\"1\"|; s|StateInterval=\"100\"|StateInterval=\"1\"|
        s|\$!_SYSTEMD_UNIT == \\[\"sluiced.service\", [^]]*\\]|\$!SYSLOG_IDENTIFIER == \"sluiced\"|" "$DEPLOY/sluice-forward.conf"
}
INSIDE=()
sed "s|relay[12].example.com|relay1|g; s|/etc/sluice/log/ca.pem|$RUN/ours.pem|; s|/etc/sluice/log/|$RUN/|
    s|/var/log/sluice-relays/%hostname:::secpath-replace%|$RUN/received|" "$DEPLOY/sluice-receive.conf" >"$RUN/receive.part"
receiver() {
    rsyslog loghost loghost "$RUN/receive.part"
    check "the log host does not listen" wait_for 10 listens
}
listens() { in_ns loghost ss -Htln | has ':2514 '; }
receiver

mkdir "$RUN/records"
start_journald
forwarding relay1 "$RUN/records" >"$RUN/forward.part"
rsyslog relay1 relay "$RUN/forward.part"

start_into_journal '[records]' "directory = $RUN/records" 'fsync = each'

# calls NAME COUNT: so many, offered and deleted: a CDR and two audit records each
calls() { python3 - "$NET_DIR" "$NG" "$1" "$2" "$(sdp 192.0.2.1 5004)" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from ng import NG
ng = NG(sys.argv[2])
for number in range(int(sys.argv[4])):
    call = "%s-%d" % (sys.argv[3], number)
    assert ng.request({"command": "offer", "call-id": call, "from-tag": "a", "sdp": sys.argv[5]})["result"] == "ok"
    assert ng.request({"command": "delete", "call-id": call})["result"] == "ok"
END
}
# there FILE NAME: each line of the relay's files is at the log host, and no other; in whatever order, and maybe twice
there() {
    cmp <(cat "$RUN/records/$1".1 "$RUN/records/$1" 2>/dev/null | sort -u) <(sort -u "$RUN/received/$2.jsonl") >"$RUN/compare.log" 2>&1
}
all_there() { there cdr.jsonl sluice-cdr && there audit.jsonl sluice-audit; }
arrive() { wait_for 20 all_there || fail "$1: $(cat "$RUN/compare.log"), $(wc -l "$RUN"/records/*.jsonl* "$RUN"/received/*.jsonl)"; }

offer nobody-answers "$(sdp 192.0.2.1 5004)"
calls first 10
check "no entry with its fields in the journal" wait_for 10 in_journal CALL_ID=nobody-answers REASON="offer timeout" SECONDS=1
arrive "the first calls"
check "no log line at the log host" wait_for 10 grep -q '"CALL_ID": *"nobody-answers".*' "$RUN/received/sluiced.jsonl"
python3 - "$RUN/received/sluiced.jsonl" <<'END' || fail "not the entry of the journal: $(cat "$RUN/received/sluiced.jsonl")"
import json, sys
entry = next(e for e in map(json.loads, open(sys.argv[1])) if e.get("CALL_ID") == "nobody-answers")
assert entry["REASON"] == "offer timeout" and entry["PRIORITY"] == "5" and entry["_TRANSPORT"] == "journal", entry
assert entry["SYSLOG_IDENTIFIER"] == "sluiced" and entry["_UID"] == "0" and "nobody-answers" in entry["MESSAGE"], entry
END
ok "the journal's fields, CDRs and the audit trail arrive over TLS"

# Away, killed, and back; meanwhile the files are renamed.
stop loghost KILL || true
calls away 20
mv "$RUN/records/cdr.jsonl" "$RUN/records/cdr.jsonl.1"
calls renamed 20
receiver
arrive "the log host was away"
ok "a log host that was killed, and away: nothing is lost"

# Away from the start, and rsyslog on the relay is restarted meanwhile: its queue waits on the disk.
stop relay1 || true
stop loghost || true
rsyslog relay1 relay "$RUN/forward.part"
calls queued 10
read_up() { grep -q "curr_offs\": *$(stat -c %s "$RUN/records/audit.jsonl")\b" "$RUN/relay1"/imfile-state:*; }
waiting() { cat "$RUN/relay1"/sluice.0* 2>/dev/null | has queued-9; }
check "rsyslog does not read the records" wait_for 10 read_up
stop relay1 || true
check "the queue is not on the disk" waiting
rsyslog relay1 relay "$RUN/forward.part"
receiver
arrive "rsyslog was restarted with messages that wait"
"$SLUICECTL" audit verify <(sort -u "$RUN/received/sluice-audit.jsonl" | sort -s -t: -k 2,2n) >"$RUN/verify.log" 2>&1 || fail "the trail: $(cat "$RUN/verify.log")"
ok "rsyslog on the relay was restarted while the log host was away: $(sed -n 's/, in .*//p' "$RUN/verify.log"), in one chain"

# A certificate of another authority, and one of a name that is not listed.
for name in foreign relay9; do
    mkdir "$RUN/forged-$name"
    forwarding $name "$RUN/forged-$name" | sed "s/sluice-journal/none/; /imjournal/d; /^    if.*call sluice-entry/d" >"$RUN/$name.part"
    sed -i '/^# The journal is read/,$d' "$RUN/$name.part"
    echo "{\"call\":\"forged-$name\"}" >"$RUN/forged-$name/cdr.jsonl"
    rsyslog client-$name relay "$RUN/$name.part"
    check "$name is not refused" wait_for 10 logged "client-$name" 'session broken\|authentication\|certificate'
done
calls last 5
arrive "beside clients that are refused"
! grep -r forged "$RUN/received" || fail "a client with another certificate is heard"
has 'imrelp.*error' <"$RUN/loghost.log" || fail "the log host does not tell of clients that it refuses"
ok "another authority's certificate, and one of another name: refused"
