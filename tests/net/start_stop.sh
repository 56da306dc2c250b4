#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Starting and stopping the relay fifty times leaves nothing behind but the one filter that keeps media ports closed, which can
# be taken away; and after kill -9 it simply starts again.
. "$(dirname "$0")/lib.sh"

ns_add relay peer
veth relay eth0 peer eth0
address relay eth0 10.0.0.1/24

# All that a relay could leave behind here.
traces() {
    find "$RUN" -type s
    ip -n "$TAG-relay" -o link show | sed -E 's/qdisc [a-z]+//; s/state [A-Z]+//'
}
# Files of DPDK with a name would outlive it: what a running one holds is told apart from other programs' files.
dpdk_files() {
    find "/proc/${PIDS[sluiced]}/fd" "/proc/${PIDS[sluiced]}/map_files" \
        \( -lname '*/dpdk/*' -o -lname '*/hugepages/*' -o -lname '*/rtemap*' \) ! -lname '*.so*' ! -lname '*(deleted)' -printf '%l\n'
}
guarded() { ip -n "$TAG-relay" link show eth0 | has xdp; }

filters() { in_ns relay tc filter show dev eth0 ingress | grep -c sluice_ || true; }

before=$(traces)
for round in {1..50}; do
    start_sluiced relay 10.0.0.1/24
    check "round $round: no pong" ng ping --get result >/dev/null
    check "round $round: no guard on the netdev" guarded
    files=$(dpdk_files)
    [ -z "$files" ] || fail "round $round: holds $files"
    stop sluiced || fail "round $round: exit status $? on SIGTERM"
    [ "$(traces)" = "$before" ] || fail "round $round leaves $(diff <(echo "$before") <(traces))"
done
[ "$(filters)" = 1 ] || fail "$(filters) filters at tc ingress after fifty rounds"
ok "fifty rounds leave one filter and nothing else"

for round in {1..3}; do
    start_sluiced relay 10.0.0.1/24
    stop sluiced KILL || true
    start_sluiced relay 10.0.0.1/24
    check "after kill -9: no pong" ng ping --get result >/dev/null
    stop sluiced INT || fail "exit status $? on SIGINT"
done
[ "$(traces)" = "$before" ] || fail "after kill -9: $(diff <(echo "$before") <(traces))"
ok "kill -9 does not matter"
[ "$(filters)" = 1 ] || fail "$(filters) filters at tc ingress"
in_ns relay "$SLUICECTL" guard detach eth0 >/dev/null || fail "the guard cannot be taken away"
! in_ns relay tc qdisc show dev eth0 | has clsact || fail "clsact stays behind"
ok "and the guard goes when told to"
