#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Homer is told of each call's media: what RTCP reports, and what the relay measures where none passes; under pseudonyms where
# the log has them; and calls go on while Homer is away. Read by hep-js, which others made for Homer.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

# The reader, as its lock file has it: once for each build.
READER=$NET_DIR/../hep MODULES=$BUILD/tests/hep-js
if ! cmp -s "$READER/package-lock.json" "$MODULES/package-lock.json" || [ ! -e "$MODULES/complete" ]; then
    rm -rf "$MODULES"
    mkdir -p "$MODULES"
    cp "$READER/package.json" "$READER/package-lock.json" "$MODULES"
    npm ci --prefix "$MODULES" --ignore-scripts --no-audit --no-fund >"$RUN/npm.log" 2>&1 ||
        fail "npm does not get hep-js, the independent reader of this test: it needs npm and its registry once for each build"
    touch "$MODULES/complete"
fi

media_switch
ns_add homer
plug homer 10.0.0.9/24

# listen: Homer is there, and has got nothing yet; decoded: what it has got by now, in $RUN/hep.jsonl
HEP=$RUN/hep.hex
listen() {
    : >"$HEP"
    start homer homer "$NET_DIR/hep_receive.py" 10.0.0.9 9060 "$HEP"
    check "the receiver does not start" wait_for 10 logged homer ready
}
decoded() { NODE_PATH=$MODULES/node_modules node "$READER/decode.js" <"$HEP" >"$RUN/hep.jsonl" 2>"$RUN/decode.log"; }
# got COUNT TYPE: at least so many reports
got() { decoded && [ "$(grep -c "\"payloadType\":$2," "$RUN/hep.jsonl")" -ge "$1" ]; }

HOMER=$'[homer]\nhep = udp:10.0.0.9:9060\ncapture-id = 4711'
CONTROL=$HOMER start_sluiced relay 10.0.0.1/24
listen

# last_call: sets ID
last_call() { ID=$(sluicectl calls --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][-1]["id"])'); }

# RTCP of a plain call, as it left both parties, beside what Homer was told: each report was one of theirs.
for party in a b; do start_capture "rtcp-$party" $party udp; done
load rtcp --keep --seconds 8 --rtcp 500 --suite-a RTP --suite-b RTP || fail "no call: $(cat "$RUN/rtcp.log")"
last_call
sluicectl call "$ID" --json >"$RUN/call.json"
ng delete "call-id=$ID" >"$RUN/delete.json"
check "no reports of RTCP" wait_for 10 got 4 5
for party in "a 10.0.0.2" "b 10.0.0.3"; do
    read -r party from <<<"$party"
    stop "capture-rtcp-$party" || true
    tshark -r "$RUN/rtcp-$party.pcap" -d udp.port==1-65535,rtcp -Y "rtcp.pt == 201 && ip.src == $from" -T fields -e rtcp.senderssrc -e rtcp.ssrc.identifier \
        -e rtcp.ssrc.fraction -e rtcp.ssrc.cum_nr -e rtcp.ssrc.ext_high -e rtcp.ssrc.jitter -e rtcp.ssrc.lsr -e rtcp.ssrc.dlsr \
        >"$RUN/rtcp-$party.txt" 2>"$RUN/tshark.log" || fail "tshark: $(cat "$RUN/tshark.log")"
done
python3 - "$RUN" "$ID" <<'END' || fail "not what RTCP said: $(cat "$RUN/hep.jsonl")"
import json, sys, time
run, call_id = sys.argv[1:]
view = json.load(open(run + "/call.json"))
sent = {}
for party in "ab":
    for line in open("%s/rtcp-%s.txt" % (run, party)):
        fields = [int(field.split(",")[0], 0) for field in line.split()]
        sent.setdefault(party, set()).add(tuple(fields))
ends = {"10.0.0.2": "a", "10.0.0.3": "b"}
told = {"a": 0, "b": 0}
for line in open(run + "/hep.jsonl"):
    report = json.loads(line)
    said = report["payload"]
    assert report["payloadType"] == 5, "measured, though RTCP passes: %s" % line
    party = ends[report["srcIp"]]
    medium = view["legs"]["ab".index(party)]["media"][0]
    assert report["protocolFamily"] == 2 and report["protocol"] == 17 and report["dstIp"] == "10.0.0.1"
    assert report["captureId"] == 4711 and report["correlation_id"] == call_id
    assert abs(report["timeSeconds"] + report["timeUseconds"] / 1e6 - time.time()) < 3600 and report["timeUseconds"] < 1e6
    assert "%s:%d" % (report["srcIp"], report["srcPort"] - 1) == medium["remote"], medium
    assert "%s:%d" % (report["dstIp"], report["dstPort"] - 1) == medium["local"], medium
    assert said["type"] == (200 if "sender_information" in said else 201)
    assert said["report_count"] == len(said["report_blocks"])
    if "sender_information" in said:
        info = said["sender_information"]
        assert info["octets"] == 160 * info["packets"], info
    for b in said["report_blocks"]:
        block = (said["ssrc"], b["source_ssrc"], b["fraction_lost"], b["packets_lost"], b["highest_seq_no"], b["ia_jitter"], b["lsr"], b["dlsr"])
        assert block in sent[party], "%s sent no such block: %s" % (party, block)
        told[party] += 1
assert all(told.values()), told
END
ok "RTCP: $(wc -l <"$RUN/hep.jsonl") reports, each as it was sent"

# Without RTCP the relay's own, of a bad line; and a call too short for a turn is reported on when it ends.
stop homer || true
listen
load measured --keep --seconds 8 --loss 10 || true # what was left out is missed
last_call
ng query "call-id=$ID" >"$RUN/query.json"
ng delete "call-id=$ID" >"$RUN/delete.json"
check "no reports of our own" wait_for 10 got 4 34
python3 - "$RUN" "$ID" <<'END' || fail "not what was measured: $(cat "$RUN/hep.jsonl" "$RUN/query.json")"
import json, sys
run, call_id = sys.argv[1:]
streams = json.load(open(run + "/query.json"))["SSRC"]
sums = {}
for line in open(run + "/hep.jsonl"):
    report = json.loads(line)
    said = report["payload"]
    assert report["payloadType"] == 34 and report["correlation_id"] == call_id, line
    assert report["srcIp"] in ("10.0.0.2", "10.0.0.3") and report["dstIp"] == "10.0.0.1"
    stream, so_far = streams[str(said["SSRC"])], sums.setdefault(said["SSRC"], [0, 0])
    assert said["EXPECTED_PK"] == said["TOTAL_PK"] + said["PACKET_LOSS"] and said["TOTAL_PK"] > 0
    assert 1 <= said["MOS"] <= 4.4 and said["JITTER"] >= 0 and said["CODEC_PT"] == 0
    so_far[0] += said["TOTAL_PK"]
    so_far[1] += said["PACKET_LOSS"]
    assert so_far[1] == said["CUM_PACKET_LOSS"] <= stream["cumulative loss"]
# A sample has at least 25 packets: fewer, at the very end, are in none.
for ssrc, stream in streams.items():
    packets, lost = sums[int(ssrc)]
    assert stream["packets"] - 25 < packets <= stream["packets"] and lost > 0
END
ok "no RTCP: what the relay measured"

offer short "$(sdp 10.0.0.2 5004)"
answer short "$(sdp 10.0.0.3 6004)"
rtp a 5004 "$TO_A" 50 >"$RUN/rtp.log" 2>&1 || fail "no packets: $(cat "$RUN/rtp.log")"
# passed CALL: the 50 packets
passed() { sluicectl call "$1" --json | python3 -c 'import json, sys
sys.exit(json.load(sys.stdin)["legs"][0]["media"][0]["from_leg"]["packets"] < 50)'; }
check "no media" wait_for 10 passed short
ng delete call-id=short >"$RUN/delete.json"
short_told() { decoded && grep -q '"correlation_id":"short"' "$RUN/hep.jsonl"; }
check "a short call is not reported on" wait_for 10 short_told
ok "a short call, at its end"

# Homer away: calls go on, what is lost is counted and said once; then it is told again.
stop homer || true
lost() { sluicectl status --json | python3 -c 'import json, sys
sys.exit(not json.load(sys.stdin)["homer"]["lost"])'; }
arrives "Homer is away" --seconds 7 --rtcp 100 --calls 20
check "nothing is said to be lost" wait_for 10 lost
check "the log does not tell" wait_for 10 logged sluiced 'reports to Homer are lost: Connection refused'
sluicectl metrics | has '^sluice_hep_reports_total{became="lost"} [1-9]' || fail "metrics do not tell"
[ "$(grep -c 'reports to Homer are lost' "$RUN/sluiced.log")" = 1 ] || fail "the log tells more than once"
listen
load again --seconds 1 --rtcp 100 --calls 5 || fail "no calls: $(cat "$RUN/again.log")"
check "nothing comes when Homer is back" wait_for 10 got 5 5
ok "Homer away, and back"
stop sluiced || fail "sluiced ended with status $?"

# Pseudonyms: those of the log, and the relay's own addresses.
stop homer || true
listen
(umask 077 && openssl rand -hex 32 >"$RUN/pseudonym.key")
sed "s|^user = root|&\nlog-addresses = pseudonym\npseudonym-key = $RUN/pseudonym.key|" "$RUN/sluice.conf" >"$RUN/hidden.conf"
CONFIG=$RUN/hidden.conf start_sluiced relay
load hidden --seconds 1 --rtcp 100 || fail "no call: $(cat "$RUN/hidden.log")"
check "no reports under pseudonyms" wait_for 10 got 2 5
CALL=x@10.0.0.2
offer $CALL "$(sdp 10.0.0.2 5004)"
answer $CALL "$(sdp 10.0.0.3 6004)"
rtp a 5004 "$TO_A" 50 >"$RUN/rtp.log" 2>&1 || fail "no packets: $(cat "$RUN/rtp.log")"
check "no media" wait_for 10 passed $CALL
ng delete call-id=$CALL >"$RUN/delete.json"
check "no report on the call whose id has an address" wait_for 10 got 1 34
for party in 10.0.0.2 10.0.0.3; do
    sluicectl pseudonym --key "$RUN/pseudonym.key" $party
done >"$RUN/pseudonyms.txt"
python3 - "$RUN" <<'END' || fail "not under pseudonyms: $(cat "$RUN/hep.jsonl" "$RUN/pseudonyms.txt")"
import ipaddress, json, re, sys
run = sys.argv[1]
names = re.findall("ip-([0-9a-f]{16})", open(run + "/pseudonyms.txt").read())
stand_ins = {ipaddress.ip_address("100::" + ":".join(re.findall("....", name))) for name in names}
ours, seen = ipaddress.ip_address("::ffff:10.0.0.1"), set()
for line in open(run + "/hep.jsonl"):
    report = json.loads(line)
    packet, chunks = bytes.fromhex(report["hex"]), {}
    for address in ("0a000002", "0a000003", b"10.0.0.2".hex(), b"10.0.0.3".hex()):
        assert address not in report["hex"], "an address in clear: %s" % line
    at = 6
    while at < len(packet): # hep-js has no IPv6
        length = int.from_bytes(packet[at + 4:at + 6], "big")
        chunks[int.from_bytes(packet[at + 2:at + 4], "big")] = packet[at + 6:at + length]
        at += length
    assert report["protocolFamily"] == 10 and "srcIp" not in report
    assert ipaddress.ip_address(chunks[6]) == ours
    seen.add(ipaddress.ip_address(chunks[5]))
    if report["payloadType"] == 34:
        assert report["correlation_id"] == "x@ip-" + names[0], line
assert len(names) == 2 and seen == stand_ins, (seen, stand_ins)
END
ok "pseudonyms of the log"
