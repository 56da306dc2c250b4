#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The exporter answers whom it should, on loopback or by certificate, and says how the relay stands, whatever that does.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/certificates.sh"

switch_add switch
ns_add relay scraper stranger
plug relay 10.0.0.1/24
plug scraper 10.0.0.2/24
plug stranger 10.0.0.3/24
chmod 755 "$RUN"
cp "$BUILD/exporter/sluice-exporter" "$RUN/"

relay() { start_control relay "ng = unix:$RUN/ng.sock" 'max-sessions = 1' 'admin-read = user:nobody'; }
relay

# exporter NAME LINE...: with LINEs in its [exporter]
unprivileged="setpriv --reuid=nobody --regid=nogroup --clear-groups"
exporter() {
    local name=$1
    shift
    { echo '[exporter]' && printf '%s\n' "$@"; } >"$RUN/$name.conf"
    start "$name" relay $unprivileged "$RUN/sluice-exporter" -c "$RUN/$name.conf"
    check "$name does not start" wait_for 15 logged "$name" ready
}

# http NS PATH OPTION...: the body to $RUN/body, the status printed; 000: no answer
http() {
    local ns=$1 path=$2
    shift 2
    in_ns "$ns" curl -sS -m 30 -o "$RUN/body" -w '%{http_code}' "$@" "${URL:-http://127.0.0.1:9753}$path" 2>"$RUN/curl.log" || true
}
says_why() { status_is /readyz 503 && grep -q "$1" "$RUN/body"; }
status_is() { [ "$(http relay "$1")" = "$2" ]; }

# It does not start in the open, nor as root.
printf '[exporter]\nlisten = 10.0.0.1:9753\n' >"$RUN/open.conf"
! $unprivileged "$RUN/sluice-exporter" -c "$RUN/open.conf" >"$RUN/open.log" 2>&1 || fail "it listens to all the world"
logged open 'set certificate, key and client-ca, or listen at 127.0.0.1' || fail "it does not say what to do"
printf '[exporter]\n' >"$RUN/root.conf"
! "$RUN/sluice-exporter" -c "$RUN/root.conf" >"$RUN/root.log" 2>&1 || fail "it runs as root"
logged root 'does not run as root' || fail "it does not say why"

exporter exporter "relay = unix:$CTL" 'host = relay1'
start slow relay "$NET_DIR/scrapers.py" slow
check "no slow client" wait_for 15 logged slow ready
check "it does not live" status_is /healthz 200
check "the relay is not ready" status_is /readyz 200
for accept in 'text/plain' 'application/openmetrics-text'; do
    [ "$(http relay /metrics -H "Accept: $accept" -D "$RUN/head")" = 200 ] || fail "no metrics: $(cat "$RUN/body")"
    grep -qi "^content-type: $accept; version=" "$RUN/head" || fail "asked for $accept, got: $(cat "$RUN/head")"
    grep -q '^sluice_calls_total 0$' "$RUN/body" || fail "no calls in $(cat "$RUN/body")"
done
[ "$(tail -n 1 "$RUN/body")" = '# EOF' ] || fail "OpenMetrics without an end"
http relay /metrics >/dev/null
promtool check metrics <"$RUN/body" >"$RUN/promtool.log" 2>&1 || fail "promtool complains"
[ ! -s "$RUN/promtool.log" ] || fail "promtool complains"
check "a path of nobody's" status_is /etc/passwd 404
[ "$(http relay /metrics -X POST)" = 405 ] || fail "POST is taken"
ok "plain on loopback, in both forms"

# A page whose name turns into 127.0.0.1 asks by its own name; tunnels have a port of their own, old probes no name.
for host in localhost 127.0.0.1:8080 relay1:9753; do
    [ "$(http relay /metrics -H "Host: $host")" = 200 ] || fail "asked for $host it says: $(cat "$RUN/body")"
done
[ "$(http relay /readyz -0 -H Host:)" = 200 ] || fail "a probe without a Host is refused"
for path in / /metrics /healthz /readyz; do
    [ "$(http relay $path -H 'Host: evil.example:9753')" = 421 ] || fail "$path is answered to any name"
    ! grep -q sluice_ "$RUN/body" || fail "$path tells any name"
done
http relay /metrics -D "$RUN/head" >/dev/null
while read -r header; do
    grep -qi "^$header" "$RUN/head" || fail "no '$header' in: $(cat "$RUN/head")"
