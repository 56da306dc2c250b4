# SPDX-License-Identifier: BSD-3-Clause
# Calls with real SRTP for the namespace scripts: srtp_load plays and judges both endpoints, a and b. Source it after
# lib.sh.
LOAD=$BUILD/bench/srtp_load

# media_switch: relay (10.0.0.1, fd00::1), a (.2) and b (.3) on one switch, and the relay's eth0 under Sluice
media_switch() {
    switch_add switch
    ns_add relay a b
    plug relay 10.0.0.1/24 fd00::1/64
    plug a 10.0.0.2/24 fd00::2/64
    plug b 10.0.0.3/24 fd00::3/64
    check "IPv6 does not come up" wait_for 10 settled relay a b
}

# settled NAME...: duplicate address detection is over; until then the kernel asks nobody for an IPv6 neighbour
settled() {
    local ns
    for ns in "$@"; do
        [ -z "$(ip -n "$TAG-$ns" -6 address show tentative)" ] || return 1
    done
}

# load NAME OPTION...: calls between a and b; what was seen goes to $RUN/NAME.log and, as JSON, $RUN/NAME.json
load() {
    local name=$1
    shift
    # Fewer in flight than the shortest queue on their way has places (a veth: 256): none is lost to the machine's pace.
    "$LOAD" --in-flight 200 --ng "unix:$NG" --cpu "$(tool_core)" --netns-a "$TAG-a" --addr-a 10.0.0.2 --netns-b "$TAG-b" --addr-b 10.0.0.3 \
        --json "$RUN/$name.json" "$@" >"$RUN/$name.log" 2>&1
}

# tool_core: the first core this process may use; the worker has the last
tool_core() { taskset -cp $$ | sed 's/.*: //; s/[-,].*//'; }

# value FILE KEY...: a number of a JSON file
value() {
    python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    value = value[int(key)] if isinstance(value, list) else value[key]
print(int(value))' "$@"
}

# arrives WHAT OPTION...: every packet of the calls arrives once, in order, unchanged
arrives() {
    local what=$1
    shift
    load arrives "$@" || {
        { sluicectl drops | awk '$2 ~ /^[1-9][0-9]*$/' && sluicectl ports; } >"$RUN/drops.log" 2>&1 || true
        fail "$what"
    }
    ok "$what: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' "$RUN/arrives.log")"
}

# drops NAME: packets that the workers dropped for that reason so far; closed: by the guard, before them
drops() {
    if [ "$1" = closed ]; then
        sluicectl ports --json >"$RUN/ports.json" || fail "no ports from sluicectl"
        value "$RUN/ports.json" ports 0 guard closed
        return
    fi
    sluicectl drops --json >"$RUN/drops.json" || fail "no drops from sluicectl"
    python3 -c 'import json, sys
print(sum(drop["packets"] for drop in json.load(open(sys.argv[1]))["drops"] if drop["name"] == sys.argv[2]))' \
        "$RUN/drops.json" "$1"
}
