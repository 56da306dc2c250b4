#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Floods of every kind from a third host cost 100 calls not one packet, and every packet of the flood is counted where
# it was refused.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

FLOOD=$BUILD/bench/flood
media_switch
ns_add attacker
plug attacker 10.0.0.66/24
start_sluiced relay 10.0.0.1/24 fd00::1/64
MAC=$(ip -n "$TAG-relay" -j link show eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])')
# Quiet enough for two cores to play and judge the calls as well; PPS=0: as fast as it goes
: "${PPS:=40000}" "${SECONDS_EACH:=2}"

# refused FILE: every drop so far, by whom and why, one a line, into FILE
refused() {
    sluicectl drops --json >"$RUN/drops.json" || fail "no drops from sluicectl"
    python3 -c 'import json, sys
answer = json.load(open(sys.argv[1]))
for by, key in (("guard", "guard drops"), ("worker", "drops")):
    for row in answer[key]:
        print(by + ":" + row["name"], row["packets"])' "$RUN/drops.json" >"$1"
}

# lost: packets that the cables, not Sluice, have lost so far: a veth's queue is short, and this machine is busy
lost() {
    {
        ip -n "$TAG-attacker" -j -s link show dev eth0
        ip -n "$TAG-switch" -j -s link show dev to-relay
    } | python3 -c 'import sys, re; print(sum(int(n) for n in re.findall(r"\"tx\":\{[^}]*\"dropped\":(\d+)", sys.stdin.read())))'
}

# more: names and numbers by which the last two of these differ
more() {
    paste -d ' ' "$RUN/before" "$RUN/after" | awk '$4 != $2 { printf "%s %d, ", $1, $4 - $2; n += $4 - $2 } END { print n + 0 }'
}

# passed: packets that the guard has left to the kernel so far
passed() {
    sluicectl ports --json >"$RUN/ports.json" || fail "no ports from sluicectl"
    value "$RUN/ports.json" ports 0 guard passed
}

send() {
    in_ns attacker "$FLOOD" --interface eth0 --mac "$MAC" --to 10.0.0.1 --pps "$PPS" --seconds "$SECONDS_EACH" "$@" \
        >"$RUN/flood.json" || fail "flood does not run"
    sent=$(value "$RUN/flood.json" sent)
}

# flood WHAT NAME OPTION...: all that was sent is refused, in part under that name, and counted once
flood() {
    local what=$1 name=$2
    shift 2
    refused "$RUN/before"
    gone=$(lost)
    send "$@"
    counted() {
        refused "$RUN/after"
        [ $(($(more | sed 's/.* //') + $(lost) - gone)) -eq "$sent" ]
    }
    wait_for 5 counted || fail "$what: $sent sent, $(($(lost) - gone)) lost on the way, refused: $(more)"
    more | has "$name " || fail "$what: nothing refused as $name, but $(more)"
    ok "$what: $sent packets, $(value "$RUN/flood.json" pps) a second: $(more)"
}

# kernel WHAT NAME OPTION...: of all that was sent some is left to the kernel, the rest refused under that name, or,
# NAME being -, nothing
kernel() {
    local what=$1 name=$2 before
    shift 2
    before=$(passed)
    refused "$RUN/before"
    gone=$(lost)
    send "$@"
    counted() {
        refused "$RUN/after"
        # ARP and the like are left to the kernel as well.
        [ $(($(passed) - before + $(more | sed 's/.* //') + $(lost) - gone)) -ge "$sent" ]
    }
    wait_for 5 counted || fail "$what: $sent sent, $(($(passed) - before)) left to the kernel, refused: $(more)"
    [ "$name" = - ] || more | has "$name " || fail "$what: nothing refused as $name, but $(more)"
    ok "$what: $sent packets, $(value "$RUN/flood.json" pps) a second: $(($(passed) - before)) left to the kernel, $(more)"
}

