#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The log goes to the journal with fields to search for, whether the journal reads or not; no key is in any output; and where
# the configuration says so, no address of a party is in log, events and records, but its pseudonym.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
mkdir "$RUN/systemd" "$RUN/systemd/journal" "$RUN/records"
(umask 077 && openssl rand -hex 32 >"$RUN/pseudonym.key" && openssl rand -hex 32 >"$RUN/other.key")

# As the daemon sees it, the journal's socket is ours.
MADE=
[ -d /run/systemd ] || { mkdir /run/systemd && MADE=yes; }
trap 'status=$?; set +e; [ -z "$MADE" ] || rmdir /run/systemd; (exit $status); cleanup' EXIT
cat >"$RUN/with_journal" <<END
#!/bin/sh
mount --bind "$RUN/systemd" /run/systemd && exec "$SLUICED" "\$@"
END
chmod 755 "$RUN/with_journal"
start_journal() {
    start journal relay "$NET_DIR/journal.py" "$RUN/systemd/journal/socket" "$RUN/entries.jsonl"
    check "no journal" wait_for 10 test -S "$RUN/systemd/journal/socket"
}
entry() { [ -e "$RUN/entries.jsonl" ] && grep -q -e "$1" "$RUN/entries.jsonl"; }

NG=$RUN/ng.sock CTL=$RUN/ctl.sock
cat >"$RUN/sluice.conf" <<END
[sluice]
user = root
runtime-dir = $RUN
log-level = debug
log-format = journal
log-addresses = pseudonym
pseudonym-key = $RUN/pseudonym.key
[port wan]
device = af_xdp:eth0
cores = $(media_core)
poll = adaptive
[interface public]
port = wan
address = 10.0.0.1/24
address = fd00::1/64
media-ports = 20000-29999
[control]
ng = unix:$NG
ng = udp:10.0.0.1:2222
[timers]
offer-timeout = 1
[guard]
alarm-pps = 5
alarm-auth-pps = 1
[records]
directory = $RUN/records
cdr = both
fsync = each
addresses = pseudonym
END
chmod 644 "$RUN/pseudonym.key"
! in_ns relay "$SLUICED" -c "$RUN/sluice.conf" >"$RUN/open.log" 2>&1 || fail "it starts with a key that anybody reads"
chmod 600 "$RUN/pseudonym.key"

start_journal
start sluiced relay "$RUN/with_journal" -c "$RUN/sluice.conf"
check "not ready by the journal" wait_for 15 entry '"MESSAGE": "ready: sluiced'
start events relay "$SLUICECTL" -s "$CTL" --json events
check "no events" wait_for 10 logged events listening

# Whole calls with SRTP; and one by hand whose id names an address, as ids of calls do.
load call --calls 2 --seconds 1 || fail "no call: $(cat "$RUN/call.log")"
offer by-hand@10.0.0.2 "$(sdp 10.0.0.2 5004 "$KEY1")" transport-protocol=RTP/AVP
answer by-hand@10.0.0.2 "$(sdp 10.0.0.3 6004)"
ng query call-id=by-hand@10.0.0.2 >"$RUN/query.json"
offer secure "$(sdp 10.0.0.2 5006)" transport-protocol=RTP/SAVP
ng answer call-id=secure from-tag=alice to-tag=bob sdp="$(sdp 10.0.0.3 6006 "$KEY2")" >"$RUN/answer.json" || true
offer moved "$(sdp 10.0.0.2 5030)"
answer moved "$(sdp 10.0.0.3 6030)"
rtp a 5999 "$TO_A" 10
check "alice is not heard from another port" wait_for 10 logged events '"event":"latched".*"call":"moved"'
offer from-nobody@fd00::2 "$(sdp 10.0.0.2 5010)" # nobody answers

# Refused: an address that nobody may be at; a stranger; a key that does not verify, and an unknown source, until there is an alarm.
! ng offer call-id=refused@10.0.0.3 from-tag=alice sdp="$(sdp 10.0.0.255 5004)" >"$RUN/refused.json" 2>&1 || fail "a broadcast address"
has '10.0.0.255' <"$RUN/refused.json" || fail "the proxy is not told of the address itself: $(cat "$RUN/refused.json")"
in_ns a python3 -c 'import socket
for _ in range(20):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"1 d7:command4:pinge", ("10.0.0.1", 2222))'
sluicectl guard deny 10.0.0.77 >"$RUN/guard.txt" || fail "guard deny"
forged() {
    rtp a 5004 "$TO_A" 40
    rtp b 7777 "$TO_A" 40
    entry '"ALARM": "raised", "KIND": "auth\|"KIND": "[a-z-]*auth' || entry '"ALARM": "raised".*"ADDR"' || entry '"ADDR".*"ALARM": "raised"'
}
check "no alarm" wait_for 10 forged
check "no time-out" wait_for 10 entry '"REASON": "offer timeout"'
check "nothing is said of what was left out" wait_for 10 entry 'more were left out like: NG by UDP: ... may not use it'
ng delete call-id=by-hand@10.0.0.2 >"$RUN/delete.json"
check "no event of the end" wait_for 10 logged events '"event":"ended".*by-hand'
ok "calls, refusals and alarms"

