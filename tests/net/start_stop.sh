#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Starting and stopping the relay fifty times leaves nothing behind, and after kill -9 it simply starts again.
. "$(dirname "$0")/lib.sh"

ns_add relay peer
veth relay eth0 peer eth0
address relay eth0 10.0.0.1/24

# All that a relay could leave: files, netdevs and programs of its namespace, hugepages, shared files of DPDK.
traces() {
    find "$RUN" -type s
    ip -n "$TAG-relay" -o link show | sed -E 's/qdisc [a-z]+//; s/state [A-Z]+//'
    grep HugePages_Free /proc/meminfo
}
dpdk_files() { { find /run/dpdk /dev/hugepages -mindepth 1 2>/dev/null || true; } | wc -l; }
guarded() { ip -n "$TAG-relay" link show eth0 | grep -q xdp; }

before=$(traces) files=$(dpdk_files)
for round in {1..50}; do
    start_sluiced relay 10.0.0.1/24
    check "round $round: no pong" ng ping --get result >/dev/null
    check "round $round: no guard on the netdev" guarded
    stop sluiced || fail "round $round: exit status $? on SIGTERM"
    [ "$(traces)" = "$before" ] || fail "round $round leaves $(diff <(echo "$before") <(traces))"
done
[ "$(dpdk_files)" -le "$files" ] || fail "DPDK's files stay behind: $(find /run/dpdk /dev/hugepages -mindepth 1)"
ok "fifty rounds leave nothing"

for round in {1..3}; do
    start_sluiced relay 10.0.0.1/24
    stop sluiced KILL || true
    start_sluiced relay 10.0.0.1/24
    check "after kill -9: no pong" ng ping --get result >/dev/null
    stop sluiced INT || fail "exit status $? on SIGINT"
done
[ "$(traces)" = "$before" ] || fail "after kill -9: $(diff <(echo "$before") <(traces))"
ok "kill -9 does not matter"
