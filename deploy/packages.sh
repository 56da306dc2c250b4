#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs the packages of Debian 12 or 13 that are missing for the named sets; says nothing when none is.
# usage: packages.sh [--list] SET...      sets: build demo test bench kernel proof tree
set -euo pipefail

# Debian's clang, whose sanitizers are a package with its version in the name.
case $(. /etc/os-release && echo "${VERSION_ID:-}") in
12) clang=14 ;;
*) clang=19 ;;
esac

build="gcc libc6-dev meson ninja-build pkg-config clang llvm bpftool
    libdpdk-dev libsrtp2-dev libipsec-mb-dev libssl-dev libbpf-dev libxdp-dev linux-libc-dev
    libuv1-dev libinih-dev libjansson-dev libncurses-dev libmnl-dev libcap-dev libseccomp-dev libsystemd-dev libcmocka-dev
    libwebsockets-dev libwebsockets-evlib-uv libmicrohttpd-dev libgnutls28-dev
    systemtap-sdt-dev scdoc"
demo="iproute2 python3 kamailio baresip-core tcpdump"
test="$demo libclang-rt-$clang-dev ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
    gstreamer1.0-plugins-bad iputils-ping ethtool clang-format clang-tidy nftables conntrack procps
    sip-tester tshark bpftrace binutils curl openssl prometheus man-db minisign python3-jsonschema
    rsyslog rsyslog-relp systemd systemd-journal-remote stunnel4 tmux
    chromium chromium-driver fonts-dejavu-core nodejs"

# The reader of HEP comes by npm. NodeSource's nodejs has one, and Debian's goes not with it.
command -v npm >/dev/null || test+=" npm"

kernel="qemu-system-x86 busybox-static iproute2 kmod"
proof="frama-c-base"
tree="debootstrap systemd-container"
bench="iproute2 ethtool nftables python3 rtpengine-daemon gnuplot-nox valgrind"

list_only=no
if [ "${1:-}" = --list ]; then
    list_only=yes
    shift
fi
wanted=()
for set in "$@"; do
    case $set in
    build) wanted+=($build) ;;
    demo) wanted+=($demo) ;;
    test) wanted+=($test) ;;
    bench) wanted+=($bench) ;;
    kernel) wanted+=($kernel) ;;
    proof) wanted+=($proof) ;;
    tree) wanted+=($tree) ;;
    *) echo "packages.sh: no set '$set' (build, demo, test, bench, kernel, proof, tree)" >&2; exit 2 ;;
    esac
done

missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $state == installed* ]] || missing+=("$package")
done
if [ $list_only = yes ]; then
    printf '%s\n' "${wanted[@]}" | sort -u
    exit 0
fi
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "packages.sh: as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

# A package's service must not come up on a machine that only wanted the programs: refuse starts while
# dpkg runs (policy-rc.d is Debian's door for that), and leave the unit disabled for the next boot.
policy=/usr/sbin/policy-rc.d
made_policy=no
finish() {
    [ $made_policy = no ] || rm -f $policy
}
trap finish EXIT
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    made_policy=yes
fi

export DEBIAN_FRONTEND=noninteractive
echo "installing: ${missing[*]}" >&2
install() {
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}
simulate() {
    apt-get install -s -q --no-install-recommends "${missing[@]}" >/dev/null 2>&1
}
simulate || apt-get update -q >&2
# An index that still resolves may name versions the mirror no longer has.
install || { apt-get update -q >&2 && install; }
for service in kamailio rtpengine-daemon prometheus rsyslog; do
    if [[ " ${missing[*]} " == *" $service "* ]]; then
        deb-systemd-helper disable $service.service >/dev/null 2>&1 || true
        update-rc.d $service disable >/dev/null 2>&1 || true
    fi
done
