# SPDX-License-Identifier: BSD-3-Clause
# Guests that boot from an initial RAM disk. Source it: `. tests/kernel/guest.sh`. It gives the script
#   $work                  a folder of its own, removed at the end
#   debian_kernel PACKAGE  Debian's kernel of that meta package: sets $kernel (a bzImage) and $modules (its lib/modules/VERSION)
#   into FILE...           into the disk: the file, where it is, and the libraries that it needs
#   program NAME...        the same, of programs by name, also as /usr/sbin/NAME
#   pack                   the disk, whose /init is the caller's, as $work/initrd
work=$(mktemp -d)
root=$work/root
mkdir -p "$root"/{bin,sbin,dev,etc,proc,sys,run,tmp,usr/sbin}

debian_kernel() {
    local package
    package=$(apt-cache depends "$1" | sed -n 's/^ *Depends: //p')
    (cd "$work" && apt-get download -q "$package" >&2 && dpkg -x "$package"_*.deb debian)
    kernel=$(echo "$work"/debian/boot/vmlinuz-*) modules=$(echo "$work"/debian/lib/modules/*)
}

into() {
    local file
    for file in "$@"; do
        [ ! -e "$root$file" ] || continue
        mkdir -p "$root${file%/*}"
        cp -L "$file" "$root$file"
        # shellcheck disable=SC2046
        [ ! -x "$file" ] && [[ $file != *.so* ]] || into $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true)
    done
}

program() {
    local name file
    for name in "$@"; do
        file=$(readlink -f "$(command -v "$name")")
        into "$file"
        [ -e "$root/usr/sbin/$name" ] || ln -s "$file" "$root/usr/sbin/$name"
    done
}

pack() {
    chmod 755 "$root/init"
    (cd "$root" && find . | busybox cpio -o -H newc | gzip -1) >"$work/initrd"
}
