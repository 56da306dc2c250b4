#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds the packages from a copy of this source, as nobody. Run in a tree (tests/package.sh).
# usage: build.sh FOLDER UMASK LOCALE ZONE DAYS OPTIONS
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1 umask=$2 locale=$3 zone=$4 days=$5 options=$6
out=${folder%/*}

rm -rf "$out"
mkdir -p "$out"
chown nobody "$out"
tests/package/as_nobody.sh sh -ec "umask $umask; cp -r . $folder; cd $folder
    export MAN_DISABLE_SECCOMP=1 # of man, which does not know faketime's system calls
    export LC_ALL=$locale TZ=$zone DEB_BUILD_OPTIONS='$options parallel=$(nproc)'
    faketime -f +${days}d dpkg-buildpackage -us -uc -b"
chmod 755 "$out"
