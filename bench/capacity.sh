#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# One daemon, one logical interface with a pool of addresses, 20,000 calls up; all of them talk over memif while others
# are set up and ended beside them.
# usage: capacity.sh [JSON-DIRECTORY]     from the environment: BUILD, SUITES ("A:B ..."), CALLS, RATE, TRIALS and
# SECONDS_PER_TRIAL (their product is the time), SETUPS (a second)
#
# The worker has a core to itself. Generator, control thread and the client that sets calls up share the other: a request
# takes the control thread some 30 us, in which the rings (8,192 packets, 4 ms) take what arrives.
. "$(dirname "$0")/../tests/net/lib.sh"
. "$NET_DIR/media.sh"
out=${1:-$RUN}
calls=${CALLS:-20000} rate=${RATE:-2000000} trials=${TRIALS:-3} seconds=${SECONDS_PER_TRIAL:-10} setups=${SETUPS:-200}
suites=${SUITES:-AES_CM_128_HMAC_SHA1_80:AES_CM_128_HMAC_SHA1_32 AEAD_AES_256_GCM:AES_CM_128_HMAC_SHA1_80}
gen_mac=02:00:00:00:00:02 relay_mac=02:00:00:00:00:01
mkdir -p "$out"

# On hugepages, as deployed.
memory=1536
take_hugepages $((memory + 128))

ns_add relay

CONFIG=$RUN/sluice.conf
{
    printf '[sluice]\nuser = root\nruntime-dir = %s\ncontrol-core = %s\nmemory = %s\nhugepages = %s\n\n' "$RUN" "$(tool_core)" \
        $memory $memory
    printf '[port wan]\ndevice = vdev:net_memif0,role=server,socket=%s/memif.sock,socket-abstract=no,rsize=13\n' "$RUN"
    printf 'mac = %s\ncores = %s\npoll = busy\ntap = none\n' "$relay_mac" "$(media_core)"
    for ip in 10.0.0.2 10.0.0.3; do printf 'neighbor = %s %s\n' "$ip" "$gen_mac"; done
    printf '\n[interface public]\nport = wan\nmedia-ports = 20000-59999\n'
    for i in 1 4 5; do printf 'address = 10.0.0.%s/24\n' "$i"; done
    printf '\n[control]\nng = unix:%s\n\n[guard]\nflow-rate-slack = off\n\n[timers]\nmedia-timeout = 0\n' "$RUN/ng.sock"
} >"$CONFIG"

# churn NAME: until it is told to end, set-ups and deletes beside the load
churn() {
    start "$1" relay "$BUILD/bench/bench_setup" --socket "$NG" --address 10.0.0.2 --interfaces public,public --rate "$setups" \
        --calls 1000000 --suite-a "$a" --suite-b "$b" --cpu "$(tool_core)"
}
requests() { value "$RUN/status.json" commands "$1" requests; }

failed=0
for pair in $suites; do
    a=${pair%:*} b=${pair#*:} name=capacity-${pair%:*}-${pair#*:}
    start_sluiced relay
    start load relay "$BUILD/bench/wire_load" --relay-mac "$relay_mac" --core "$(tool_core)" --relay-pid "${PIDS[sluiced]}" \
        --vdev "net_memif0,role=client,socket=$RUN/memif.sock,socket-abstract=no,rsize=13,mac=$gen_mac" \
        --rate "$rate" --seconds "$seconds" --repeat "$trials" --json "$RUN/$name.json" \
        -- --ng "unix:$NG" --addr-a 10.0.0.2 --addr-b 10.0.0.3 --calls "$calls" --suite-a "$a" --suite-b "$b" --sdes only
    up() { sluicectl status --json >"$RUN/status.json" && [ "$(value "$RUN/status.json" calls now)" -ge "$calls" ]; }
    check "the calls do not get up" wait_for 300 up
    up && before=$(requests delete) began=${EPOCHREALTIME/./}
    churn churn
    wait_for 600 ended load || fail "the load does not end"
    sluicectl status --json >"$RUN/status.json"
    running churn || fail "the client that sets calls up has ended"
    # The load's own deletes at its end are among them.
    churned=$(($(requests delete) - before - calls)) took=$((${EPOCHREALTIME/./} - began))
    stop churn || true
    wait "${PIDS[load]}" || failed=1
    cat "$RUN/load.log" >&2
    sluicectl ports --json >"$RUN/ports.json"
    python3 - "$RUN/$name.json" "$RUN/ports.json" "$RUN/status.json" "$out/$name.json" $churned $took <<'PY'
import json
import sys

load, ports, status = (json.load(open(name)) for name in sys.argv[1:4])
load["setups"], load["setups-per-second"] = int(sys.argv[5]), int(sys.argv[5]) * 1e6 / int(sys.argv[6])
load["addresses"] = len(ports["ports"][0]["interfaces"])
load["missed"] = ports["ports"][0]["missed"]
load["ng-errors"] = {name: c["errors"] for name, c in status["commands"].items() if c["errors"]}
json.dump(load, open(sys.argv[4], "w"), indent=1)
best = load["best"]
print("%s to %s, %d calls: %d of %d packets lost, %.0f a second, %.0f set-ups a second" % (
    load["suite-a"], load["suite-b"], load["calls"], best["packets"] - best["received"], best["packets"], best["offered"],
    load["setups-per-second"]))
PY
    stop sluiced || true
done
exit $failed
