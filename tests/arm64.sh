#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds for arm64 with Debian's cross compiler, in a Debian tree of its own that is removed at the end, and runs the tests
# of pure leaves there by emulation. Needs root, Debian's mirror, 4 GB of disk and a quarter of an
# hour.
# usage: tests/arm64.sh [DIR]      DIR: where the tree is made (a new one in /var/tmp); KEEP=1 leaves it, and takes it up
#                                  again when it is there
set -euo pipefail
cd "$(dirname "$0")/.."
mirror=http://deb.debian.org/debian
seconds=1800 # at most, for each of the three steps

[ "$(id -u)" -eq 0 ] || { echo "arm64.sh: run it as root, which debootstrap and chroot need" >&2; exit 1; }
deploy/packages.sh tree

dir=${1:-$(mktemp -d /var/tmp/sluice-arm64.XXXXXX)}
tree=$dir/tree
mkdir -p "$dir"
clean_up() {
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$tree"
    [ -n "${KEEP:-}" ] || rmdir "$dir" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Programs that run here are amd64, libraries that are linked with are arm64. IPsec-MB is for x86 alone.
tools="gcc-aarch64-linux-gnu libc6-dev-arm64-cross meson ninja-build pkg-config clang llvm bpftool qemu-user-static"
not_libraries='^(gcc|libc6-dev|meson|ninja-build|pkg-config|clang|llvm|bpftool|scdoc|libipsec-mb-dev)$'
libraries=$(deploy/packages.sh --list build | grep -vE "$not_libraries" | sed 's/$/:arm64/')

in_tree() { timeout "$seconds" chroot "$tree" env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive "$@"; }

make_tree() {
    timeout "$seconds" debootstrap --variant=minbase bookworm "$tree" "$mirror"
    cp /etc/resolv.conf /etc/hosts "$tree/etc/"
    printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
        'path-exclude=/usr/share/locale/*' >"$tree/etc/dpkg/dpkg.cfg.d/sluice"
    printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d" # nothing is started in it
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    in_tree dpkg --add-architecture arm64
    in_tree apt-get update -q
    in_tree apt-get install -y -q --no-install-recommends $tools $libraries
    in_tree apt-get clean
    touch "$tree/complete"
}

started=$SECONDS
[ -e "$tree/complete" ] || make_tree >"$dir/tree.txt" 2>&1 || { tail -n 20 "$dir/tree.txt"; exit 1; }
rm -f "$dir/tree.txt"
echo "== the tree: $((SECONDS - started)) s"

rm -rf "$tree/src"
mkdir "$tree/src"
git ls-files -z | tar --null -c -T - | tar -x -C "$tree/src"
cat >"$tree/src/arm64.txt" <<'EOF'
[binaries]
c = 'aarch64-linux-gnu-gcc'
ar = 'aarch64-linux-gnu-gcc-ar'
strip = 'aarch64-linux-gnu-strip'
pkgconfig = 'pkg-config'
exe_wrapper = 'qemu-aarch64-static'
[properties]
pkg_config_libdir = ['/usr/lib/aarch64-linux-gnu/pkgconfig', '/usr/share/pkgconfig']
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
EOF
started=$SECONDS
in_tree meson setup /src/build /src --cross-file /src/arm64.txt -Dwerror=true
in_tree ninja -C /src/build
echo "== the build: $((SECONDS - started)) s"
file=$(in_tree aarch64-linux-gnu-readelf -h /src/build/ctrl/sluiced | sed -n 's/ *Machine: *//p')
echo "sluiced is for $file"

# Those that need neither a device nor memory of DPDK's.
started=$SECONDS
in_tree meson test -C /src/build --no-rebuild --print-errorlogs --suite quick escape portpool bencode json_request ng_options rtpp_flags sdp sdes \
    sdp_rewrite mos media_address kdf prefixes latch police quality replay stream parse rewrite bucket
echo "== the tests: $((SECONDS - started)) s"
