#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Drives a real sluiced over memif with Pktgen-DPDK: calls by NG, their packets as a PCAP file, sent once.
# usage: try.sh PKTGEN      the program, started in its own source directory, which holds Pktgen.lua
# from the environment: BUILD, CALLS (100), SUITE_A, SUITE_B, RATE (percent of the link), PPS and SECONDS_OF_MEDIA of the file
pktgen=$(realpath "${1:?usage: try.sh PKTGEN}")
. "$(dirname "$0")/../../tests/net/lib.sh"
. "$NET_DIR/media.sh"
here=$(cd "$(dirname "$0")" && pwd)
home=$(dirname "$pktgen")
while [ ! -f "$home/Pktgen.lua" ]; do
    [ "$home" != / ] || fail "there is no Pktgen.lua above $pktgen"
    home=$(dirname "$home")
done
gen_mac=02:00:00:00:00:02 relay_mac=02:00:00:00:00:01
ns_add relay
CONFIG=$RUN/sluice.conf
{
    printf '[sluice]\nuser = root\nruntime-dir = %s\nhugepages = off\n\n' "$RUN"
    printf '[port wan]\ndevice = vdev:net_memif0,role=server,socket=%s,socket-abstract=no,rsize=12\nmac = %s\n' "$RUN/memif.sock" $relay_mac
    printf 'cores = %s\npoll = adaptive\ntap = none\nneighbor = 10.0.0.2 %s\nneighbor = 10.0.0.3 %s\n\n' "$(tool_core)" $gen_mac $gen_mac
    printf '[interface ia]\nport = wan\naddress = 10.0.0.1/24\nmedia-ports = 20000-59999\n\n[interface ib]\nport = wan\naddress = 10.0.0.4/24\nmedia-ports = 20000-59999\n\n'
    printf '[control]\nng = unix:%s\n\n[guard]\nflow-rate-slack = off\n\n[timers]\nmedia-timeout = 0\n' "$RUN/ng.sock"
} >"$CONFIG"
start_sluiced relay
"$BUILD/bench/wire_load" --pcap "$RUN/calls.pcap" --relay-mac $relay_mac --rate "${PPS:-5000}" --seconds "${SECONDS_OF_MEDIA:-2}" -- \
    --ng "unix:$NG" --addr-a 10.0.0.2 --addr-b 10.0.0.3 --direction ia,ib --sdes only --calls "${CALLS:-100}" \
    --suite-a "${SUITE_A:-AES_CM_128_HMAC_SHA1_80}" --suite-b "${SUITE_B:-AEAD_AES_256_GCM}" | tee "$RUN/pcap.log"

[ "${SUITE_A:-}${SUITE_B:-}" != RTPRTP ] || export FLOWS=$RUN/calls.pcap
PACKETS=$(sed -n 's/.*: \([0-9]*\) frames.*/\1/p' "$RUN/pcap.log")
export PACKETS RATE=${RATE:-1} LATENCY=$RUN/latency
# It draws on a terminal; `script` gives it one.
(cd "$home" && timeout 120 script -qec "$pktgen -l $(tool_core),$(media_core) --no-pci --no-huge -m $((2048 + PACKETS / 1000)) --no-shconf --iova-mode=va \
    --vdev=net_memif0,role=client,socket=$RUN/memif.sock,socket-abstract=no,rsize=12,mac=$gen_mac \
    -- -P -m '$(media_core).0' -s '0:$RUN/calls.pcap' -f '$here/play.lua'" "$RUN/pktgen.screen" >/dev/null </dev/null) || true
grep -a -o 'RESULT.*' "$RUN/pktgen.screen" | tail -1 || {
    sed "s/\x1b[^A-Za-z]*[A-Za-z]//g" "$RUN/pktgen.screen" | grep -a -i -E "error|cannot|panic|fail" | tail -5 | cut -c1-300 >&2
    fail "Pktgen did not get so far"
}
if [ -s "$RUN/latency" ]; then
    sed 1d "$RUN/latency" | sort -n | awk '{ ns[NR] = $1 } END {
        if (NR) printf "LATENCY %d time stamps: p50 %.1f p99 %.1f max %.1f us\n", NR, ns[int((NR + 1) / 2)] / 1e3, ns[int(NR * 0.99 + 0.99)] / 1e3, ns[NR] / 1e3 }'
fi
sluicectl drops | awk '$2 ~ /^[1-9]/'
