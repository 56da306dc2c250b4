#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What 100 calls of real SRTP lose while a third host floods the relay as fast as one core can, and where each packet of the
# flood has ended: Sluice, and Debian's rtpengine (user space, one thread) under the same calls and floods. Says so when the
# counters do not add up to what was sent, and ends with the table of docs/guard.md, in Markdown.
# usage: flood.sh      from the environment: BUILD, RELAYS ("sluice rtpengine"), KINDS, CALLS, SECONDS_EACH, PPS (0: as fast
# as it goes)
. "$(dirname "$0")/../tests/net/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/attacker.sh"
relays=${RELAYS:-sluice rtpengine}
calls=${CALLS:-100} each=${SECONDS_EACH:-3} pps=${PPS:-0}
kinds=${KINDS:-none random caller fragment malformed syn icmp random6 fragment6 syn6}
declare -A options=(
    [random]="--from random"
    [caller]="--from 10.0.0.2 --source-port 4000"
    [fragment]="--kind fragment"
    [malformed]="--kind malformed"
    [syn]="--kind syn --ports 22"
    [icmp]="--kind icmp"
    [random6]="--to fd00::1"
    [fragment6]="--to fd00::1 --kind fragment"
    [syn6]="--to fd00::1 --kind syn --ports 22"
) words=(
    [none]="none"
    [random]="UDP, random sources, all media ports"
    [caller]="UDP, a caller's address and port, all media ports"
    [fragment]="first fragments"
    [malformed]="one bit of the headers wrong"
    [syn]="TCP SYN at port 22"
    [icmp]="echo requests"
    [random6]="IPv6: UDP, random sources, all media ports"
    [fragment6]="IPv6: first fragments"
    [syn6]="IPv6: TCP SYN at port 22"
)

start_sluice() {
    start_sluiced relay 10.0.0.1/24 fd00::1/64
    control=unix:$NG process=sluiced
}
start_rtpengine() {
    start rtpengine relay rtpengine --config-file=none --foreground --log-stderr --log-level=3 --table=-1 --num-threads=1 \
        --interface=10.0.0.1 --listen-ng=127.0.0.1:2223 --port-min=20000 --port-max=29999 --pidfile="$RUN/rtpengine.pid"
    wait_for 10 in_ns relay bash -c 'ss -lun | grep -q 127.0.0.1:2223' || fail "rtpengine does not start"
    control=udp:127.0.0.1:2223 process=rtpengine
}
stop_relay() {
    stop "$process" || true
    [ "$process" != sluiced ] || in_ns relay "$SLUICECTL" guard detach eth0 >/dev/null
}

of() { total "$RUN/before" "$RUN/after" "$@"; }
# Everything that was sent, by the attacker and by the callers, has ended somewhere, once.
adds_up() {
    account "$RUN/after"
    [ "$(of)" -eq $((sent + said)) ]
}

# waited: milliseconds that the relay's threads were ready so far and others had their core: what is missed then is this
# machine's doing
waited() { cat "/proc/${PIDS[$process]}/task/"*/schedstat | awk '{ ns += $2 } END { printf "%d", ns / 1e6 }'; }

# run KIND: a line of "relay kind a-second sent cable socket guard worker kernel said heard words" to $RUN/rows
run() {
    local kind=$1 playing sent=0 said heard wait
    account "$RUN/before"
    wait=$(waited)
    in_ns relay "$LOAD" --ng "$control" --cpu "$(tool_core)" --netns-a "$TAG-a" --addr-a 10.0.0.2 --netns-b "$TAG-b" \
        --addr-b 10.0.0.3 --calls "$calls" --seconds $((each + 4)) >"$RUN/$kind.log" 2>&1 &
    playing=$!
    sleep 3 # for the calls to be up: both relays set 100 up within a second
    if [ "$kind" != none ]; then
        # shellcheck disable=SC2086
        flood_send --pps "$pps" --seconds "$each" ${options[$kind]}
        sent=$(value "$RUN/flood.json" sent)
    fi
    wait $playing || true
    read -r said heard < <(sed -n 's/^RTP *sent \([0-9]*\), received \([0-9]*\).*/\1 \2/p' "$RUN/$kind.log") ||
        fail "$relay, $kind: the calls did not end"
    if [ "$process" = sluiced ]; then
        wait_for 3 adds_up || say "DOES NOT ADD UP: $sent and $said sent, $(of) ended"
    else
        account "$RUN/after"
    fi
    say "$relay, $kind: $sent and $said sent: $(more "$RUN/before" "$RUN/after")$heard heard; waited $(($(waited) - wait)) ms"
    echo "$relay $kind $(((sent - $(of cable)) / each)) $sent $(of cable) $(of socket) $(of guard) $(of worker) $(of kernel)" \
        "$said $heard ${words[$kind]}" >>"$RUN/rows"
}

media_switch
attacker_add
for relay in $relays; do
    "start_$relay"
    for kind in $kinds; do run "$kind"; done
    stop_relay
done

python3 - "$RUN/rows" <<'END'
import sys
rows = {}
for line in open(sys.argv[1]):
    relay, kind, *numbers, words = line.split(maxsplit=11)
    rows.setdefault((kind, words.strip()), {})[relay] = [int(n) for n in numbers]
print("| flood | Sluice: reached it, a second | sent | lost before it | refused by guard | by worker | left to the kernel "
      "| lost by calls | rtpengine: reached it, a second | lost by calls |")
print("|" + " --- |" * 10)
for (kind, words), of in rows.items():
    cells = [words]
    for relay in ("sluice", "rtpengine"):
        columns = 7 if relay == "sluice" else 2
        if relay not in of:
            cells += [""] * columns
            continue
        rate, sent, cable, socket, guard, worker, kernel, said, heard = of[relay]
        flood = [rate, sent, cable + socket, guard, worker, kernel] if relay == "sluice" else [rate]
        cells += ["–" if kind == "none" else f"{n:,}" for n in flood] + [f"{said - heard:,} of {said:,}"]
    print("| " + " | ".join(cells) + " |")
END