# caller: of one call, a's port, the relay's port towards her and her SSRC, into PORT, LOCAL and SSRC
caller() {
    sluicectl calls --json >"$RUN/view.json"
    sluicectl call "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["calls"][0]["id"])' "$RUN/view.json")" \
        --json >"$RUN/view.json"
    read -r PORT LOCAL SSRC < <(python3 -c 'import json, sys
for leg in json.load(open(sys.argv[1]))["legs"]:
    for medium in leg["media"]:
        if medium["remote"].startswith("10.0.0.2:"):
            port = lambda key: medium[key].rpartition(":")[2]
            print(port("remote"), port("local"), medium["streams"][0]["ssrc"])' "$RUN/view.json")
}

sluicectl --json events >"$RUN/events.log" 2>&1 &
load calls --calls 100 --seconds 54 &
CALLS=$!
up() { [ "$(sluicectl calls --json | grep -c '"state": "up"')" -ge 100 ] 2>/dev/null; }
wait_for 15 up || true

flood "random sources" worker:source --from random
sluicectl guard set unknown-pps 500 >/dev/null
flood "random sources, and little left for them" guard:strangers --from random
flood "one source" guard:stranger --from 10.0.0.66
flood "loopback as source" guard:martian --from 127.0.0.1
flood "our own address as source" guard:martian --from 10.0.0.1
flood "a caller's address and port as source" worker:auth --from 10.0.0.2 --source-port 4000
caller
# What a worker verifies of one flow before its own rate pays for it is 10,000 packets a second.
PPS=8000 flood "forged with a caller's SSRC" worker:auth --from 10.0.0.2 --source-port "$PORT" --ports "$LOCAL" --ssrc "$SSRC"
flood "new SSRCs from a caller's address and port" worker:unproven --from 10.0.0.2 --source-port "$PORT" --ports "$LOCAL"
flood "fragments" guard:fragment --kind fragment --from random
kernel "frames with one bit wrong" guard:ip --kind malformed --from random
flood "IPv6, random sources" guard:closed --to fd00::1 --from random
flood "IPv6, ports scanned by one" guard:closed --to fd00::1 --from fd00::66 --ports 20000-29999
flood "IPv6, fragments" guard:fragment --to fd00::1 --kind fragment --from random
kernel "IPv6, TCP SYN" guard:kernel-strangers --to fd00::1 --kind syn --from random --ports 22
kernel "fragments of other things" - --kind fragment --from 10.0.0.66 --ports 5060
kernel "TCP SYN" guard:kernel-strangers --kind syn --from random --ports 22
kernel "ping" guard:kernel-stranger --kind icmp --from 10.0.0.66
sluicectl guard deny 10.0.0.64/26 >/dev/null
flood "ping from a denied network" guard:denied --kind icmp --from 10.0.0.66
sluicectl guard forget 10.0.0.64/26 >/dev/null
in_ns attacker ping -c 1 -W 2 10.0.0.1 >/dev/null || fail "a network that is not denied any more gets no answer"

wait $CALLS || fail "calls lose packets under a flood"
ok "100 calls: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' "$RUN/calls.log")"
sluicectl guard >"$RUN/guard.log"
grep -q '^guard *closed' "$RUN/guard.log" || fail "sluicectl guard does not say what was refused"
grep -q 'alarm=raised kind=drops by=guard reason=closed' "$RUN/sluiced.log" || fail "no alarm was raised"
for alarm in '"kind":"drops","by":"guard","reason":"closed"' '"kind":"source","source":"10.0.0.66"' \
    '"kind":"scan","source":"10.0.0.66"'; do
    grep -q "\"event\":\"alarm\".*$alarm" "$RUN/events.log" || fail "no event tells of $alarm"
done
sluicectl metrics >"$RUN/metrics.log"
grep -q '^sluice_drops_total{by="guard",reason="closed"} [1-9]' "$RUN/metrics.log" || fail "the metrics know of no drops"
! grep -vqE '^(# (HELP|TYPE) .*|sluice_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+)$' "$RUN/metrics.log" ||
    fail "what Prometheus does not read: $(cat "$RUN/metrics.log")"
