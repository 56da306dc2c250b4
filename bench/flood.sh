#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What 100 calls of real SRTP lose while a third host floods the relay, as fast as one core sends (PPS: slower): Sluice, or
# Debian's rtpengine (user space, one thread) as a control. Relay and its media ports are the same, so are calls and floods.
# usage: flood.sh [--relay sluice|rtpengine]     BUILD, CALLS, SECONDS_EACH, PPS, KINDS from the environment
. "$(dirname "$0")/../tests/net/lib.sh"
. "$NET_DIR/media.sh"
relay=sluice
[ "${1:-}" != --relay ] || relay=$2
calls=${CALLS:-100} each=${SECONDS_EACH:-3} pps=${PPS:-0}
kinds=${KINDS:-none random caller fragment malformed syn icmp random6 fragment6 syn6}

media_switch
ns_add attacker
plug attacker 10.0.0.66/24
mac=$(ip -n "$TAG-relay" -j link show eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])')
case $relay in
sluice)
    start_sluiced relay 10.0.0.1/24 fd00::1/64
    control=unix:$NG
    ;;
rtpengine)
    start rtpengine relay rtpengine --config-file=none --foreground --log-stderr --log-level=3 --table=-1 --num-threads=1 \
        --interface=10.0.0.1 --listen-ng=127.0.0.1:2223 --port-min=20000 --port-max=29999 --pidfile="$RUN/rtpengine.pid"
    wait_for 10 in_ns relay bash -c 'ss -lun | grep -q 127.0.0.1:2223' || fail "rtpengine does not start"
    control=udp:127.0.0.1:2223
    ;;
*) fail "--relay sluice or rtpengine" ;;
esac

# options KIND: what the flood is made of
options() {
    case $1 in
    random) echo --from random ;;
    caller) echo --from 10.0.0.2 --source-port 4000 ;;
    fragment) echo --kind fragment --from random ;;
    malformed) echo --kind malformed --from random ;;
    syn) echo --kind syn --from random --ports 22 ;;
    icmp) echo --kind icmp --from random ;;
    random6) echo --to fd00::1 --from random ;;
    fragment6) echo --to fd00::1 --kind fragment --from random ;;
    syn6) echo --to fd00::1 --kind syn --from random --ports 22 ;;
    esac
}

printf '%-10s %-10s %9s %9s %9s %9s %6s\n' relay flood pps sent received lost %
for kind in $kinds; do
    rate=0
    in_ns relay "$LOAD" --ng "$control" --cpu "$(tool_core)" --netns-a "$TAG-a" --addr-a 10.0.0.2 --netns-b "$TAG-b" \
        --addr-b 10.0.0.3 --calls "$calls" --seconds $((each + 4)) --json "$RUN/$kind.json" >"$RUN/$kind.log" 2>&1 &
    playing=$!
    sleep 3 # for the calls to be up: both relays set 100 up within a second
    if [ "$kind" != none ]; then
        # shellcheck disable=SC2046
        in_ns attacker "$BUILD/bench/flood" --interface eth0 --mac "$mac" --to 10.0.0.1 --pps "$pps" --seconds "$each" \
            $(options "$kind") >"$RUN/flood.json" || fail "flood does not run"
        rate=$(value "$RUN/flood.json" pps)
    fi
    wait $playing || true
    sed -n 's/^RTP *sent \([0-9]*\), received \([0-9]*\).*/\1 \2/p' "$RUN/$kind.log" | {
        read -r sent received || fail "$kind: the calls did not end"
        printf '%-10s %-10s %9s %9s %9s %9s %6s\n' $relay "$kind" "$rate" "$sent" "$received" $((sent - received)) \
            "$(awk -v s="$sent" -v r="$received" 'BEGIN { printf "%.2f", 100 * (s - r) / s }')"
    }
done
