#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The Debian packages: built twice, in other folders and surroundings, to the same bytes; lintian finds nothing; they install,
# a call that is up survives their upgrade, and a purge leaves nothing; a real systemd starts their units, reloads, restarts and
# stops them. All of it in a Debian tree of its own that is removed
# at the end. Needs root, Debian's mirror and 4 GB of disk.
# usage: tests/package.sh [RELEASE [DIR]]     RELEASE: bookworm (Debian 12) unless it is trixie (13). DIR: where the tree is
#                                             made (a new one in /var/tmp); KEEP=1 leaves it, with the packages, and takes it
#                                             up again when it is there
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:-bookworm}
seconds=3600 # at most, for each of the steps
dir=${2:-$(mktemp -d "/var/tmp/sluice-package-$release.XXXXXX")}
. tests/tree.sh

started=$SECONDS
make_tree "$release"
copy_source
echo "== the tree: $((SECONDS - started)) s"
step packages /src/tests/package/prepare.sh
# Folder, umask, locale, time zone, days from now, options of the build; what dpkg makes goes to the folder above.
step build /src/tests/package/build.sh /build/one/sluice 022 C.UTF-8 UTC 0 ''
grep -E '^(Ok|Fail|Skipped|Timeout):' "$dir/step.txt"
step "build again" /src/tests/package/build.sh /build/two/of-another-length 077 C Pacific/Kiritimati 40 nocheck
step compare sh -ec 'for deb in /build/one/*.deb; do cmp "$deb" "/build/two/${deb##*/}"; sha256sum "$deb"; done'
cat "$dir/step.txt"
step lintian /src/tests/package/as_nobody.sh sh -c \
    'lintian --fail-on error,warning --info --tag-display-limit 0 /build/one/*.changes'
cat "$dir/step.txt"
step install /src/tests/package/install.sh /build/one
grep '^ok:' "$dir/step.txt"
step "install again" sh -ec 'apt-get install -y -q --no-install-recommends systemd-sysv dbus $(ls /build/one/*.deb | grep -v dbgsym)'
tests/package/systemd.sh "$tree"
