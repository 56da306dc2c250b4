# SPDX-License-Identifier: BSD-3-Clause
# Shared by the namespace scripts. Source it first: `. "$(dirname "$0")/lib.sh"`. It gives the script a run directory
# $RUN, a tag that makes its namespaces' names its own, and a trap that ends what it started and removes
# what it made on every way out. Nothing outside those namespaces is touched, so runs can coexist.
#
# BUILD: the build directory whose programs are under test (default: ../../build).
# KEEP=1: leave $RUN (logs, captures) behind.

set -euo pipefail
# Debian's programs, whichever others the machine has.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

NET_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${BUILD:=$NET_DIR/../../build}"
BUILD=$(cd "$BUILD" && pwd)
SLUICED=$BUILD/ctrl/sluiced SLUICECTL=$BUILD/ctrl/sluicectl

if [ "$(id -u)" -ne 0 ]; then
    echo "needs root: network namespaces, XDP" >&2
    exit 77 # meson's word for a skipped test
fi

TAG=sl$$
RUN=$(mktemp -d "/run/$TAG.XXXX")
NAMESPACES=()
declare -A PIDS=()
ORDER=() # names of PIDS as they were started

say() { echo "$*" >&2; }

# fail TEXT...: what a user would notice, the ends of the logs, exit 1
fail() {
    local log
    say "FAIL: $*"
    ! running sluiced 2>/dev/null || { sluicectl ports; sluicectl drops; } >"$RUN/counters.log" 2>&1 || true
    for log in "$RUN"/*.log; do
        [ -s "$log" ] && [[ $log != */capture-* ]] || continue
        say "--- ${log##*/}"
        tail -n "${LOG_LINES:-12}" "$log" >&2
    done
    exit 1
}

# check TEXT COMMAND...: fail with TEXT unless COMMAND succeeds
check() {
    local text=$1
    shift
    "$@" || fail "$text"
}

ok() { say "ok: $*"; }

# wait_for SECONDS COMMAND...: until COMMAND succeeds; 1 when it has failed as often as a quiet machine tries it in that
# time: on a busy one, where everybody takes longer, so does this.
wait_for() {
    local tries=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((tries--)) -gt 0 ] || return 1
        sleep 0.05
    done
}

# ns_add NAME...: a namespace with loopback up; everything else names it NAME
ns_add() {
    local name
    for name in "$@"; do
        ip netns add "$TAG-$name"
        NAMESPACES+=("$TAG-$name")
        ip -n "$TAG-$name" link set dev lo up
    done
}

# in_ns NAME COMMAND...
in_ns() {
    local name=$1
    shift
    ip netns exec "$TAG-$name" "$@"
}

# veth NS-A IF-A NS-B IF-B: a cable between two namespaces, both ends up
veth() {
    ip -n "$TAG-$1" link add name "$2" type veth peer name "$4" netns "$TAG-$3"
    ip -n "$TAG-$1" link set dev "$2" up
    ip -n "$TAG-$3" link set dev "$4" up
}

# address NS IF ADDRESS/PREFIX...: IPv6 addresses are usable at once
address() {
    local ns=$1 interface=$2 address
    shift 2
    for address in "$@"; do
        case $address in
        *:*) ip -n "$TAG-$ns" address add "$address" dev "$interface" nodad ;;
        *) ip -n "$TAG-$ns" address add "$address" dev "$interface" ;;
        esac
    done
}

# mac NS: the link-layer address of its eth0
mac() { ip -n "$TAG-$1" -j link show dev eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])'; }

# switch_add NS: a namespace that is an Ethernet switch; plug NS ADDRESS...: its eth0 into that switch
switch_add() {
    SWITCH=$1
    ns_add "$1"
    # A switch has no opinion of IP headers; where the kernel's has one it drops broken packets.
    in_ns "$1" sh -c 'for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e "$f" ] || echo 0 >"$f"; done'
    ip -n "$TAG-$1" link add name br type bridge mcast_snooping 0
    ip -n "$TAG-$1" link set dev br up
}
plug() {
    local ns=$1
    shift
    veth "$SWITCH" "to-$ns" "$ns" eth0
    ip -n "$TAG-$SWITCH" link set dev "to-$ns" master br
    address "$ns" eth0 "$@"
}

# start NAME NS COMMAND...: in the background, output to $RUN/NAME.log
start() {
    local name=$1 ns=$2
    shift 2
    : >"$RUN/$name.log" # now, lest somebody wait for what the last one of this name said
    ip netns exec "$TAG-$ns" "$@" >>"$RUN/$name.log" 2>&1 </dev/null &
    PIDS[$name]=$!
    ORDER+=("$name")
}

# has PATTERN: is it in what comes? Reads all of it: grep -q would not, and fail who still writes
has() { grep "$@" >/dev/null; }

running() { [ -n "${PIDS[$1]:-}" ] && kill -0 "${PIDS[$1]}" 2>/dev/null; }
ended() { ! running "$1"; }
logged() { grep -q -e "$2" "$RUN/$1.log"; }

# PING: each request is answered, however late. ping alone waits for two round trips after its last request; with -w it
# asks on until it has had as many answers as -c says. all_answered NAME COUNT: the first COUNT were, by NAME's log.
PING="ping -n -w 60"
all_answered() {
    grep -o 'icmp_seq=[0-9]*' "$RUN/$1.log" | cut -d = -f 2 | sort -un |
        awk -v count="$2" '$1 <= count { n++ } END { exit n != count }'
}

