#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# /init of sriov.sh's guest. VF 0 is Sluice's, with the address 10.0.0.1; namespaces a (10.0.0.2) and b (10.0.0.3) are on the
# second NIC, which is on the same cable.
/bin/busybox --install -s /bin
ln -sf bash /bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir -p /var /run/sluice && ln -s /run /var/run
chown sluice /run/sluice
. /where
. /modules.sh
ulimit -l unlimited
failed=0
say() { echo "guest: $*"; }
try() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >/run/out.txt 2>&1; then
        say "ok: $what"
    else
        failed=$((failed + 1))
        say "failed: $what"
        tail -n 20 /run/out.txt
    fi
}
wait_for() { # SECONDS COMMAND...
    local tries=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((tries--)) -gt 0 ] || return 1
        sleep 0.2
    done
}
sluicectl() { "$build/ctrl/sluicectl" -s /run/sluice/ctl.sock "$@"; }

# The NICs: igb's PF with two VFs, and the endpoints' one.
pf=$(ls -d /sys/bus/pci/drivers/igb/0000:*)
netdev=$(ls "$pf/net")
ends=$(ls /sys/bus/virtio/drivers/virtio_net/virtio*/net)
say "Linux $(uname -r), PF ${pf##*/} $netdev, endpoints on $ends"
ip link set dev lo up
ip link set dev "$netdev" up
echo 2 >"$pf/sriov_numvfs"
ip link set dev "$netdev" vf 0 mac 02:00:00:00:00:10 spoofchk off
vf=$(basename "$(readlink "$pf/virtfn0")")
group=$(basename "$(readlink "/sys/bus/pci/devices/$vf/iommu_group")")
say "VF $vf: $(cat "/sys/bus/pci/devices/$vf/vendor" "/sys/bus/pci/devices/$vf/device" | tr '\n' ' ')IOMMU group $group"
echo vfio-pci >"/sys/bus/pci/devices/$vf/driver_override"
echo "$vf" >/sys/bus/pci/drivers_probe
chown sluice "/dev/vfio/$group" # as 60-sluice.rules does

# endpoint NAME NETDEV ADDRESS
endpoint() {
    ip netns add "$1"
    ip link add link "$2" name "m-$1" type macvlan mode bridge
    ip link set dev "m-$1" netns "$1"
    ip -n "$1" link set dev "m-$1" name eth0
    ip -n "$1" link set dev lo up
    ip -n "$1" link set dev eth0 up
    ip -n "$1" address add "$3/24" dev eth0
}
ip link set dev "$ends" up
endpoint a "$ends" 10.0.0.2
endpoint b "$ends" 10.0.0.3
ip link add link "$ends" name access up type vlan id 100
endpoint c access 10.0.0.4
endpoint d access 10.0.0.5

mkdir -p /dev/hugepages
mount -t hugetlbfs hugepages /dev/hugepages
cat >/run/sluice.conf <<EOF
[sluice]
user = sluice
runtime-dir = /run/sluice

[port wan]
device = pci:$vf
cores = 2
poll = adaptive

