#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A port on a virtual function: sluiced drives VF 0 of an SR-IOV NIC (QEMU's igb, 82576) by vfio-pci in a guest with Debian 12's
# kernel, and what passes there is judged by two endpoints on another NIC of the same cable. The guest's part is sriov_init.sh.
# QEMU 10 is Debian 13's, from a tree of its own (tests/tree.sh). Some minutes, so not part of a run.
# usage: tests/kernel/sriov.sh BUILD [DIR]      DIR: where the tree is made (a new one in /var/tmp); KEEP=1 leaves it
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "$1")
seconds=1800 # at most, for each of the steps
dir=${2:-$(mktemp -d /var/tmp/sluice-sriov.XXXXXX)}
. tests/tree.sh
. tests/kernel/guest.sh
trap 'rm -rf "$work"; clean_up' EXIT

deploy/packages.sh kernel
make_tree trixie
[ -x "$tree/usr/bin/qemu-system-x86_64" ] || step qemu sh -c \
    'apt-get update -q && apt-get install -y -q --no-install-recommends qemu-system-x86'

debian_kernel linux-image-amd64
release=${modules##*/}
depmod -b "$work/debian" "$release"
for name in igb virtio_pci virtio_net macvlan 8021q tun veth vfio_pci; do
    modprobe -d "$work/debian" -S "$release" --show-depends "$name"
done | sed -n "s|^insmod $work/debian\([^ ]*\).*|\1|p" | awk '!seen[$0]++' >"$work/modules"
while read -r file; do
    cp "$work/debian$file" "$root/"
    echo "insmod /${file##*/}"
done <"$work/modules" >"$root/modules.sh"

into /bin/busybox /bin/bash
program ip tc setpriv
pmds=$(echo /usr/lib/*/dpdk/pmds-*)
for name in bus_pci bus_vdev mempool_ring net_e1000; do
    into "$pmds/librte_$name.so"
done
into "$build"/ctrl/{sluiced,sluicectl} "$build/bench/srtp_load"
into /usr/lib/x86_64-linux-gnu/lib{softokn3,freebl3,freeblpriv3}.so # libsrtp2 opens them by name
printf 'root:x:0:0::/:/bin/sh\nsluice:x:990:990::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nsluice:x:990:\n' >"$root/etc/group"
echo "build=$build" >"$root/where"
cp tests/kernel/sriov_init.sh "$root/init"
pack

mkdir -p "$tree/guest"
cp "$kernel" "$tree/guest/kernel"
cp "$work/initrd" "$tree/guest/initrd"
nic() { echo -netdev "hubport,id=$1,hubid=0" -device "$2,netdev=$1"; }
# shellcheck disable=SC2046
in_tree qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 3 -m 3G -nographic -no-reboot \
    -device intel-iommu,intremap=on,caching-mode=on -device pcie-root-port,id=root0 \
    $(nic n0 igb,bus=root0) $(nic n1 virtio-net-pci) \
    -kernel /guest/kernel -initrd /guest/initrd \
    -append 'console=ttyS0 quiet panic=-1 rdinit=/init intel_iommu=on iommu=pt hugepages=256' </dev/null 2>&1 |
    sed -u 's|\r$||' | tee "$work/log"
grep -q '^guest: 0 failed$' "$work/log"
