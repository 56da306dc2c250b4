# SPDX-License-Identifier: BSD-3-Clause
# Debian trees for tests of whole releases. Source it: `. tests/tree.sh`, set $dir and $seconds, and use
#   make_tree RELEASE   unless it is there and complete: Debian's base in $tree, with all that packages.sh wants in it
#   in_tree COMMAND...  as root in it, at most $seconds: its own mounts and processes, the machine's devices and network
#   step NAME COMMAND...  the same, and says how long it took; what it wrote is shown only if it fails, and in $dir/step.txt
#   copy_source         this source, as git knows it, to /src in it
# At the end all of it is removed, unless KEEP=1. Mirrors and processors are Debian's and this machine's.

tree=$dir/tree
mirror=http://deb.debian.org/debian

[ "$(id -u)" -eq 0 ] || { echo "${0##*/}: run it as root, which debootstrap and mount namespaces need" >&2; exit 1; }
deploy/packages.sh tree

# `ip netns` wants a root that is a mount point of its own, which chroot does not give.
enter='
set -e
mount --bind "$1" "$1"
cd "$1"
shift
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mkdir -p run/old
pivot_root . run/old
umount -l run/old
exec "$@"'
in_tree() {
    timeout "$seconds" unshare --mount --pid --fork --kill-child bash -c "$enter" enter "$tree" \
        env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

make_base() {
    timeout "$seconds" debootstrap --variant=minbase "$1" "$tree" "$mirror"
    cp /etc/resolv.conf /etc/hosts "$tree/etc/"
    echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/sluice"
    printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d" # nothing is started in it
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    touch "$tree/complete"
}
make_tree() {
    [ -e "$tree/complete" ] || make_base "$1" >"$tree.txt" 2>&1 || { tail -n 20 "$tree.txt"; exit 1; }
    rm -f "$tree.txt"
}

copy_source() {
    rm -rf "$tree/src"
    mkdir "$tree/src"
    git ls-files -z | tar --null -c -T - | tar -x -C "$tree/src"
}

step() {
    local name=$1 started=$SECONDS
    shift
    in_tree "$@" >"$dir/step.txt" 2>&1 || { tail -n 60 "$dir/step.txt"; echo "${0##*/}: failed: $name" >&2; exit 1; }
    echo "== $name: $((SECONDS - started)) s"
}

clean_up() {
    [ -z "${KEEP:-}" ] || return 0
    rm -rf --one-file-system "$tree" "$dir/step.txt" "$tree.txt"
    rmdir "$dir" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$dir"
