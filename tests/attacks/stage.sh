# SPDX-License-Identifier: BSD-3-Clause
# A relay between alice and bob, an attacker beside them, and what the attacks came to. Source it after tests/net's
# lib.sh and media.sh. Relays: sluice (as it comes), sluice-strict (`source = strict`), rtpengine (Debian's, user space,
# as it comes), rtpengine-heuristic and rtpengine-strict (the same with --endpoint-learning=heuristic or off, and every
# offer and answer with the flag strict-source).
ATTACKS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OUTCOMES=$RUN/outcomes

stage() {
    switch_add switch
    # A switch does not mend or drop what is malformed above Ethernet; a bridge under br_netfilter would.
    in_ns switch sh -c 'for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e "$f" ] || echo 0 >"$f"; done'
    ns_add relay alice bob attacker
    plug relay 10.0.0.1/24
    plug alice 10.0.0.2/24
    plug bob 10.0.0.3/24
    plug attacker 10.0.0.66/24
    ulimit -n 16384
    chmod 755 "$RUN" # an unprivileged user reaches the control socket, and is turned away there
    : >"$OUTCOMES"
}

start_rtpengine() {
    local learning=()
    [ "$1" != rtpengine-strict ] || learning=(--endpoint-learning=off)
    [ "$1" != rtpengine-heuristic ] || learning=(--endpoint-learning=heuristic)
    start relay relay rtpengine "${learning[@]}" --config-file=none --foreground --log-stderr --log-level=4 --table=-1 \
        --interface=10.0.0.1 --port-min=20000 --port-max=20399 --num-threads=2 --pidfile="$RUN/rtpengine.pid" \
        --listen-ng=127.0.0.1:2223 --listen-tcp-ng=127.0.0.1:2223
    NG=udp:127.0.0.1:2223 NG_STREAM=tcp:127.0.0.1:2223
    pongs() { in_ns relay "$NET_DIR/ng.py" "$NG" ping; }
    wait_for 10 pongs || fail "rtpengine does not start"
}

# attacks RELAY FAMILY...: each family against a relay of its own
attacks() {
    local kind=$1 family log name
    shift
    for family in "$@"; do
        case $kind in
        sluice*)
            [ "$kind" = sluice ] && SOURCE= || SOURCE=strict
            CONTROL="max-sessions = 20000" MEDIA_PORTS=20000-20399 start_sluiced relay 10.0.0.1/24
            NG=unix:$NG NG_STREAM=$NG name=sluiced
            ;;
        rtpengine*) start_rtpengine "$kind" && name=relay ;;
        esac
        log=$RUN/$kind-$family.log
        TAG=$TAG RELAY=$kind RELAY_PID=${PIDS[$name]} NG=$NG NG_STREAM=$NG_STREAM CTL=${CTL:-} SLUICECTL=$SLUICECTL \
            PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$NET_DIR "$ATTACKS_DIR/$family.py" 2>"$log" | tee -a "$OUTCOMES" ||
            fail "$family against $kind"
        stop "$name" || true
    done
}
