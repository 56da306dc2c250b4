# SPDX-License-Identifier: BSD-3-Clause
# A real journal for the namespace scripts, and a relay that logs into it. Source it after lib.sh.
JOURNALD=/lib/systemd/systemd-journald

# needs PROGRAM...: or the test is skipped
needs() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || { say "skipped: no $program (deploy/packages.sh test)"; exit 77; }
    done
}

# start_journald: a journal of its own in the namespace `relay`, in a mount namespace that INSIDE enters
start_journald() {
    cat >"$RUN/journald" <<END
#!/bin/sh
mkdir -p /run/systemd /run/log
mount -t tmpfs tmpfs /run/systemd
mount -t tmpfs tmpfs /run/log
mkdir -p /run/systemd/journal /run/log/journal
[ ! -d /var/log/journal ] || mount -t tmpfs tmpfs /var/log/journal
[ ! -d /etc/systemd/journald.conf.d ] || mount -t tmpfs tmpfs /etc/systemd/journald.conf.d
mount -t cgroup2 cgroup2 /sys/fs/cgroup # it is empty after ip netns exec
exec $JOURNALD
END
    chmod 755 "$RUN/journald"
    start journald relay "$RUN/journald"
    INSIDE=(nsenter -t "${PIDS[journald]}" -m --)
    check "no journal" wait_for 10 "${INSIDE[@]}" test -S /run/systemd/journal/socket
}

# start_into_journal LINE...: a relay whose port carries nothing; LINEs are the end of its configuration
start_into_journal() {
    NG=$RUN/ng.sock CTL=$RUN/ctl.sock
    cat >"$RUN/sluice.conf" <<END
[sluice]
user = root
runtime-dir = $RUN
hugepages = off
memory = 128
log-format = journal
[port wan]
device = vdev:net_null0,no-rx=1
cores = $(media_core)
poll = adaptive
tap = none
neighbor = 192.0.2.1 02:00:00:00:00:01
[interface public]
port = wan
address = 203.0.113.10
media-ports = 20000-20999
[control]
ng = unix:$NG
[timers]
offer-timeout = 1
$(printf '%s\n' "$@")
END
    start sluiced relay "${INSIDE[@]}" "$SLUICED" -c "$RUN/sluice.conf"
    check "not ready by the journal" wait_for 15 in_journal -g '^ready: sluiced'
}
# in_journal OPTION...: is there such an entry of the relay's?
in_journal() { "${INSIDE[@]}" journalctl -q -t sluiced -o cat "$@" | has .; }
