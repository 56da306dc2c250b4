# SPDX-License-Identifier: BSD-3-Clause
# Endpoints behind real NATs for the namespace scripts. Source it after lib.sh and media.sh.

# nat_network: relay (10.0.0.1), attacker (10.0.0.66) and two NAT routers (10.0.0.11, .12) on one switch; behind them a
# (192.168.1.2) and b (192.168.2.2), whose addresses the relay has no route to. Every new mapping of a router gets a
# port of its own choice.
nat_network() {
    switch_add switch
    ns_add relay attacker nat-a nat-b a b
    plug relay 10.0.0.1/24
    plug attacker 10.0.0.66/24
    nat_router a 1
    nat_router b 2
    nat_config
}

nat_router() {
    local end=$1 n=$2
    plug "nat-$end" "10.0.0.1$n/24"
    veth "nat-$end" inside "$end" eth0
    address "nat-$end" inside "192.168.$n.1/24"
    address "$end" eth0 "192.168.$n.2/24"
    ip -n "$TAG-$end" route add default via "192.168.$n.1"
    in_ns "nat-$end" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    in_ns "nat-$end" nft -f - <<'END'
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "eth0" masquerade fully-random
    }
}
END
}

# rebind END: the NAT router forgets its mappings; what comes next gets others
rebind() { in_ns "nat-$1" conntrack -F >/dev/null 2>&1; }

# A range of ports that can be sprayed whole.
FIRST=20000 LAST=20199
nat_config() {
    cat >"$RUN/nat.conf" <<END
[sluice]
user = root
runtime-dir = $RUN

[port wan]
device = af_xdp:eth0
cores = $(media_core)
poll = adaptive

[interface public]
port = wan
media-ports = $FIRST-$LAST
address = 10.0.0.1/24

[control]
ng = unix:$RUN/ng.sock
END
    export CONFIG=$RUN/nat.conf
}

# spray: an attacker sends forgeries to every media port of the relay, until `spared`
spray() {
    start attacker attacker "$NET_DIR/spray.py" 10.0.0.1 $FIRST $LAST
    check "the attacker does not start" wait_for 10 logged attacker 'spraying'
}

# spared WHAT: the attacker has sent a lot and was sent nothing
spared() {
    local sent received
    stop attacker INT || true
    read -r sent received < <(sed -n 's/^sent \([0-9]*\) received \([0-9]*\)$/\1 \2/p' "$RUN/attacker.log")
    [ "${sent:-0}" -gt 1000 ] || fail "$1: the attacker was not tried: it sent ${sent:-nothing}"
    [ "$received" -eq 0 ] || fail "$1: the attacker was sent $received packets"
    ok "$1: an attacker sent $sent packets and was sent none"
}

# heard_well WHAT LOST OPTION...: calls in which at most LOST packets are lost, never as many as 50 in a row (a second),
# and nothing strange is heard. A machine that is too busy to run the relay for a while holds packets up; those among them
# that wait while a mapping changes are lost. As many as were held up and came are allowed for on top.
heard_well() {
    local what=$1 most=$2 kind lost held_up
    shift 2
    rm -f "$RUN/nat.json"
    load nat "$@" || [ -s "$RUN/nat.json" ] || fail "$what: no calls"
    for kind in duplicated reordered bad-decrypt bad-content; do
        [ "$(value "$RUN/nat.json" rtp $kind)" -eq 0 ] || fail "$what: $kind packets"
    done
    [ "$(value "$RUN/nat.json" ng-errors)" -eq 0 ] || fail "$what: refused"
    [ "$(value "$RUN/nat.json" foreign)" -eq 0 ] || fail "$what: packets from elsewhere"
    lost=$(value "$RUN/nat.json" rtp lost) held_up=$(value "$RUN/nat.json" held-up)
    [ "$lost" -le $((most + held_up)) ] ||
        fail "$what: $lost packets lost of $(value "$RUN/nat.json" rtp sent), $held_up held up"
    [ "$(value "$RUN/nat.json" longest-gap)" -le $((50 + held_up)) ] ||
        fail "$what: nothing heard for $(value "$RUN/nat.json" longest-gap) packets"
    ok "$what: $lost packets lost of $(value "$RUN/nat.json" rtp sent), RTCP $(value "$RUN/nat.json" rtcp lost) of $(value "$RUN/nat.json" rtcp sent), $held_up held up"
}
