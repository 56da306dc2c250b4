#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# usage: as_nobody.sh COMMAND...      without root, and without a home
exec setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$@"
