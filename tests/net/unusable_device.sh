#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A device that cannot be used stops the start, and the first line says why and what to do; DPDK's own words come after it.
. "$(dirname "$0")/lib.sh"

ns_add relay peer
veth relay eth0 peer eth0
veth relay v1 peer v1
address relay eth0 10.0.0.1/24
ip -n "$TAG-relay" link set v1 down

# config DEVICE [LINE]: LINE goes to [sluice]
config() {
    cat <<CONF
[sluice]
user = root
runtime-dir = $RUN
memory = 256
${2:-hugepages = off}
[port wan]
device = $1
cores = $(media_core)
[interface public]
port = wan
address = 203.0.113.10
media-ports = 20000-20099
[control]
ng = unix:$RUN/ng.sock
CONF
}

# refused DEVICE CAUSE REMEDY [LINE]: the first line has the cause, and behind it the remedy (regular expressions)
refused() {
    local first status=0
    config "$1" "${4:-}" >"$RUN/refused.conf"
    in_ns relay timeout 60 "$SLUICED" -c "$RUN/refused.conf" >"$RUN/refused.txt" 2>&1 || status=$?
    first=$(head -n 1 "$RUN/refused.txt")
    [ "$status" = 1 ] || fail "$1: exit status $status: $(cat "$RUN/refused.txt")"
    grep -qE "^sluiced: error: .*$2.*$3" <<<"$first" || fail "$1: the first line is: $(cat "$RUN/refused.txt")"
    ok "$1: ${first#sluiced: error: }"
}

refused af_xdp:none "there is no netdev none" "ip link"
refused vdev:net_none0 "no driver for the vdev net_none0" "check its name"
refused vdev:net_null0,colour=red "net_null0 does not take it" "check what follows its name"
refused vdev:net_memif0,role=king "net_memif0 does not take it" "check what follows its name"
grep -q "^sluiced: error: DPDK: .*king" "$RUN/refused.txt" || fail "DPDK's own words are not there: $(cat "$RUN/refused.txt")"
ok "DPDK's own words come after that"
refused pci:0000:ff:1f.7 "there is no PCI device 0000:ff:1f.7" "lspci"
refused af_xdp:eth0 "hugepages = 900000 MiB wanted" "nr_hugepages" "hugepages = 900000"

# More queues than the netdev has.
cores=$(media_core)
media_core() { echo "0,1"; }
[ "$(nproc)" -lt 2 ] || refused af_xdp:eth0 "has 1 RX queues but port wan names 2 cores" "ethtool -L eth0"
eval "media_core() { echo $cores; }"

# Another program's netdev.
cat >"$RUN/other.c" <<'CODE'
__attribute__((section("xdp"), used)) int other_program(void *context) { return 2; /* XDP_PASS */ }
char gpl[] __attribute__((section("license"), used)) = "GPL";
CODE
clang -target bpf -O2 -c "$RUN/other.c" -o "$RUN/other.o"
in_ns relay ip link set dev eth0 xdpgeneric obj "$RUN/other.o" sec xdp
refused af_xdp:eth0 "XDP program [0-9]+ .* is not Sluice's" "ip link set dev eth0 xdpgeneric off"
in_ns relay ip link set dev eth0 xdpgeneric off

# A netdev that is down may come up later.
config af_xdp:v1 >"$RUN/down.conf"
CONFIG=$RUN/down.conf start_sluiced relay
check "no word of v1 being down" logged sluiced "warning: port wan: v1 is down, .*: ip link set v1 up"
stop sluiced || fail "exit status $? on SIGTERM"
ok "af_xdp:v1: starts, with a warning that it is down"

# Another relay's netdev.
start_sluiced relay 10.0.0.1/24
refused af_xdp:eth0 "another Sluice guards it" "stop that one"
