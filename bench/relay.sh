#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A whole relay on one core under the calls of wire_load: the highest rate that loses nothing, CPU per packet, latency.
# Sluice and Debian's rtpengine (user space, one thread) on the same veth, and Sluice over memif from another process.
# usage: relay.sh [JSON-DIRECTORY]      from the environment: BUILD, RELAYS ("sluice rtpengine memif"), SUITES ("A:B ..."),
# CALLS, SECONDS_PER_TRIAL, LATENCY_AT ("10000 50000"), SEARCH_TO, GENERATOR (net_af_xdp or net_af_packet)
. "$(dirname "$0")/../tests/net/lib.sh"
. "$NET_DIR/media.sh"
out=${1:-$RUN}
relays=${RELAYS:-sluice rtpengine memif}
suites=${SUITES:-AES_CM_128_HMAC_SHA1_80:AES_CM_128_HMAC_SHA1_32 AEAD_AES_256_GCM:AES_CM_128_HMAC_SHA1_80}
generator=${GENERATOR:-net_af_xdp}
WIRE=$BUILD/bench/wire_load
mkdir -p "$out"

# The generator has no kernel on its side of the cable; the relay is told its neighbours.
ns_add relay gen
veth relay eth0 gen eth0
veth relay ctl0 gen ctl0
address relay eth0 10.0.0.1/24 10.0.0.4/24
address relay ctl0 10.9.0.1/24
address gen ctl0 10.9.0.2/24
gen_mac=$(mac gen) relay_mac=$(mac relay)
for ip in 10.0.0.2 10.0.0.3; do
    ip -n "$TAG-relay" neigh replace "$ip" lladdr "$gen_mac" dev eth0 nud permanent
done

# sluice_config PORT-LINES
sluice_config() {
    printf '[sluice]\nuser = root\nruntime-dir = %s\ncontrol-core = %s\nmemory = 1024\n\n' "$RUN" "$(tool_core)"
    printf '[port wan]\ncores = %s\n%b\n' "$(media_core)" "$1"
    printf '[interface ia]\nport = wan\naddress = 10.0.0.1/24\nmedia-ports = 1024-65535\n\n'
    printf '[interface ib]\nport = wan\naddress = 10.0.0.4/24\nmedia-ports = 1024-65535\n\n'
    printf '[control]\nng = unix:%s\n\n' "$RUN/ng.sock"
    # More than any SDP announces is what this is about; between trials packets are encrypted, which takes its time.
    printf '[guard]\nflow-rate-slack = off\n\n[timers]\nmedia-timeout = 0\n'
}
start_sluice() {
    CONFIG=$RUN/sluice.conf
    sluice_config "device = af_xdp:eth0\npoll = adaptive" >"$CONFIG"
    start_sluiced relay
    relay=sluiced ng=unix:$NG vdev="${generator}0,iface=eth0$([ "$generator" = net_af_xdp ] || echo ,qdisc_bypass=1)"
}
start_memif() {
    CONFIG=$RUN/sluice.conf
    sluice_config "device = vdev:net_memif0,role=server,socket=$RUN/memif.sock,socket-abstract=no,rsize=13\nmac = $relay_mac\npoll = busy\nneighbor = 10.0.0.2 $gen_mac\nneighbor = 10.0.0.3 $gen_mac\ntap = none" >"$CONFIG"
    start_sluiced relay
    relay=sluiced ng=unix:$NG vdev="net_memif0,role=client,socket=$RUN/memif.sock,socket-abstract=no,rsize=13,mac=$gen_mac"
}
start_rtpengine() {
    start rtpengine relay taskset -c "$(media_core)" rtpengine --config-file=none --foreground --log-stderr --log-level=4 \
        --table=-1 --num-threads=1 --interface=ia/10.0.0.1 --interface=ib/10.0.0.4 --listen-ng=10.9.0.1:2223 \
        --port-min=1024 --port-max=65000 --pidfile="$RUN/rtpengine.pid"
    wait_for 10 in_ns relay bash -c 'ss -lun | grep -q 10.9.0.1:2223' || fail "rtpengine does not start"
    relay=rtpengine ng=udp:10.9.0.1:2223 vdev="${generator}0,iface=eth0$([ "$generator" = net_af_xdp ] || echo ,qdisc_bypass=1)"
}

# wire NAME OPTION...: one run of wire_load against the relay that is up
wire() {
    local name=$1 status=0
    shift
    in_ns gen "$WIRE" --vdev "$vdev" --relay-mac "$relay_mac" --core "$(tool_core)" --relay-pid "${PIDS[$relay]}" \
        --seconds "${SECONDS_PER_TRIAL:-2}" --tries "$tries" --json "$out/$name.json" "$@" -- --ng "$ng" --addr-a 10.0.0.2 --addr-b 10.0.0.3 \
        --direction ia,ib --calls "$calls" --suite-a "$a" --suite-b "$b" --sdes only || status=$?
    [ $status -eq 0 ] && return
    say "$name: wire_load ended with $status"
    failed=1
}

failed=0
for pair in $suites; do
    a=${pair%:*} b=${pair#*:}
    for kind in $relays; do
        calls=${CALLS:-200} start=50000 top=${SEARCH_TO:-2000000} tries=2
        # Where a packet takes a third of a microsecond, what somebody else has of either core for some milliseconds costs too
        # many: four tries, and rings of 8,192, as the queues of some NICs.
        [ "$kind" != memif ] || { calls=${CALLS:-1000} start=1000000 top=${SEARCH_TO:-8000000} tries=4; }
        echo "== $kind, $a to $b, $calls calls"
        "start_$kind"
        wire "$kind-$a-$b-search" --rate "$start" --search-to "$top"
        if [ "$kind" != memif ]; then
            for rate in ${LATENCY_AT:-10000 50000}; do wire "$kind-$a-$b-$rate" --rate "$rate"; done
        fi
        stop "$relay" || true
        # A Sluice that was stopped still guards the netdev: nobody else would hear of media.
        [ "$kind" != sluice ] || in_ns relay "$SLUICECTL" guard detach eth0
    done
done
exit $failed
