#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Puts the files of a release of HEAD into a new folder: the source, what FOLDERs hold of packages, their SHA-256 sums, and a
# signature of these by minisign. docs/release.md says what comes before and after.
# usage: deploy/release.sh KEY OUT [FOLDER...]      KEY: minisign's secret key. FOLDER: where dpkg-buildpackage has built
set -euo pipefail
refuse() { echo "release.sh: $*" >&2; exit 2; }
[ $# -ge 2 ] || refuse "usage: deploy/release.sh KEY OUT [FOLDER...]"
key=$(realpath "$1") out=$2
shift 2
folders=()
for folder in "$@"; do
    folders+=("$(realpath "$folder")")
done
mkdir "$out" || refuse "name a folder that is not there yet"
out=$(realpath "$out")
cd "$(dirname "$0")/.."

version=$(sed -n "s/^    version: '\(.*\)',/\1/p" meson.build)
packaged=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
[ "$version" = "$packaged" ] || refuse "meson.build has version $version, debian/changelog $packaged; make them one"
[ -z "$(git status --porcelain --untracked-files=no)" ] || refuse "there are changes that are not committed"

git archive --format=tar --prefix="sluice-$version/" HEAD | gzip -9n >"$out/sluice-$version.tar.gz"
for folder in "${folders[@]}"; do
    cp "$folder"/*.deb "$folder"/*.buildinfo "$out/"
done
cd "$out"
sums=$(sha256sum -- *)
echo "$sums" >SHA256SUMS
minisign -S -s "$key" -m SHA256SUMS -t "sluice $version"
