#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The installed packages under a real systemd, booted in a container (systemd-nspawn): the units start with all that they
# forbid themselves, reload, restart and stop; an upgrade leaves the running relay alone. Run on the machine (tests/package.sh).
# usage: systemd.sh TREE       a Debian tree with systemd, and the packages' folders /build/one and /build/later in it
set -euo pipefail
tree=$1
log=$tree/../systemd.txt
fail() {
    echo "FAIL: $*" >&2
    inside journalctl -o cat -u sluiced -u sluice-exporter 2>/dev/null | tail -n 20 >&2 || true
    exit 1
}
ok() { echo "ok: $*"; }
# until_true SECONDS COMMAND...
until_true() {
    local tries=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((tries--)) -gt 0 ] || return 1
        sleep 0.1
    done
}

mkdir -p "$tree/etc/sluice" "$tree/etc/systemd/system/multi-user.target.wants"
cat >"$tree/etc/sluice/sluice.conf" <<END
[sluice]
log-format = journal
memory = 128
hugepages = off
[port wan]
device = af_xdp:eth0
cores = $(taskset -cp $$ | sed 's/.*[ ,-]//')
poll = adaptive
[interface public]
port = wan
address = 10.0.0.1/24
media-ports = 20000-29999
[control]
ng = unix:/run/sluice/ng.sock
ng-allow = uid:0
admin-read = user:sluice-exporter
[guard]
min-ttl = 2
END
printf '[exporter]\nrelay = unix:/run/sluice/ctl.sock\n' >"$tree/etc/sluice/exporter.conf"
# A cable, and what a container of systemd-nspawn lacks of /sys.
cat >"$tree/etc/systemd/system/cable.service" <<'END'
[Unit]
Before=network-online.target sluiced.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec 'mkdir -p /sys/fs/bpf; mount -t bpf bpf /sys/fs/bpf; ip netns add peer; \
    ip link add eth0 type veth peer name eth0 netns peer; ip link set eth0 up; ip address add 10.0.0.1/24 dev eth0; \
    ip -n peer link set eth0 up; ip -n peer address add 10.0.0.2/24 dev eth0'
END
ln -sf ../cable.service "$tree/etc/systemd/system/multi-user.target.wants/"
ln -sf ../../../../usr/lib/systemd/system/sluice-exporter.service "$tree/etc/systemd/system/multi-user.target.wants/"
rm -f "$tree/usr/sbin/policy-rc.d" # services are started in it

# A machine whose cgroups are of version 1 has to be told that this is wanted.
arguments=()
[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] ||
    arguments=(systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1)
SYSTEMD_NSPAWN_API_VFS_WRITABLE=1 SYSTEMD_SECCOMP=0 systemd-nspawn --quiet --directory="$tree" --register=no --keep-unit \
    --boot --private-network --capability=all --bind=/dev/net/tun --bind=/sys/module "${arguments[@]}" \
    </dev/null >"$log" 2>&1 &
