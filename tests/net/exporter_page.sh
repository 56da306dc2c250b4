#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The exporter's status page, in Debian's Chromium: its figures are those of /metrics, whoever cannot see or click reads it as well,
# no other page gets at it, and it says since when relay or exporter are away. $RUN has pictures (KEEP=1).
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
chmod 755 "$RUN"
relay() { POLICY='alarm-core-wait-ms = off' CONTROL=$'admin-read = user:nobody\nmax-sessions = 5' start_sluiced relay 10.0.0.1/24; }
relay
cp "$BUILD/exporter/sluice-exporter" "$RUN/"

# exporter NAME LINE...: with LINEs in its [exporter]
exporter() {
    local name=$1
    shift
    { echo '[exporter]' && printf '%s\n' "relay = unix:$CTL" "$@"; } >"$RUN/$name.conf"
    start "$name" relay setpriv --reuid=nobody --regid=nogroup --clear-groups "$RUN/sluice-exporter" -c "$RUN/$name.conf"
    check "$name does not start" wait_for 15 logged "$name" ready
}
exporter exporter
exporter pageless 'listen = 127.0.0.1:9754' 'page = no'

# A namespace of processes of its own: whatever a browser has begun ends with its driver.
start driver relay env HOME="$RUN" unshare --pid --fork --kill-child --mount-proc chromedriver --port=9515
check "no WebDriver" wait_for 60 logged driver 'started successfully'
page() { in_ns relay "$NET_DIR/exporter_page.py" "$RUN" "$@" >"$RUN/page.log" 2>&1; }
is() { check "not so: $*" page "$@"; }
becomes() { is becomes "$@"; }

status() { in_ns relay curl -s -m 30 -o "$RUN/body" -D "$RUN/head" -w '%{http_code}' "http://127.0.0.1:$1"; }
[ "$(status 9754/)" = 404 ] || fail "there is a page, which the settings say there is not"
[ "$(status 9754/metrics)" = 200 ] || fail "without a page no metrics"
for file in / status.js show.js chart.js metrics.js status.css status.svg; do
    [ "$(status "9753/${file#/}")" = 200 ] || fail "no $file"
    grep -q "^Content-Security-Policy: default-src 'none'; script-src 'self';" "$RUN/head" || fail "$file comes without its policy"
done
! grep -nE '(https?:)?//[a-z]|style=| on[a-z]+=' "$NET_DIR/../../exporter/page/index.html" | grep -v w3.org >"$RUN/outside.log" ||
    fail "something is from outside or inline"

is open http://127.0.0.1:9753/
becomes says '#state' '^✔ Ready: new calls are taken. No alarm is up\.$'
becomes says '#facts' 'limit(sessions|ports), 0.% in use'
is leaf
is keys
ok "Chromium $(chromium --version 2>/dev/null | grep -o '[0-9.]*' | head -n 1) shows it; the keyboard does; arithmetic"

# Media of a known number of packets.
load live --calls 4 --seconds 300 --until "$RUN/enough" --live --rtcp 200 &
PIDS[live]=$! ORDER+=(live)
becomes says '#figures' '^Calls4 of at most 5'
becomes says '#workers tbody td' '[1-9]'
is figures
ng offer call-id=full from-tag=a \
    "sdp=$(printf 'v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n')" >/dev/null
becomes says '#state' '^▲ Not ready: the relay refuses new calls: sessions'
ng delete call-id=full from-tag=a >/dev/null
becomes says '#state' '^✔ Ready'

# Garbage at closed ports.
start spray a "$NET_DIR/spray.py" 10.0.0.1 20000 20999
becomes says '#drops tbody' closedguard
becomes says '#state' '^▲ Ready: new calls are taken. Alarms are up: .*drops'
is figures
stop spray INT || fail "the garbage stopped by itself"
touch "$RUN/enough"
wait "${PIDS[live]}" || fail "media suffered"
unset "PIDS[live]"
becomes says '#figures' '^Calls0'
becomes same
sent=$(awk '/^RT(C)?P/ { n += $3 } END { print n }' "$RUN/live.log")
becomes counted sluice_forwarded_total "$sent"
becomes counted sluice_drops_total
dropped=$(cat "$RUN/page.log")
is figures
ok "charts come to the $sent packets that were sent, and to $dropped dropped; figures follow from /metrics"

for look in "light 1280" "dark 1280" "light 360" "dark 360"; do
    is drawn "${look/ /-}" $look
done
is quiet
ok "readable and named, light and dark, wide and narrow; nothing on the console"

mkdir "$RUN/foreign"
echo '<p>mine</p>' >"$RUN/foreign/own.html"
echo '<iframe id="sluice" src="http://127.0.0.1:9753/"></iframe><iframe id="own" src="own.html"></iframe>' >"$RUN/foreign/frame.html"
start foreign relay python3 -u -m http.server -b 127.0.0.1 -d "$RUN/foreign" 8000
check "no foreign pages" wait_for 15 logged foreign Serving
is framed http://127.0.0.1:8000/frame.html
is renamed http://evil.example:9753/
is unscripted http://127.0.0.1:9753/
ok "in no frame, at no foreign name; without JavaScript it says so"

is close
is open http://127.0.0.1:9753/
becomes says '#state' '^✔ Ready'
stop sluiced || fail "exit status $? on SIGTERM"
becomes says '#state' '^✖ The relay does not answer: relay /.*: cannot be reached'
is says '#since' '^Since [0-9:]*, for [0-9]* s'
relay
becomes says '#state' '^✔ Ready'
stop exporter || fail "exit status $? on SIGTERM"
becomes says '#state' '^✖ The exporter does not answer'
exporter exporter
becomes says '#state' '^✔ Ready'
ok "it says who is away, and comes back"
is close
stop driver KILL || true