# stop NAME [SIGNAL]: its exit status; SIGKILL (and a complaint) after 5 s
stop() {
    local name=$1 signal=${2:-TERM} pid=${PIDS[$1]:-} status=0 stderr
    [ -n "$pid" ] || return 0
    exec {stderr}>&2 2>/dev/null # bash would tell of SIGKILL
    kill -"$signal" "$pid" || true
    if ! wait_for 5 ended "$name"; then
        echo "$name did not end on SIG$signal" >&"$stderr"
        kill -KILL "$pid" || true
    fi
    wait "$pid" || status=$?
    exec 2>&"$stderr" {stderr}>&-
    unset "PIDS[$name]"
    return $status
}

# take_hugepages MIB: so many more, in pages of 2 MiB, as far as there are any, until the script ends
HUGEPAGES=/proc/sys/vm/nr_hugepages HUGEPAGES_HAD=
take_hugepages() {
    HUGEPAGES_HAD=$(cat $HUGEPAGES)
    echo $((HUGEPAGES_HAD + $1 / 2)) >$HUGEPAGES
}

cleanup() {
    local status=$? i
    trap - EXIT
    trap '' INT TERM
    for ((i = ${#ORDER[@]} - 1; i >= 0; i--)); do
        stop "${ORDER[i]}" 2>/dev/null || true
    done
    pkill -KILL -f -- "$RUN/" 2>/dev/null || true # programs whose shell was ended before them
    for i in "${NAMESPACES[@]}"; do
        ip netns del "$i" 2>/dev/null || true
    done
    [ -z "$HUGEPAGES_HAD" ] || echo "$HUGEPAGES_HAD" >$HUGEPAGES
    if [ -n "${KEEP:-}" ]; then say "kept: $RUN"; else rm -rf "$RUN"; fi
    exit $status
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# media_core: the core for a worker: the last this process may use
media_core() { taskset -cp $$ | sed 's/.*[ ,-]//'; }

# start_sluiced NS ADDRESS...: the relay with one AF_XDP port, on eth0, SOURCE, if set, as its `source`, INTERFACES as
# sections beside [interface public], CONTROL in its [control], POLICY in its [guard], TIMERS in its [timers]; or, with
# CONFIG=FILE, that file
start_sluiced() {
    local ns=$1 address
    shift
    NG=$RUN/ng.sock CTL=$RUN/ctl.sock
    if [ -z "${CONFIG:-}" ]; then
        local CONFIG=$RUN/sluice.conf
        {
            printf '[sluice]\nuser = root\nruntime-dir = %s\n\n' "$RUN"
            printf '[port wan]\ndevice = af_xdp:eth0\ncores = %s\npoll = adaptive\n\n' "$(media_core)"
            printf '[interface public]\nport = wan\nmedia-ports = %s\n' "${MEDIA_PORTS:-20000-29999}"
            [ -z "${SOURCE:-}" ] || printf 'source = %s\n' "$SOURCE"
            for address in "$@"; do printf 'address = %s\n' "$address"; done
            printf '\n%s\n' "${INTERFACES:-}"
            printf '\n[control]\nng = unix:%s\n%s\n' "$NG" "${CONTROL:-}"
            printf '\n[guard]\n%s\n' "${POLICY:-}"
            timers
        } >"$CONFIG"
    fi
    start sluiced "$ns" "$SLUICED" -c "$CONFIG"
    wait_for 15 sluiced_settled || true
    running sluiced || fail "sluiced ended while starting"
    check "sluiced was not ready within 15 s" logged sluiced ready
}

# service_config LINE...: the configuration of a relay as deployed, on eth0 as 10.0.0.1: a user of its own, with its sockets
# in $RUN/service; LINEs go to [sluice]
service_config() {
    cat <<EOF
[sluice]
user = nobody
runtime-dir = $RUN/service
$(printf '%s\n' "$@")
[port wan]
device = af_xdp:eth0
cores = $(media_core)
poll = adaptive
[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 20000-29999
[control]
ng = unix:$RUN/service/ng.sock
ng-allow = uid:0
EOF
}

# timers: unless TIMERS says else no call ends because a test takes long
timers() { printf '\n[timers]\n%s\n' "${TIMERS:-media-timeout = 0}"; }

# start_control NS LINE...: a relay whose port carries nothing, for what is about control alone; LINEs go to [control]
start_control() {
    local ns=$1 CONFIG=$RUN/sluice.conf
    shift
    cat >"$CONFIG" <<EOF
[sluice]
user = root
runtime-dir = $RUN
hugepages = off
memory = 128

[port wan]
device = vdev:net_null0,no-rx=1
cores = $(media_core)
poll = adaptive
tap = none
neighbor = 192.0.2.1 02:00:00:00:00:01
neighbor = 192.0.2.2 02:00:00:00:00:02

[interface public]
port = wan
address = 203.0.113.10
address = 2001:db8::10
media-ports = 20000-20099
$(timers)

[control]
ctl = unix:$RUN/ctl.sock
$(printf '%s\n' "$@")
EOF
    start_sluiced "$ns"
}
sluiced_settled() { ended sluiced || logged sluiced ready; }
ng() { "$NET_DIR/ng.py" "$NG" "$@"; }
sluicectl() { "$SLUICECTL" -s "$CTL" "$@"; }

# start_capture NAME NS FILTER...: packets of eth0 into $RUN/NAME.pcap, from now on
start_capture() {
    local name=$1 ns=$2
    shift 2
    start "capture-$name" "$ns" tcpdump -i eth0 -n --immediate-mode -U -s 0 -Z root -w "$RUN/$name.pcap" "$*"
    check "tcpdump does not start" wait_for 5 logged "capture-$name" 'listening on'
}
