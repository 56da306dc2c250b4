#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A changed configuration is applied while calls go on: all that differs, or nothing, and then the reason is named; and how
# far the file is from what runs can be seen.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

# As deployed: the service user reads the file, behind the filter of system calls.
chmod 755 "$RUN"
mkdir "$RUN/service" "$RUN/records"
chown nobody "$RUN/service" "$RUN/records"
cp "$SLUICECTL" "$RUN/sluicectl"
FILE=$RUN/sluice.conf
media_switch
service_config >"$FILE"
cat >>"$FILE" <<END
[timers]
media-timeout = 0
[guard]
min-ttl = 2
[records]
directory = $RUN/records
END
chmod 644 "$FILE"
export NOTIFY_SOCKET=$RUN/notify.sock
start manager relay "$NET_DIR/notify_listen.py" "$NOTIFY_SOCKET"
check "no service manager" wait_for 10 test -S "$NOTIFY_SOCKET"
chmod 666 "$NOTIFY_SOCKET"
CONFIG=$FILE start_sluiced relay
NG=$RUN/service/ng.sock CTL=$RUN/service/ctl.sock

said() { grep -c -e "$1" "$RUN/sluiced.log" || true; }
# edit SED...: the file is changed, as an editor does it
edit() { sed "$@" "$FILE" >"$FILE.new" && mv "$FILE.new" "$FILE"; }
reload() { sluicectl reload >"$RUN/reload.log" 2>&1; }
# refused TEXT: a reload is, says so, and nothing is another than before
refused() {
    local before after status=0
    before=$(sluicectl config show)
    reload || status=$?
    [ $status = 1 ] || fail "exit status $status of a reload that is to be refused"
    logged reload "$1" || fail "the reason is not named: $(cat "$RUN/reload.log")"
    logged sluiced "reload.*$1" || fail "the log does not name the reason: $1"
    after=$(sluicectl config show)
    [ "$before" = "$after" ] || fail "refused, and changed: $(diff <(echo "$before") <(echo "$after"))"
}
metric() { sluicectl metrics | sed -n "s/^$1 //p"; }

# The running configuration reads back to the same, and nothing has drifted.
sluicectl config diff >"$RUN/diff.log" || fail "drift after a start: $(cat "$RUN/diff.log")"
sluicectl config show >"$RUN/shown.conf"
cmp <("$SLUICED" -c "$RUN/shown.conf" --check) "$RUN/shown.conf" || fail "config show does not read back to the same"

# Ten reloads under calls that go on.
load calls --calls 20 --seconds 20 --live --rtcp 200 --until "$RUN/enough" &
waiting=$!
up() { [ "$(sluicectl calls --json | grep -c '"id"')" = 20 ]; }
check "no calls" wait_for 10 up
sleep 0.3 # of media: the time between two reloads is not what this is about
for i in 1 2 3 4 5 6 7 8 9 10; do
    edit "s/^min-ttl = .*/min-ttl = $((2 + i % 5))/; s/^media-timeout = .*/media-timeout = $((i % 2 * 50))/
        /^allow-rtp/d; s/^port = wan/&\nallow-rtp = $([ $((i % 2)) = 0 ] && echo yes || echo no)/
        /^allow =\|^deny =/d; s/^\[guard\]/&\nallow = 10.0.0.$((i % 3 + 2))\ndeny = 192.0.$i.0\/24\ndeny = 10.0.0.128\/25/"
    if [ $((i % 2)) = 0 ]; then
        reload || fail "reload $i: $(cat "$RUN/reload.log")"
    else
        kill -HUP "${PIDS[sluiced]}"
    fi
    reloaded() { [ "$(said 'change(s) applied')" = "$i" ]; }
    check "reload $i was not done" wait_for 10 reloaded
    sluicectl config diff >"$RUN/diff.log" || fail "drift after reload $i: $(cat "$RUN/diff.log")"