# The journal is gone, and comes back.
stop journal || true
rm "$RUN/systemd/journal/socket"
offer unlogged "$(sdp 10.0.0.2 5020)"
ng delete call-id=unlogged >"$RUN/delete.json" || fail "without a journal no call ends"
start_journal
check "lines that were lost are not told of" wait_for 10 entry 'line(s) of the log were lost'
lost=$(sluicectl metrics | sed -n 's/^sluice_log_lines_total{became="lost"} //p')
[ "$lost" -gt 0 ] || fail "lost lines are not counted: $lost"
ok "no journal for a while: calls go on, $lost lines lost and counted"

stop events || true
stop sluiced || fail "exit status $? on SIGTERM"
"$SLUICECTL" pseudonym --key "$RUN/pseudonym.key" 10.0.0.2 10.0.0.3 >"$RUN/names.txt"
"$SLUICECTL" pseudonym --key "$RUN/other.key" 10.0.0.2 >"$RUN/others.txt"
python3 - "$RUN" "$KEY1" "$KEY2" <<'END' || fail "an address or a key, or a field that is not there"
import glob, json, re, sys
run, keys = sys.argv[1], [key.split("inline:")[1] for key in sys.argv[2:]]
keys += re.findall(r"inline:([A-Za-z0-9+/=]+)", open(run + "/answer.json").read() + open(run + "/query.json").read())
names = dict(line.split()[::-1] for line in open(run + "/names.txt"))
assert names["10.0.0.2"] != names["10.0.0.3"]
assert names["10.0.0.2"] != open(run + "/others.txt").read().split()[0], "another key, and the same pseudonym"
out = {path[len(run) + 1:]: open(path).read() for path in
       glob.glob(run + "/entries.jsonl") + glob.glob(run + "/records/*") + [run + "/sluiced.log", run + "/events.log"]}
assert len(out) == 6 and len(out["events.log"]) > 1000, {name: len(text) for name, text in out.items()}
for name, text in out.items():
    found = re.findall(r".{0,40}(?:10\.0\.0\.(?!1\b)\d+|fd00::(?!1\b)[0-9a-f]+).{0,20}", text)
    assert not found, (name, found[:3])
    for key in keys:
        assert key not in text, (name, "a key")
    if name != "sluiced.log":
        assert names["10.0.0.2"] in text, (name, "the pseudonym is not there")
assert out["sluiced.log"] == "", out["sluiced.log"]
assert "10.0.0.1:" in out["records/cdr.jsonl"], "the relay's own address has no pseudonym"

entries = [json.loads(line) for line in out["entries.jsonl"].splitlines()]
def entry(**fields):
    for e in entries:
        if all(re.search(value, e.get(name, "")) for name, value in fields.items()):
            return e
    sys.exit("no entry with %s" % fields)
assert all(e["SYSLOG_IDENTIFIER"] == "sluiced" and e["PRIORITY"] in "34567" and e["MESSAGE"] for e in entries)
entry(CALL_ID="^by-hand@" + names["10.0.0.2"] + "$", COMMAND="^offer$")
entry(CALL_ID="^refused@" + names["10.0.0.3"] + "$", COMMAND="^offer$", REASON="^address$")
entry(CALL_ID="^from-nobody@ip-", REASON="^offer timeout$", SECONDS="^1$", PRIORITY="^5$")
entry(ADDR="^" + names["10.0.0.2"] + "$", MESSAGE="may not use it", PRIORITY="^4$")
entry(COMMAND="^deny$", MESSAGE="set deny = ip-[0-9a-f]{16}")
assert entry(ALARM="raised", KIND=".")["RATE"].isdigit()
assert '"address":"%s:5999"' % names["10.0.0.2"] in out["events.log"], "no event of where alice is"
entry(CALL_ID="^moved$", ADDR="^%s:5999$" % names["10.0.0.2"])
END
ok "fields are there; no key and no address of a party is anywhere, their pseudonyms are"

check "the chain of the audit trail is not that of its pseudonyms" sluicectl audit verify "$RUN/records/audit.jsonl" >/dev/null
ok "the audit trail is whole"