nspawn=$!
init() { pgrep -P $nspawn; }
inside() { nsenter -t "$(init)" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
halt() {
    inside systemctl poweroff >/dev/null 2>&1 || true
    until_true 30 sh -c "! kill -0 $nspawn" || kill -KILL $nspawn
    rm -f "$log"
}
trap halt EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

active() { [ "$(inside systemctl is-active "$1")" = active ]; }
main_pid() { inside systemctl show --value -p MainPID sluiced; }
restarts() { inside systemctl show --value -p NRestarts sluiced; }
metrics() { inside python3 -c 'import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:9753/metrics", timeout=5).read().decode())'; }

until_true 120 active multi-user.target || fail "systemd does not boot: $(tail -n 5 "$log")"
until_true 60 active sluiced || fail "the unit does not start"
[ "$(inside systemctl show --value -p StatusText sluiced)" = serving ] || fail "the service manager does not hear that it serves"
[ "$(inside ps -o user= -p "$(main_pid)")" = sluice ] || fail "it does not run as its user"
inside journalctl -q -o json -u sluiced -t sluiced -g '^ready: ' | grep -q '"_SYSTEMD_UNIT":"sluiced.service"' ||
    fail "the journal does not say that it is ready"
call=$(inside /src/tests/net/ng.py /run/sluice/ng.sock offer call-id=a from-tag=a \
    "sdp=$(printf 'v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n')" --get sdp)
[[ $call == *'c=IN IP4 10.0.0.1'* ]] || fail "no call: $call"
level=$(inside systemd-analyze security --no-pager sluiced.service | sed -n 's/.*sluiced.service: \([0-9.]*\).*/\1/p')
awk -v level="$level" 'BEGIN { exit !(level > 0 && level <= 3.0) }' || fail "systemd-analyze security: $level"
ok "started by systemd as its user, a call is offered; exposure $level of 10"

until_true 60 active sluice-exporter || fail "the exporter's unit does not start"
metrics_come() { metrics | grep -q '^sluice_active_calls 1$'; }
until_true 20 metrics_come || fail "no metrics from the exporter's unit"
ok "the exporter's unit serves metrics"

pid=$(main_pid)
inside sed -i 's/^min-ttl = .*/min-ttl = 3/' /etc/sluice/sluice.conf
inside systemctl reload sluiced || fail "systemctl reload"
inside sluicectl config show | grep -q '^min-ttl = 3$' || fail "systemctl reload applies nothing"
inside sed -i 's/^min-ttl = .*/min-ttl = never/' /etc/sluice/sluice.conf
! inside systemctl reload sluiced 2>/dev/null || fail "systemctl reload takes a mistake"
inside journalctl -q -o cat -u sluiced | grep -q "min-ttl: 'never'" || fail "the journal does not name the mistake"
active sluiced && [ "$(main_pid)" = "$pid" ] || fail "a mistake in the file ends it"
inside sed -i 's/^min-ttl = .*/min-ttl = 2/' /etc/sluice/sluice.conf
ok "systemctl reload applies, and refuses a mistake with its line"

# An upgrade leaves it alone, with its call; what runs is the old one.
inside sh -ec 'apt-get install -y -q --no-install-recommends $(ls /build/later/*.deb | grep -v dbgsym)' >"$log.apt" 2>&1 ||
    fail "upgrade: $(tail -n 5 "$log.apt")"
rm -f "$log.apt"
active sluiced && [ "$(main_pid)" = "$pid" ] || fail "an upgrade restarts it"
inside sluicectl call a >/dev/null || fail "an upgrade ends a call"
ok "an upgrade leaves it alone"

inside kill -KILL "$pid"
came_back() { [ "$(restarts)" = "$1" ] && active sluiced; }
until_true 60 came_back 1 || fail "killed, it is not started again"
inside kill -STOP "$(main_pid)"
until_true 120 came_back 2 || fail "the watchdog does not see that it stands still"
ok "killed, and stopped: systemd starts it again"

inside systemctl stop sluiced || fail "systemctl stop"
[ "$(inside systemctl show --value -p Result sluiced)" = success ] || fail "it does not stop cleanly"
! inside ip link show eth0 | grep -q xdp || fail "the guard stays attached"
inside sed -i 's/^min-ttl = .*/min-ttl = never/' /etc/sluice/sluice.conf
! inside systemctl start sluiced 2>/dev/null || fail "it starts with a mistake"
[ "$(inside systemctl show --value -p ExecMainStatus sluiced)/$(restarts)" = 2/0 ] || fail "a mistake is tried again and again"
# A device that comes later than the daemon: it is tried until it is there.
inside sed -i 's/^min-ttl = .*/min-ttl = 2/; s/af_xdp:eth0/af_xdp:late0/' /etc/sluice/sluice.conf
inside systemctl --no-block start sluiced
tried() { [ "$(restarts)" -ge 7 ]; }
until_true 60 tried || fail "it gives up on a device that is not there: $(restarts) restarts"
inside sh -ec 'ip link add late0 type veth peer name late1; ip link set late0 up; ip link set late1 up; ip address add 10.0.0.1/24 dev late0'
until_true 60 active sluiced || fail "it is not up once its device is there"
ok "stopped cleanly; a mistake is not tried again, a device that is late is"
