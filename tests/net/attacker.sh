# SPDX-License-Identifier: BSD-3-Clause
# An attacker at the switch of media.sh, and the account of where the packets of a flood have ended. Source it after media.sh.

# attacker_add: a host `attacker` (10.0.0.66). What bench/flood sends from there goes from the attacker's port of the
# switch to the relay's without the bridge, as a switch of hardware would do it
attacker_add() {
    ns_add attacker
    plug attacker 10.0.0.66/24
    FLOOD=$BUILD/bench/flood RELAY_MAC=$(mac relay)
    in_ns relay ethtool -K eth0 gro on >/dev/null # or this cable takes no frames while no XDP program is there
    in_ns "$SWITCH" "$FLOOD" --forward to-attacker --interface to-relay || fail "the switch does not forward"
    # What comes past every guard, counted where the kernel begins
    in_ns relay nft -f - <<'END'
table netdev flood {
    counter got { }
    chain ingress {
        type filter hook ingress device eth0 priority 0
        ether saddr 02:00:00:00:00:66 counter name got
    }
}
END
}

# flood_send OPTION...: on the core of the tools; how much it was goes to $RUN/flood.json
flood_send() {
    in_ns attacker taskset -c "$(tool_core)" "$FLOOD" --interface eth0 --mac "$RELAY_MAC" --to 10.0.0.1 "$@" \
        >"$RUN/flood.json" || fail "flood does not run"
}

# account FILE: how many packets have ended where so far, "by:reason packets" a line: lost by the attacker's cable or the
# relay's (a veth's queue has 256 places), refused by the guard, missed by a full socket, refused by the workers, got by the
# relay's kernel, forwarded. Of a relay that is not Sluice: what the cables have lost
account() {
    {
        echo "cable:attacker $(cable attacker eth0)"
        echo "cable:relay $(cable "$SWITCH" to-relay)"
        if running sluiced; then
            sluicectl drops --json >"$RUN/drops.json"
            sluicectl ports --json >"$RUN/ports.json"
            python3 -c 'import json, sys
drops, ports = (json.load(open(name)) for name in sys.argv[1:])
for by, key in (("guard", "guard_drops"), ("worker", "drops")):
    for row in drops[key]:
        print(by + ":" + row["name"], row["packets"])
print("socket:missed", ports["ports"][0]["missed"])
print("relay:forwarded", drops["forwarded"])' "$RUN/drops.json" "$RUN/ports.json"
            in_ns relay nft list counter netdev flood got | awk '$1 == "packets" { print "kernel:got", $2 }'
        fi
    } >"$1" || fail "no account of where packets end"
}

# cable NS IF: packets that this end could not send
cable() {
    ip -n "$TAG-$1" -j -s link show dev "$2" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["stats64"]["tx"]["dropped"])'
}

# more BEFORE AFTER: names and numbers by which these accounts differ
more() { paste -d ' ' "$1" "$2" | awk '$4 != $2 { printf "%s %d, ", $1, $4 - $2 }'; }

# total BEFORE AFTER [PATTERN]: the sum of those differences, of names that begin so
total() { paste -d ' ' "$1" "$2" | awk -v by="^(${3:-.*})" '$1 ~ by { n += $4 - $2 } END { print n + 0 }'; }
