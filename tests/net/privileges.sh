#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# No thread of the relay can do more than docs/security.md says, whichever user it serves as.
. "$(dirname "$0")/lib.sh"

ns_add relay
chmod 755 "$RUN"
mkdir "$RUN/service"

# config USER POLL: a relay whose port carries nothing, with a worker and a TAP exception port, and all kinds of listeners
config() {
    cat <<CONF
[sluice]
user = $1
runtime-dir = $RUN/service
hugepages = off
memory = 128
[port wan]
device = vdev:net_null0,no-rx=1
cores = $(media_core)
poll = $2
tap = none
neighbor = 192.0.2.1 02:00:00:00:00:01
[interface public]
port = wan
address = 203.0.113.10
media-ports = 20000-20099
[control]
ctl = unix:$RUN/service/ctl.sock
ng = unix:$RUN/service/ng.sock
ng = udp:127.0.0.1:22222
ng = ws:127.0.0.1:8080
ng-allow = uid:0
[records]
directory = $RUN/records
CONF
}

cat >"$RUN/threads.py" <<'END'
import grp, os, pwd, sys
pid, user, poll = sys.argv[1], pwd.getpwnam(sys.argv[2]), sys.argv[3]
KEPT = 1 << 12 | 1 << 14  # CAP_NET_ADMIN, CAP_IPC_LOCK
# The control thread and workers that sleep have precedence, one that never sleeps must not.
NICE = {"sluiced": -10, "sluice-w0": -10 if poll == "adaptive" else 0}
groups = set(os.getgrouplist(user.pw_name, user.pw_gid))
faults, names, holders = [], [], 0
# Where the limit of locked memory cannot be lifted, whoever allocates needs the capability.
lock = [line for line in open("/proc/%s/limits" % pid) if line.startswith("Max locked memory")][0].split()
SPARED = 0 if lock[3] == "unlimited" else 1 << 14
for task in sorted(os.listdir("/proc/%s/task" % pid), key=int):
    lines = dict(line.split(":", 1) for line in open("/proc/%s/task/%s/status" % (pid, task)))
    name = lines["Name"].strip()
    names.append(name)
    bits = {key: int(lines[key], 16) for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    holders += bits["CapPrm"] != 0
    wrong = {
        "uid": set(map(int, lines["Uid"].split())) != {user.pw_uid},
        "gid": set(map(int, lines["Gid"].split())) != {user.pw_gid},
        "groups": not set(map(int, lines["Groups"].split())) <= groups,
        "permitted": bits["CapPrm"] & ~KEPT, "effective": bits["CapEff"] & ~KEPT,
        "inheritable": bits["CapInh"], "bounding": bits["CapBnd"], "ambient": bits["CapAmb"],
        "no_new_privs": lines["NoNewPrivs"].strip() != "1",
        "system calls": lines["Seccomp"].strip() != "2",
        "precedence": os.getpriority(os.PRIO_PROCESS, int(task)) != NICE.get(name, 0),
        "a thread of DPDK, or for records": bits["CapPrm"] & ~SPARED if name.startswith(("eal-", "rte_", "sluice-rec")) else 0,
    }
    faults += ["%s (%s): %s" % (name, task, what) for what, is_wrong in wrong.items() if is_wrong]
limits = open("/proc/%s/limits" % pid).read()
if not any(line.split()[4:6] == ["0", "0"] for line in limits.splitlines() if line.startswith("Max core file size")):
    faults.append("core dumps")
if not any(name.startswith("eal-") for name in names) or "sluice-records" not in names or len(names) < 4:
    faults.append("these are not all threads: %r" % names)
print("%d threads: %s" % (len(names), ", ".join(names)))
sys.exit("\n".join(faults) or 0)
END

for who in "nobody adaptive" "root busy"; do
    read -r user poll <<<"$who"
    rm -rf "$RUN/service" && mkdir "$RUN/service"
    rm -rf "$RUN/records" && install -d -m 0750 -o $user "$RUN/records"
    config $user $poll >"$RUN/$user.conf"
    CONFIG=$RUN/$user.conf start_sluiced relay
    NG=$RUN/service/ng.sock CTL=$RUN/service/ctl.sock
    [ "$(ng ping --get result)" = pong ] || fail "it does not serve"
    pid=${PIDS[sluiced]}
    pid=$(pgrep -P "$pid" -x sluiced || echo "$pid")
    threads=$(python3 "$RUN/threads.py" "$pid" $user $poll) || fail "as $user, a thread can do more than is claimed"
    ok "as $user: $threads"
    [ $user = root ] || ! setpriv --reuid=$user --clear-groups head -c 1 "/proc/$pid/mem" >/dev/null 2>&1 ||
        fail "its own user reads its memory"
    stop sluiced || fail "exit status $? on SIGTERM"
done
