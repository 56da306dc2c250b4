#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Calls cross from a VLAN, whose frames arrive with a tag, to the untagged network of the same port; what comes with
# another VLAN's tag, or with none, opens nothing.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

switch_add switch
ns_add relay a b
plug relay 10.0.0.1/24
plug a
plug b 10.0.0.3/24
in_ns switch ethtool -K to-relay txvlan off >/dev/null # a tag beside the frame, as for a NIC to insert, is hidden from XDP
MAC=$(mac relay)

# phone NETNS VLAN MAC: its TAP `phone`, 10.9.0.2, is in that VLAN; for the relay's address it needs no ARP
phone() {
    start "access-$2" "$1" "$NET_DIR/vlan_access.py" eth0 phone "$2"
    check "no access to the VLAN" wait_for 5 logged "access-$2" ready
    ip -n "$TAG-$1" link set dev phone address "$3" up
    address "$1" phone 10.9.0.2/24
    ip -n "$TAG-$1" neigh add 10.9.0.1 lladdr "$MAC" dev phone
}

CONFIG=$RUN/vlan.conf
cat >"$CONFIG" <<CONF
[sluice]
user = root
runtime-dir = $RUN

[port wan]
device = af_xdp:eth0
cores = $(media_core)
poll = adaptive
neighbor = 10.9.0.2 02:00:00:00:09:02

[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 20000-29999

[interface phones]
port = wan
vlan = 100
address = 10.9.0.1/24
media-ports = 20000-29999

[control]
ng = unix:$RUN/ng.sock
CONF
start_sluiced relay
phone a 100 02:00:00:00:09:02

arrives "tagged to untagged" --calls 10 --seconds 3 --rtcp 200 --direction phones,public --addr-a 10.9.0.2
arrives "untagged to tagged, GCM" --calls 10 --seconds 3 --direction public,phones \
    --netns-a "$TAG-b" --addr-a 10.0.0.3 --netns-b "$TAG-a" --addr-b 10.9.0.2 --suite-a AEAD_AES_256_GCM

stop access-100 || true
passed() { sluicectl ports --json >"$RUN/ports.json" && value "$RUN/ports.json" ports 0 guard passed; }
before=$(passed)
phone a 101 02:00:00:00:09:02
! load wrong --calls 1 --seconds 1 --direction phones,public --addr-a 10.9.0.2 ||
    fail "a call through another VLAN arrives"
[ $(($(passed) - before)) -ge 50 ] || fail "frames of another VLAN are not left to the kernel"
ok "another VLAN is the kernel's"