done <<'END'
Content-Security-Policy: default-src 'none'; .*frame-ancestors 'none'
Cross-Origin-Resource-Policy: same-origin
X-Content-Type-Options: nosniff
X-Frame-Options: DENY
END
ok "to names of its own, and for no other page to have"

served() { sluicectl status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["control"]["served"])'; }
before=$(served)
seconds=$(in_ns relay "$NET_DIR/scrapers.py" many) || fail "not all scrapers are served"
asked=$(($(served) - before - 1))
[ "$asked" -le $((1 + seconds)) ] || fail "12 scrapers in $seconds s have asked the relay $asked times"
ok "12 scrapers at once cost the relay $asked questions"

ng offer call-id=full from-tag=a \
    "sdp=$(printf 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n')" >/dev/null
check "a full relay is ready" wait_for 10 status_is /readyz 503
grep -q 'refuses new calls: sessions' "$RUN/body" || fail "it does not say why: $(cat "$RUN/body")"
ng delete call-id=full from-tag=a >/dev/null
check "it is not ready again" wait_for 10 status_is /readyz 200
stop sluiced || fail "exit status $? on SIGTERM"
check "the relay is away, and ready" wait_for 10 status_is /readyz 503
grep -q 'cannot be reached' "$RUN/body" || fail "it does not say why: $(cat "$RUN/body")"
check "no metrics while the relay is away" status_is /metrics 200
grep -q '^sluice_up 0$' "$RUN/body" || fail "the relay is away, and up"
check "the exporter has gone with the relay" status_is /healthz 200
relay
check "the relay is back, and not ready" wait_for 10 status_is /readyz 200
ok "ready, full, away, back"

authority ours
authority theirs
certificate ours server serverAuth 10.0.0.1
certificate ours prometheus clientAuth
certificate theirs impostor clientAuth
chmod 644 "$RUN"/*.key
exporter remote "listen = 10.0.0.1:9753" "relay = unix:$CTL" "certificate = $RUN/server.pem" "key = $RUN/server.key" \
    "client-ca = $RUN/ours.pem" 'allow = net:10.0.0.2'
# by NS NAME: asks with that certificate
by() { URL=https://10.0.0.1:9753 http "$1" /metrics --cacert "$RUN/ours.pem" --cert "$RUN/$2.pem" --key "$RUN/$2.key"; }
[ "$(by scraper prometheus)" = 200 ] || fail "a client with a certificate is refused"
[ "$(URL=https://10.0.0.1:9753 http scraper /healthz --cacert "$RUN/ours.pem")" = 000 ] || fail "no certificate is needed"
[ "$(by scraper impostor)" = 000 ] || fail "a certificate of anybody's will do"
[ "$(by scraper server)" = 000 ] || fail "a server's certificate will do for a client"
[ "$(by stranger prometheus)" = 000 ] || fail "an address that is not in the list is let in"
[ "$(URL=http://10.0.0.1:9753 http scraper /metrics)" = 000 ] || fail "no TLS is needed"
logged remote '10.0.0.3 may not connect' || fail "who was not let in is not logged"
[ "$(by scraper prometheus)" = 200 ] || fail "it does not go on"
ok "certificates of ours, from addresses of the list, and nobody else"

mkdir -m 777 "$RUN/evil"
cp "$NET_DIR/hostile_relay.py" "$RUN/"
stop exporter || fail "exit status $? on SIGTERM"
exporter exporter "relay = unix:$RUN/evil/ctl.sock"
while read -r kind why; do
    start hostile relay $unprivileged "$RUN/hostile_relay.py" "$RUN/evil/ctl.sock" "$kind"
    check "no hostile relay" wait_for 15 logged hostile ready
    wait_for 30 says_why "$why" || fail "$kind: instead of '$why' it says: $(cat "$RUN/body")"
    check "$kind: it has gone" status_is /healthz 200
    check "$kind: no metrics" status_is /metrics 200
    ! grep -q evil "$RUN/body" || fail "it passes on whatever a relay says"
    stop hostile || true
done <<'END'
garbage no JSON object
line a sample without a family
cut no whole answer
endless its answer is too large
silent no answer in time
END
ok "a hostile relay is named"

check "the slow client is served for ever" wait_for 30 ended slow
ok "a slow client is ended"
for name in exporter remote; do stop $name || fail "$name: exit status $? on SIGTERM"; done
