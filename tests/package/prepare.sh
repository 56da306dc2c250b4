#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs what debian/control and debian/tests/control ask for, and the judges. Run in a tree (tests/package.sh).
set -euo pipefail
cd "$(dirname "$0")/../.."
install() { apt-get "$@" -y -q --no-install-recommends; }

apt-get update -q
install install build-essential lintian faketime
install build-dep "$PWD"
install install $(sed -n 's/^Depends: @, //p' debian/tests/control | tr -d ,)
