#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Floods of every kind from a third host cost 100 calls not one packet, and every packet of the flood is counted where
# it was refused.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/attacker.sh"

media_switch
attacker_add
start_sluiced relay 10.0.0.1/24 fd00::1/64
# Quiet enough for two cores to play and judge the calls as well; PPS=0: as fast as it goes
: "${PPS:=40000}" "${SECONDS_EACH:=2}"

of() { total "$RUN/before" "$RUN/after" 'cable|guard|socket|worker|kernel'; }
counted() {
    account "$RUN/after"
    [ "$(of)" -eq "$sent" ]
}

# flood WHAT "NAME..." OPTION...: every packet of it ends once, under those names and others; at the kernel only if that is
# one of the names
flood() {
    local what=$1 names=$2 name ends
    shift 2
    account "$RUN/before"
    flood_send --pps "$PPS" --seconds "$SECONDS_EACH" "$@"
    sent=$(value "$RUN/flood.json" sent)
    wait_for 5 counted || fail "$what: $sent sent, $(of) ended: $(more "$RUN/before" "$RUN/after")"
    ends=$(more "$RUN/before" "$RUN/after")
    for name in $names; do
        [[ $ends == *"$name "* ]] || fail "$what: nothing ended as $name, but $ends"
    done
    [[ $names == *kernel:got* || $ends != *kernel:got* ]] || fail "$what: the kernel got some: $ends"
    ok "$what: $sent packets, $(value "$RUN/flood.json" pps) a second: $ends"
}
# as_fast_as_it_goes WHAT "NAME..." OPTION...: the same in a second
as_fast_as_it_goes() { PPS=0 SECONDS_EACH=1 flood "$@"; }

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
# 64 of the flood and these fit into a veth (256): no cable loses one of the calls, which would be counted with the flood.
load calls --in-flight 150 --calls 100 --seconds 600 --until "$RUN/over" &
CALLS=$!
up() { [ "$(sluicectl calls --json | grep -c '"state": "up"')" -ge 100 ] 2>/dev/null; }
wait_for 15 up || true

flood "random sources" worker:auth --from random
sluicectl guard set unknown-pps 500 >/dev/null
flood "random sources, and little left for them" guard:unknown-total-rate --from random
flood "one source" guard:unknown-source-rate --from 10.0.0.66
flood "loopback as source" guard:martian --from 127.0.0.1
flood "our own address as source" guard:martian --from 10.0.0.1
flood "a caller's address and port as source" worker:auth --from 10.0.0.2 --source-port 4000
caller
# A worker verifies 10,000 packets a second of one flow before its own rate pays for it.
PPS=8000 flood "forged with a caller's SSRC" worker:auth --from 10.0.0.2 --source-port "$PORT" --ports "$LOCAL" --ssrc "$SSRC"
flood "new SSRCs from a caller's address and port" worker:unproven --from 10.0.0.2 --source-port "$PORT" --ports "$LOCAL"
as_fast_as_it_goes "fragments" guard:fragment --kind fragment --from random
as_fast_as_it_goes "frames with one bit wrong" "guard:ip kernel:got" --kind malformed --from random
as_fast_as_it_goes "IPv6, random sources" guard:closed --to fd00::1 --from random
flood "IPv6, ports scanned by one" guard:closed --to fd00::1 --from fd00::66 --ports 20000-29999
flood "IPv6, fragments" guard:fragment --to fd00::1 --kind fragment --from random
flood "IPv6, TCP SYN" "guard:kernel-unknown-total-rate kernel:got" --to fd00::1 --kind syn --from random --ports 22
flood "fragments of other things" "guard:kernel-unknown-source-rate kernel:got" --kind fragment --from 10.0.0.66 --ports 5060
as_fast_as_it_goes "TCP SYN" "guard:kernel-unknown-total-rate kernel:got" --kind syn --from random --ports 22
as_fast_as_it_goes "ping" "guard:kernel-unknown-source-rate kernel:got" --kind icmp --from 10.0.0.66
sluicectl guard deny 10.0.0.64/26 >/dev/null
flood "ping from a denied network" guard:denied --kind icmp --from 10.0.0.66
sluicectl guard forget 10.0.0.64/26 >/dev/null
in_ns attacker ping -c 1 -W 10 10.0.0.1 >/dev/null || fail "a network that is not denied any more gets no answer"

touch "$RUN/over"
wait $CALLS || fail "calls lose packets under a flood"
ok "100 calls: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' "$RUN/calls.log")"
sluicectl guard >"$RUN/guard.log"
grep -q '^guard *closed' "$RUN/guard.log" || fail "sluicectl guard does not say what was refused"
for line in 'raised kind=drops by=guard reason=closed source=.* rate=[0-9]* threshold=1000' \
    'ended kind=drops by=guard reason=closed source=.* seconds=[0-9]* total=[0-9]* peak=[0-9]*' \
    'raised kind=auth source=10.0.0.2 rate' 'raised kind=auth call=.* leg=.* medium=1 rate'; do
    grep -q "alarm=$line" "$RUN/sluiced.log" || fail "the log does not say: alarm=$line"
done
for alarm in '"kind":"drops","by":"guard","reason":"closed"' '"kind":"source","source":"10.0.0.66"' \
    '"kind":"scan","source":"10.0.0.66"' '"kind":"auth","source":"10.0.0.2"' \
    '"call":.*"medium":1.*"state":"raised","kind":"auth"' '"state":"ended","kind":"drops".*"total":[0-9]*,"peak"'; do
    grep -q "\"event\":\"alarm\".*$alarm" "$RUN/events.log" || fail "no event tells of $alarm"
done
sluicectl metrics >"$RUN/metrics.log"
grep -q '^sluice_drops_total{by="guard",reason="closed"} [1-9]' "$RUN/metrics.log" || fail "the metrics know of no drops"
for alarm in 'drops",change="raised' 'drops",change="ended' 'source",change="raised' 'scan",change="raised' 'auth",change="raised'; do
    grep -q "^sluice_alarms_total{kind=\"$alarm\"} [1-9]" "$RUN/metrics.log" || fail "the metrics know of no alarm $alarm"
done
! grep -vqE '^(# (HELP|TYPE) .*|sluice_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$' "$RUN/metrics.log" ||
    fail "what Prometheus does not read: $(cat "$RUN/metrics.log")"
