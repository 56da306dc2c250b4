#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Call set-up of a real sluiced: bench_setup against its Unix socket, in a namespace of its own.
# The worker's core is the worker's: control thread and client share the other one.
# usage: setup.sh [JSON-PREFIX]     BUILD, LEVELS, SETUPS, SUITES ("A:B ..."), POLL from the environment
. "$(dirname "$0")/../tests/net/lib.sh"
. "$NET_DIR/media.sh"
out=${1:-}
levels=${LEVELS:-0,1000,20000,100000}
interfaces=() CONFIG=$RUN/sluice.conf

ns_add relay peer
veth relay eth0 peer eth0
address peer eth0 10.0.0.2/16
{
    printf '[sluice]\nuser = root\nruntime-dir = %s\ncontrol-core = %s\nmemory = 2048\nhugepages = off\n\n' \
        "$RUN" "$(tool_core)"
    printf '[port wan]\ndevice = af_xdp:eth0\ncores = %s\npoll = %s\n\n' "$(media_core)" "${POLL:-busy}"
    # 100,000 calls need 200,000 port pairs; an address has 32,000.
    for i in {0..9}; do
        printf '[interface i%d]\nport = wan\naddress = 10.0.1.%d/16\nmedia-ports = 1024-65535\n\n' "$i" "$i"
        interfaces+=("i$i")
    done
    printf '[control]\nng = unix:%s\n' "$RUN/ng.sock"
} >"$CONFIG"
for i in {0..9}; do address relay eth0 "10.0.1.$i/16"; done

for suites in ${SUITES:-AES_CM_128_HMAC_SHA1_80:AES_CM_128_HMAC_SHA1_32 AEAD_AES_256_GCM:AEAD_AES_256_GCM}; do
    start_sluiced relay
    echo "$suites"
    in_ns relay "$BUILD/bench/bench_setup" --socket "$NG" --pid "${PIDS[sluiced]}" --suite-a "${suites%:*}" \
        --suite-b "${suites#*:}" --levels "$levels" --calls "${SETUPS:-5000}" --cpu "$(tool_core)" \
        --interfaces "$(IFS=,; echo "${interfaces[*]}")" ${out:+--json "$out-${suites%%:*}.json"}
    stopped=${EPOCHREALTIME/./}
    kill -TERM "${PIDS[sluiced]}"
    check "sluiced does not end" wait_for 60 ended sluiced
    printf '%s calls up: ends in %d ms\n' "${levels##*,}" $(((${EPOCHREALTIME/./} - stopped) / 1000))
    stop sluiced || true
done
