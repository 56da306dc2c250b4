#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs, tries, upgrades and purges the packages of a folder. Run in a tree (tests/package.sh).
# usage: install.sh FOLDER       beside it, `later` gets the packages of a later version
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1 later=${1%/*}/later run=$(mktemp -d)
fail() { echo "FAIL: $*" >&2; exit 1; }
debs() { ls "$1"/*.deb | grep -v dbgsym; }
install() { apt-get install -y -q --no-install-recommends $(debs "$1"); }
purge() { dpkg --purge sluice sluice-tools sluice-exporter; }

# As on a machine that systemd runs; what the packages want of services is noted, and nothing is done.
mkdir -p /run/systemd/system
printf '#!/bin/sh\necho "$@" >>%s/services\nexit 101\n' "$run" >/usr/sbin/policy-rc.d
touch "$run/services"

# All files, and what is in those of /etc, but for records of what was installed when.
state() {
    find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /build -o -path /src \
        -o -path /tmp -o -path /run -o -path /root \) -prune -o -printf '%p %y %m %U %G %l\n' | sort
    find /etc -type f -exec sha256sum {} + | sort -k 2
}

# The same packages as a later version
later() {
    local deb unpacked=$run/unpacked
    rm -rf "$later"
    mkdir "$later"
    for deb in $(debs "$folder"); do
        rm -rf "$unpacked"
        dpkg-deb -R "$deb" "$unpacked"
        sed -i 's/~deb/+later~deb/' "$unpacked/DEBIAN/control"
        dpkg-deb -b "$unpacked" "$later/${deb##*/}" >/dev/null
    done
}

install "$folder" # for their dependencies, and the user, who stays
purge
: >"$run/services"
state >"$run/before"
install "$folder"
[ ! -s "$run/services" ] || fail "an installation asks for services: $(cat "$run/services")"
for user in sluice sluice-exporter; do getent passwd $user >/dev/null || fail "there is no user $user"; done
[ "$(systemctl --root=/ is-enabled sluiced)" = enabled ] || fail "the unit is not enabled"
[ "$(systemctl --root=/ is-enabled sluice-exporter)" = disabled ] || fail "the exporter is on without being asked for"
[ -z "$(ls /etc/sluice)" ] || fail "there is a configuration that nobody wrote"
grep -q '^ConditionPathExists=/etc/sluice/sluice.conf$' "$(dpkg -L sluice | grep 'sluiced\.service$')" || fail "the unit starts without"
sluiced -c /usr/share/doc/sluice/examples/sluice.conf --check >/dev/null || fail "the sample is no configuration"
sluice-exporter -c /usr/share/doc/sluice-exporter/examples/exporter.conf --check || fail "the exporter's sample is no configuration"
for page in sluiced sluicectl sluice.conf sluice-exporter; do man -w "$page" >/dev/null || fail "no manual page of $page"; done
perl -e 'our %nrconf; do "/etc/needrestart/conf.d/sluice.conf"; my ($re) = keys %{$nrconf{override_rc}};
    exit !("sluiced.service" =~ $re && !$nrconf{override_rc}->{$re})' || fail "needrestart would restart it"
for package in sluice sluice-tools sluice-exporter; do tests/package/sbom.py "$package"; done
echo "ok: installed"

# An upgrade while a call is up
later
HOLD=$run/upgraded AUTOPKGTEST_TMP=$run/call debian/tests/call >"$run/call.txt" 2>&1 &
call=$!
call_up() { sluicectl -s "$(ls /run/sl*/ctl.sock)" calls --json 2>/dev/null | grep -q '"id"'; }
for ((i = 0; i < 600; i++)); do
    call_up && break || sleep 0.1
done
call_up || fail "there is no call: $(cat "$run/call.txt")"
pid=$(pgrep -x sluiced)
install "$later"
kill -0 "$pid" || fail "the upgrade has ended the relay: $(cat "$run/call.txt")"
touch "$run/upgraded"
wait $call || fail "the call: $(cat "$run/call.txt")"
[ ! -s "$run/services" ] || fail "an upgrade asks for services: $(cat "$run/services")"
[[ $(dpkg-query -W -f '${Version}' sluice) == *+later* ]] || fail "not upgraded"
grep -A 2 '^phone ' "$run/call.txt"
echo "ok: a call through an upgrade"

cp /usr/share/doc/sluice/examples/sluice.conf /usr/share/doc/sluice-exporter/examples/exporter.conf /etc/sluice/
dpkg --remove sluice sluice-tools sluice-exporter
grep -q '^sluiced.service stop' "$run/services" || fail "a removal leaves it running: $(cat "$run/services")"
[ -e /etc/sluice/sluice.conf ] && [ -e /etc/sluice/exporter.conf ] || fail "a removal takes the configuration with it"
purge
state >"$run/after"
diff "$run/before" "$run/after" || fail "a purge leaves the above"
echo "ok: nothing is left"