done
touch "$RUN/enough"
wait $waiting || fail "packets were lost over ten reloads: $(cat "$RUN/calls.log")"
[ "$(value "$RUN/calls.json" rtp received)" -gt 200 ] || fail "no media meanwhile"
ok "ten reloads: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' "$RUN/calls.log")"
[ "$(grep -c '^RELOADING=1$' "$RUN/manager.log")" = 10 ] || fail "the service manager does not hear of reloads"
[ "$(grep -c '^MONOTONIC_USEC=[0-9]\{6,\}$' "$RUN/manager.log")" = 10 ] || fail "it does not hear when they began"
[ "$(grep -c '^READY=1$' "$RUN/manager.log")" = 11 ] || fail "it does not hear when they are over"
logged sluiced 'reload: \[guard\] min-ttl: 2 -> 3' || fail "the log does not say what has changed"
grep -q '"command":"reload","key":"\[guard\] min-ttl","value":"2 -> 3","result":"ok"' "$RUN/records/audit.jsonl" ||
    fail "the audit trail does not tell of it"

# The changes bind.
reaches() { in_ns b ping -c 1 -W 1 -n 10.0.0.1 >/dev/null 2>&1; }
check "b does not reach the relay" reaches
edit 's/^deny = 10.0.0.128.*/deny = 10.0.0.3/; /^allow = /d; s/^\[control\]/&\nmax-sessions = 1/; s/^allow-rtp = .*/allow-rtp = yes/
    s/^source = .*//; s/^ng-allow = .*/&\nng-allow = user:games/; s/^fsync.*//; s/^directory.*/&\nfsync = each/'
reload || fail "reload: $(cat "$RUN/reload.log")"
! reaches || fail "a denied prefix still reaches the relay"
offer one "$(sdp 10.0.0.2 5004)"
! ng offer call-id=two from-tag=x "sdp=$(sdp 10.0.0.2 5006)" >"$RUN/two.log" 2>&1 || fail "a second call, with max-sessions = 1"
cp "$NET_DIR/ng.py" "$NET_DIR/ng_"*.py "$RUN/"
as() { setpriv --reuid="$1" --regid="$1" --clear-groups "$RUN/ng.py" "$NG" ping >"$RUN/as.log" 2>&1; }
as games || fail "a user that ng-allow names may not: $(cat "$RUN/as.log")"
edit 's/^deny = 10.0.0.3$//; s/^max-sessions = 1/max-sessions = 2/; /^ng-allow = user/d; s/^allow-rtp = yes/allow-rtp = no/'
kill -HUP "${PIDS[sluiced]}"
check "SIGHUP does not reload" wait_for 10 reaches
! as games || fail "a user that ng-allow no longer names still may"
! ng offer call-id=two from-tag=x "sdp=$(sdp 10.0.0.2 5006)" >"$RUN/two.log" 2>&1 || fail "RTP is offered, with allow-rtp = no"
offer two "$(sdp 10.0.0.2 5006 "$KEY1")"
sluicectl call one >/dev/null || fail "the call that was up before is gone"
ok "limits, lists and policies bind: by sluicectl reload and by SIGHUP"

# Every change that takes a restart is named, and then nothing is changed; the same with mistakes.
cp "$FILE" "$RUN/good.conf"
edit 's/^media-ports = .*/media-ports = 20000-39999/; s/^poll = .*/poll = busy/; s/^min-ttl = .*/min-ttl = 99/
    s/^\[guard\]/[interface new]\nport = wan\naddress = 10.0.0.9\nmedia-ports = 2000-2999\n[guard]\nmax-unknown-sources = 4096/'
for key in '\[interface public\] media-ports: 20000-29999 -> 20000-39999' '\[port wan\] poll: adaptive -> busy' \
    '\[interface new\]: none -> there' '\[guard\] max-unknown-sources: 65536 -> 4096'; do
    refused "$key"
