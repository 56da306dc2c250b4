#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# As deployed, the relay runs on hugepages and as a user that may do almost nothing, whether it starts as root or, as its
# unit has it, as that user; calls work, nobody reads its memory, and hugepages that are not there are an error that names
# the command.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

chmod 755 "$RUN"
mkdir -p "$RUN/service"

media_switch

free_mib() { awk '/HugePages_Free/ { print $2 * 2 }' /proc/meminfo; }
service_config 'hugepages = 1000000' >"$RUN/greedy.conf"
status=0
in_ns relay "$SLUICED" -c "$RUN/greedy.conf" >"$RUN/greedy.log" 2>&1 || status=$?
[ $status != 0 ] || fail "a terabyte of hugepages was there"
logged greedy nr_hugepages || fail "it does not say how to get hugepages"

take_hugepages 256
if [ "$(free_mib)" -lt 256 ]; then
    say "skipped: no 256 MiB of hugepages to be had here"
    exit 77
fi
service_config 'hugepages = 256' >"$RUN/huge.conf"

# Started with the capabilities of its unit, and none else.
all=-all,$(sed -n 's/^AmbientCapabilities=//p' "$BUILD/deploy/sluiced.service" | sed 's/CAP_/+/g; s/ /,/g; s/.*/\L&/')
cat >"$RUN/as_the_unit" <<UNIT
#!/bin/sh
exec setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=$all --ambient-caps=$all --bounding-set=$all "$SLUICED" "\$@"
UNIT
chmod 755 "$RUN/as_the_unit"

for how in "started as root" "started as that user"; do
    if [ "$how" = "started as that user" ]; then
        SLUICED=$RUN/as_the_unit
        chown nobody "$RUN/service" # RuntimeDirectory=
    fi
    before=$(free_mib)
    CONFIG=$RUN/huge.conf start_sluiced relay
    NG=$RUN/service/ng.sock CTL=$RUN/service/ctl.sock
    check "it does not run on hugepages" [ "$(free_mib)" -lt "$before" ]
    pid=${PIDS[sluiced]}
    pid=$(pgrep -P "$pid" -x sluiced || echo "$pid")
    for task in "/proc/$pid/task/"*; do
        check "a thread is still root" grep -q "^Uid:.*$(id -u nobody)" "$task/status"
    done
    # CAP_NET_ADMIN (12) and CAP_IPC_LOCK (14) at most.
    caps=$((0x$(awk '/^CapPrm/ { print $2 }' "/proc/$pid/status")))
    [ $((caps & ~((1 << 12) | (1 << 14)))) = 0 ] || fail "capabilities $caps are too many"
    [ "$(awk '/^NoNewPrivs/ { print $2 }' "/proc/$pid/status")" = 1 ] || fail "it could gain privileges"
    ! in_ns relay setpriv --reuid=nobody --clear-groups head -c 1 "/proc/$pid/mem" >/dev/null 2>&1 ||
        fail "its own user reads its memory"

    sluicectl reload >"$RUN/reload.log" 2>&1 || fail "it cannot read its configuration again: $(cat "$RUN/reload.log")"

    arrives "calls as an unprivileged user on hugepages, $how" --calls 50 --seconds 2 --rtcp 200
    stop sluiced || fail "exit status $? on SIGTERM"
    ! ip -n "$TAG-relay" link show eth0 | has xdp || fail "the guard stays attached"
    ok "stopped, guard gone"
done
