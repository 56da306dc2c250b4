#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Debian's Prometheus scrapes a relay that carries media, by mutual TLS; every query of the dashboard and of the alert rules
# has an answer, and calls make no series.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/certificates.sh"

deploy=$NET_DIR/../../deploy
media_switch
ns_add watch
plug watch 10.0.0.4/24
chmod 755 "$RUN"
CONTROL=$'admin-read = user:nobody\nmax-sessions = 1000' start_sluiced relay 10.0.0.1/24

authority ours
certificate ours server serverAuth 10.0.0.1
certificate ours prometheus clientAuth
chmod 644 "$RUN"/*.key
cp "$BUILD/exporter/sluice-exporter" "$RUN/"
cat >"$RUN/exporter.conf" <<END
[exporter]
listen = 10.0.0.1:9753
relay = unix:$CTL
certificate = $RUN/server.pem
key = $RUN/server.key
client-ca = $RUN/ours.pem
allow = net:10.0.0.4
END
start exporter relay setpriv --reuid=nobody --regid=nogroup --clear-groups "$RUN/sluice-exporter" -c "$RUN/exporter.conf"
check "the exporter does not start" wait_for 15 logged exporter ready

# The sample as it is, but for places and pace.
sed -e "s,/etc/prometheus/sluice-ca.pem,$RUN/ours.pem," -e "s,/etc/prometheus/sluice-client,$RUN/prometheus," \
    -e 's,192.0.2.5,10.0.0.1,' -e 's/_interval: 15s/_interval: 1s/' "$deploy/prometheus/prometheus.yml" >"$RUN/prometheus.yml"
cp "$deploy/prometheus/sluice.rules.yml" "$RUN/"
promtool check config "$RUN/prometheus.yml" >"$RUN/promtool.log" 2>&1 || fail "promtool does not take the sample"
start prometheus watch prometheus --config.file="$RUN/prometheus.yml" --storage.tsdb.path="$RUN/tsdb" \
    --web.listen-address=127.0.0.1:9090 --log.level=warn
asks() { in_ns watch "$NET_DIR/prometheus_queries.py" http://127.0.0.1:9090 "$@"; }
is() { [ "$(asks "$1")" = "$2" ]; }
check "Prometheus has no scrape that succeeded" wait_for 120 is 'up{job="sluice"}' 1

load live --calls 4 --seconds 300 --until "$RUN/enough" --live --rtcp 200 &
PIDS[live]=$! ORDER+=(live)
check "no calls" wait_for 60 is sluice_active_calls 4
series='count({__name__=~"sluice_.*"})'
before=$(asks "$series")
asks "$deploy/grafana/sluice.json" >"$RUN/queries.log" 2>&1 || fail "the dashboard or the rules show nothing"
ok "$(cat "$RUN/queries.log")"

for i in 1 2 3; do
    ng offer call-id=$i from-tag=a \
        "sdp=$(printf 'v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n')" >/dev/null
done
check "the calls are not counted" wait_for 60 is sluice_active_calls 7
[ "$(asks "$series")" = "$before" ] || fail "calls make series: $before before, $(asks "$series") with three more"
touch "$RUN/enough"
stop sluiced || fail "exit status $? on SIGTERM"
check "Prometheus does not see that the relay is away" wait_for 60 is 'sluice_up{job="sluice"}' 0
ok "$before series, however many calls; a relay that is away is seen"
