#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A release that deploy/release.sh has signed with a throw-away key is verified as docs/release.md says; one whose files, sums
# or key are others is refused.
set -euo pipefail
cd "$(dirname "$0")/.."
git rev-parse --git-dir >/dev/null 2>&1 || exit 77 # a source without its history
fail() { echo "$*" >&2; exit 1; }
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT

git clone -q . "$run/sluice"
for key in ours theirs; do
    minisign -G -W -p "$run/$key.pub" -s "$run/$key.key" >/dev/null
done
"$run/sluice/deploy/release.sh" "$run/ours.key" "$run/out" >/dev/null
verify() { (cd "$run/out" && minisign -Vqm SHA256SUMS -p "$run/$1.pub" && sha256sum -c --quiet SHA256SUMS) >/dev/null 2>&1; }

verify ours || fail "a good release is refused"
! verify theirs || fail "another key's release is taken"
tar -tzf "$run"/out/sluice-*.tar.gz >"$run/list"
grep -q '^sluice-[0-9.]*/meson.build$' "$run/list" || fail "no source"
echo >>"$run"/out/sluice-*.tar.gz
! verify ours || fail "a changed file is taken"
(cd "$run/out" && sha256sum sluice-*.tar.gz >SHA256SUMS)
! verify ours || fail "changed sums are taken"
sed -i '1s/(.*)/(9.9.9)/' "$run/sluice/debian/changelog"
! "$run/sluice/deploy/release.sh" "$run/ours.key" "$run/other" 2>"$run/said" || fail "two versions are one release"
grep -q 9.9.9 "$run/said" || fail "$(cat "$run/said")"
echo "ok: signed, verified, refused"
