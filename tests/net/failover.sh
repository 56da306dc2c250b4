#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# When a relay is full, for whatever reason, Kamailio takes the other one; calls that it has go on, and calls for help
# still get in, by the lines that docs/operate.md has for that.
. "$(dirname "$0")/lib.sh"

switch_add switch
ns_add one two proxy a
plug one 10.0.0.11/24
plug two 10.0.0.12/24
plug proxy 10.0.0.5/24 192.0.2.1/24
plug a 10.0.0.2/24 192.0.2.2/24

# start_relay NAME ADDRESS PORTS CONTROL REST
start_relay() {
    local name=$1 dir=$RUN/$1
    mkdir -p "$dir"
    cat >"$dir/sluice.conf" <<END
[sluice]
user = root
runtime-dir = $dir
memory = 256
hugepages = off
[port wan]
device = af_xdp:eth0
cores = $(taskset -cp $$ | sed 's/.*[ ,-]//')
poll = adaptive
[interface public]
port = wan
address = $2/24
media-ports = $3
[control]
ng = unix:$dir/ng.sock
$4
[guard]
flow-rate-slack = off
[limits]
$5
END
    start "$name" "$name" "$SLUICED" -c "$dir/sluice.conf"
    ready_or_not() { ended "$name" || logged "$name" ready; }
    wait_for 30 ready_or_not || true
    check "relay $name is not ready" logged "$name" ready
}

# The configuration that administrators are told to write.
sed -n '/^## Emergency calls/,/^A re-INVITE/p' "$NET_DIR/../../docs/operate.md" | sed -n '/^```$/,/^```$/{/^```$/!p}' \
    >"$RUN/emergency.cfg"
grep -q rtpengine_manage "$RUN/emergency.cfg" || fail "docs/operate.md has no lines for Kamailio"
start_relay two 10.0.0.12 20000-29999 "" ""
sed -e "s|@RUN@|$RUN|g" -e "s|@ADDRESS@|10.0.0.5|g" -e "s|@NG@|unix:$RUN/one/ng.sock unix:$RUN/two/ng.sock|g" \
    "$NET_DIR/failover.cfg" >"$RUN/kamailio.cfg"

# fails_over LIMIT PORTS CONTROL REST WORDS: with that limit on the first relay; Kamailio logs WORDS
fails_over() {
    start_relay one 10.0.0.11 "$2" "$3" "emergency-reserve = ${RESERVE:-1}"$'\n'"$4"
    start kamailio proxy kamailio -DD -E -f "$RUN/kamailio.cfg" -Y "$RUN" -w "$RUN" -m 32 -M 4
    check "Kamailio does not answer SIP" wait_for 10 in_ns proxy "$NET_DIR/sip_ping.py" 10.0.0.5
    in_ns a "$NET_DIR/failover.py" "$1" "$SLUICECTL" "$RUN/one/ctl.sock" >"$RUN/failover.log" 2>&1 ||
        fail "$1: $(tail -n 1 "$RUN/failover.log")"
    logged kamailio "$5" || fail "$1: Kamailio was not told: $5"
    stop kamailio || true
    stop one || true
    ok "$1: $5"
}

fails_over sessions 20000-29999 "max-sessions = 2" "" "load limit (Parallel session limit reached) - trying next one"
RESERVE=22 fails_over ports 20000-20047 "" "" "Ran out of ports"
fails_over cpu 20000-29999 "" "max-worker-load = 1" "load limit (CPU usage limit exceeded) - trying next one"
fails_over bandwidth 20000-29999 "" "max-bandwidth = 1" "load limit (Bandwidth limit exceeded) - trying next one"
fails_over load 20000-29999 "" "max-load-average = $(($(cut -d. -f1 /proc/loadavg) + 3))" "load limit (Load limit exceeded) - trying next one"