[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 20000-20999

[timers]
media-timeout = 0

[control]
ng = unix:/run/sluice/ng.sock
EOF
start_sluiced() {
    "$build/ctrl/sluiced" -c /run/sluice.conf >/run/sluiced.log 2>&1 &
    pid=$!
    try "sluiced is ready on the VF" wait_for 60 grep -q ready /run/sluiced.log
    sed 's/^/  /' /run/sluiced.log
}
stop_sluiced() { kill -TERM $pid && wait $pid; }
start_sluiced
[ $failed = 0 ] || poweroff -f

# calls NS-A ADDRESS NS-B ADDRESS OPTION...
calls() {
    local a=$1 at_a=$2 b=$3 at_b=$4
    shift 4
    "$build/bench/srtp_load" --ng unix:/run/sluice/ng.sock --in-flight 64 --cpu 0 --netns-a "$a" --addr-a "$at_a" --netns-b "$b" \
        --addr-b "$at_b" "$@" >/run/calls.log 2>&1
    local status=$?
    cat /run/calls.log
    [ $status = 0 ] || sluicectl drops
    grep -E '^(RTP|latency)' /run/calls.log >>/run/figures
    return $status
}
figures() { sed 's/^/  /' /run/figures; : >/run/figures; }
pings() { ip netns exec "$1" busybox ping -c 5 -W 5 10.0.0.1; }

try "ping crosses the exception port" pings a
try "50 calls, SRTP to SRTP" calls a 10.0.0.2 b 10.0.0.3 --calls 50 --seconds 10
figures
try "AES-GCM to RTP, with RTCP" calls a 10.0.0.2 b 10.0.0.3 --calls 10 --seconds 5 --rtcp 200 --suite-a AEAD_AES_256_GCM --suite-b RTP
figures

# Packets that nobody asked for end in the worker: there is no XDP here.
drops() { sluicectl drops | awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }'; }
uninvited() {
    local before
    before=$(drops closed)
    ip netns exec a bash -c 'for ((port = 20000; port < 20200; port++)); do echo x >/dev/udp/10.0.0.1/$port; done'
    [ $(($(drops closed) - before)) -ge 190 ] || { sluicectl drops; return 1; }
}
try "200 packets to closed ports are dropped by name" uninvited

# An access VLAN: the NIC tags and strips, and the VF does not know.
ip link set dev "$netdev" vf 0 vlan 100
try "ping in the access VLAN" pings c
try "20 calls in the access VLAN" calls c 10.0.0.4 d 10.0.0.5 --calls 20 --seconds 5
figures
ip link set dev "$netdev" vf 0 vlan 0
try "and again without" calls a 10.0.0.2 b 10.0.0.3 --calls 20 --seconds 5
figures

sluicectl status | sed 's/^/  /'
sluicectl ports | sed 's/^/  /'

# The PF resets the VF when half of a call's packets are sent: its link goes and comes. The other half has to arrive.
cat >/reset.sh <<EOF
#!/bin/bash
ip link set dev $netdev down
sleep \$1
"$build/ctrl/sluicectl" -s /run/sluice/ctl.sock ports | grep -o 'state: .*' >>/run/states
ip link set dev $netdev up
for ((i = 0; i < 100; i++)); do
    # Both: the kernel may have given up their neighbour entries meanwhile.
    grep -q 1 "/sys/class/net/$netdev/carrier" && ip netns exec a busybox ping -c 1 -W 1 10.0.0.1 &&
        ip netns exec b busybox ping -c 1 -W 1 10.0.0.1 &&
        "$build/ctrl/sluicectl" -s /run/sluice/ctl.sock ports | grep 'state: serves' && exit
    sleep 0.2
done
EOF
chmod 755 /reset.sh
received() { sluicectl ports | awk '$1 == "rx" { print $2 }'; }
logged() { grep -q "$1" /run/sluiced.log; }
try "the same call before and after a reset of its VF" calls a 10.0.0.2 b 10.0.0.3 --calls 1 --seconds 10 --halfway "/reset.sh 5"
figures
try "and after a short one" calls a 10.0.0.2 b 10.0.0.3 --calls 1 --seconds 4 --halfway "/reset.sh 0"
figures
before=$(received)
try "20 calls after it" calls a 10.0.0.2 b 10.0.0.3 --calls 20 --seconds 5
figures
more=$(($(received) - before))
plausible() { [ "$1" -ge 10000 ] && [ "$1" -lt 20000 ]; }
try "its counters go on: $more more packets received" plausible "$more"
say "while the PF was down: $(head -n 1 /run/states)"
try "the log names it" logged 'port wan: its device was reset'
try "so does an alarm" logged 'alarm=raised kind=port by=wan reason=reset'
try "which ends" wait_for 60 logged 'alarm=ended kind=port by=wan reason=reset'
sluicectl ports | sed 's/^/  /'
try "sluiced ends" stop_sluiced
sed 's/^/  /' /run/sluiced.log
say "$failed failed"
poweroff -f
