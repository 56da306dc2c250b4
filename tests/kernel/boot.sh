#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Does the guard load, judge and stand on another kernel? Boots one under QEMU, without KVM, and passes there what needs
# no dataplane: the unit tests of the guard, and `sluicectl guard attach` before a veth. Minutes, so not part of a run.
# usage: boot.sh BUILD [KERNEL [MODULES]]      KERNEL: a bzImage, MODULES: its lib/modules/VERSION if it needs them
# Without KERNEL it is the newest of Debian's. Packages: deploy/packages.sh build test kernel
set -euo pipefail
build=$(cd "$1" && pwd)
kernel=${2:-} modules=${3:-}
. "$(dirname "$0")/guest.sh"
trap 'rm -rf "$work"' EXIT

[ -n "$kernel" ] || debian_kernel linux-image-cloud-amd64
into /bin/busybox /bin/bash
program ip tc
into "$build"/tests/unit/{test_guard{,_policy,_user},spoof.bpf.o} "$build/ebpf/guard.bpf.o" "$build/ctrl/sluicectl"
printf '%s\n' '[port wan]' 'device = af_xdp:eth0' 'cores = 0' \
    '[interface public]' 'port = wan' 'address = 10.0.0.1/24' 'media-ports = 20000-29999' \
    '[control]' 'ng = unix:/run/ng.sock' >"$root/guard.conf"
for name in veth sch_ingress cls_bpf; do
    [ -n "$modules" ] || break
    find "$modules" -name "$name.ko" -exec cp {} "$root/" \;
done
cat >"$root/init" <<EOF
#!/bin/busybox sh
/bin/busybox --install -s /bin
ln -sf bash /bin/sh # busybox would take an ip and a tc of its own
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
for module in /*.ko; do [ ! -e "\$module" ] || insmod "\$module"; done
ulimit -l unlimited
echo "guest: Linux \$(uname -r)"
failed=0
try() {
    "\$@" || { failed=\$((failed + 1)); echo "guest: failed: \$*"; }
}
try $build/tests/unit/test_guard $build/ebpf/guard.bpf.o
try $build/tests/unit/test_guard_policy $build/ebpf/guard.bpf.o $build/tests/unit/spoof.bpf.o
try $build/tests/unit/test_guard_user $build/ebpf/guard.bpf.o
attach() {
    ip=/usr/sbin/ip tc=/usr/sbin/tc guard="$build/ctrl/sluicectl guard"
    \$ip link add eth0 type veth peer name eth1 && \$ip address add 10.0.0.1/24 dev eth0 && \$ip link set eth0 up &&
        \$guard attach eth0 -c /guard.conf && \$ip link show dev eth0 | grep ' xdp ' &&
        \$tc filter show dev eth0 ingress | grep sluice_guard && \$guard show eth0 && \$guard detach eth0
}
try attach
echo "guest: \$failed failed"
poweroff -f
EOF
pack

timeout 900 qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 3G -nographic -no-reboot -nic none \
    -kernel "$kernel" -initrd "$work/initrd" -append 'console=ttyS0 quiet panic=-1 rdinit=/init' </dev/null |
    sed -u 's|\r$||' | tee "$work/log"
grep -q '^guest: 0 failed$' "$work/log"