done
! grep -q min-ttl "$RUN/reload.log" || fail "what could be reloaded is named as an obstacle"
[ "$(metric 'sluice_config_drift{by="restart"}')/$(metric 'sluice_config_drift{by="reload"}')" = 4/1 ] || fail "drift is counted wrong"
{ sed -n '1,/^\[guard\]/p' "$RUN/good.conf"; echo 'min-ttl = never'; } >"$FILE"
refused "$FILE:$(wc -l <"$FILE"): min-ttl: 'never'"
kill -HUP "${PIDS[sluiced]}"
hup_refused() { logged sluiced 'reload (SIGHUP) refused, nothing is changed'; }
check "SIGHUP does not refuse a file with mistakes" wait_for 10 hup_refused
sluicectl status | has "sluice.conf has 1 mistake(s)" || fail "the status does not tell of a mistake"
[ "$(metric sluice_config_file_usable)" = 0 ] || fail "a file with a mistake is called usable"
rm "$FILE" && mkfifo "$FILE"
refused "no ordinary file"
rm "$FILE" && mkdir "$FILE"
refused "no ordinary file"
rmdir "$FILE"
refused "No such file"
{ cat "$RUN/good.conf"; head -c 10000000 /dev/zero | tr '\0' '\n'; } >"$FILE"
refused "larger than 1 MiB"
sluicectl status | has "cannot be read: it is larger than 1 MiB" || fail "the status does not tell of a file that is not read"
rm "$FILE"
install -m 600 "$RUN/good.conf" "$FILE"
refused "cannot be read by uid $(id -u nobody): Permission denied"
rm "$FILE"
running sluiced || fail "it has ended"
ok "restart, mistakes, no file that can be read: named, and nothing is changed"

# Several at once, and signals between them: each is answered, each applies all of the file as it is then.
cp "$RUN/good.conf" "$FILE"
chmod 644 "$FILE"
before=$(said 'change(s) applied') asking=()
for i in 1 2 3 4 5 6 7 8; do
    edit "s/^min-ttl = .*/min-ttl = $((20 + i))/"
    chmod 644 "$FILE"
    sluicectl reload >"$RUN/reload.$i" 2>&1 &
    asking+=($!)
    kill -HUP "${PIDS[sluiced]}"
done
for i in 1 2 3 4 5 6 7 8; do
    wait "${asking[i - 1]}" || fail "a reload beside others is refused: $(cat "$RUN/reload.$i")"
    grep -q 'change(s) applied' "$RUN/reload.$i" || fail "a reload beside others is not answered: $(cat "$RUN/reload.$i")"
done
all_done() { [ "$(said 'change(s) applied')" -gt $((before + 8)) ]; }
check "no signal beside reloads is heard" wait_for 10 all_done
sluicectl config show | has 'min-ttl = 28' || fail "the last of several reloads does not count"
cp "$RUN/good.conf" "$FILE"
reload || fail "reload: $(cat "$RUN/reload.log")"
ok "several reloads at once"

# Drift: what was changed at the running relay, or in the file.
cp "$RUN/good.conf" "$FILE"
sluicectl status | has "configuration: as in $FILE" || fail "the status sees drift: $(sluicectl config diff)"
sluicectl guard set min-ttl 7 >/dev/null
edit 's/^poll = .*/poll = busy/'
! sluicectl config diff >"$RUN/diff.log" || fail "drift has exit status 0"
logged diff '^reload *\[guard\] min-ttl: 7 -> 2$' && logged diff '^restart *\[port wan\] poll: adaptive -> busy$' &&
    [ "$(wc -l <"$RUN/diff.log")" = 2 ] || fail "drift: $(cat "$RUN/diff.log")"
sluicectl status | has "2 difference(s) from $FILE, of which 1 take a restart" || fail "the status does not tell of drift"
cp "$RUN/good.conf" "$FILE"
[ "$(metric 'sluice_config_drift{by="reload"}')" = 1 ] || fail "no metric of a limit that was changed live"
reload || fail "reload: $(cat "$RUN/reload.log")"
logged reload '\[guard\] min-ttl: 7 -> 2' || fail "a reload does not undo what was changed live: $(cat "$RUN/reload.log")"
[ "$(metric 'sluice_config_drift{by="reload"}')" = 0 ] || fail "drift after a reload"
# One that comes while it stops is too late, and no harm.
late() { while kill -HUP "${PIDS[sluiced]}" 2>/dev/null; do sleep 0.005; done; }
late &
stop sluiced || fail "exit status $? on SIGTERM, with SIGHUP beside it"
wait $! || true
sluicectl audit verify "$RUN/records/audit.jsonl" >/dev/null || fail "the audit trail is broken"
ok "drift is shown, and gone after a reload"
