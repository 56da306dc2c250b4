#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# For SECONDS_LONG (300) a relay as deployed has everything done to it at once: calls come, change and go, floods, reloads,
# rotation, scrapes, a full disk, a restless network, clients and exporters that are killed. The calls beside all that lose
# no packet, memory stays flat, and the log has nothing that nobody caused.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"
. "$NET_DIR/attacker.sh"

: "${SECONDS_LONG:=300}" "${SEED:=$$}"
RANDOM=$SEED
DIR=$RUN/records FILE=$RUN/sluice.conf
chmod 755 "$RUN"
mkdir "$RUN/service" "$DIR"
mount -t tmpfs -o size=8m,mode=0750,uid="$(id -u nobody)" tmpfs "$DIR"
# lib.sh removes what it made on every way out; so must this be.
trap 'status=$?; set +e; umount -l "$DIR" 2>/dev/null; (exit $status); cleanup' EXIT
chown nobody "$RUN/service"
cp "$BUILD/exporter/sluice-exporter" "$RUN/"

media_switch
attacker_add
service_config >"$FILE"
cat >>"$FILE" <<END_OF_FILE
admin-read = user:daemon
[timers]
media-timeout = 0
[guard]
min-ttl = 2
[records]
directory = $DIR
cdr = both
END_OF_FILE
chmod 644 "$FILE"
CONFIG=$FILE start_sluiced relay
NG=$RUN/service/ng.sock CTL=$RUN/service/ctl.sock
printf '[exporter]\nrelay = unix:%s\n' "$CTL" >"$RUN/exporter.conf"
start_exporter() {
    start exporter relay setpriv --reuid=daemon --regid=daemon --clear-groups "$RUN/sluice-exporter" -c "$RUN/exporter.conf"
    check "the exporter does not start" wait_for 15 logged exporter ready
}
start_exporter

# Each by itself, and short: all of them once a round, in an order that is another one each time.
KINDS="flood_of_packets calls_with_media changed_configuration changed_guard rotated_records full_disk scrapes
    restless_network killed_clients killed_exporter"
flood_of_packets() {
    local kinds=("--from random" "--from 10.0.0.66" "--kind fragment --from random" "--kind malformed --from random"
        "--kind syn --from random --ports 22" "--kind icmp --from 10.0.0.66" "--from random --ports 1-65535")
    # shellcheck disable=SC2086 # words
    flood_send --pps 20000 --seconds 1 ${kinds[RANDOM % ${#kinds[@]}]}
}
calls_with_media() {
    load passing --in-flight 40 --calls 5 --seconds 1 --rtcp 200 --port-a 10000 --port-b 44000 ||
        fail "calls that came and went lost packets: $(cat "$RUN/passing.log")"
}
changed_configuration() {
    sed -i "s/^min-ttl = .*/min-ttl = $((2 + RANDOM % 5))/" "$FILE"
    if [ $((RANDOM % 2)) = 0 ]; then
        sluicectl reload >"$RUN/reload.log" 2>&1 || fail "reload: $(cat "$RUN/reload.log")"
    else
        kill -HUP "${PIDS[sluiced]}"
        as_the_file() { sluicectl config diff >/dev/null; }
        check "SIGHUP does not reload" wait_for 10 as_the_file
    fi
}
changed_guard() {
    sluicectl guard deny 198.51.100.0/24 >"$RUN/guard.log"
    sluicectl guard forget 198.51.100.0/24 >"$RUN/guard.log"
}
# kept FILE: its lines are counted, and it goes
KEPT=0
kept() {
    KEPT=$((KEPT + $(wc -l <"$1")))
    rm "$1"
}
rotated_records() {
    local file
    # Within the directory: a move to another file system would copy, and what is written meanwhile would be lost.
    for file in cdr.jsonl cdr.csv audit.jsonl; do mv "$DIR/$file" "$DIR/$file.1"; done
    sluicectl rotate || fail "sluicectl rotate: exit status $?"
    kept "$DIR/cdr.jsonl.1"
    rm "$DIR/cdr.csv.1"
    mv "$DIR/audit.jsonl.1" "$RUN/audit.$(printf %06d "$ROUND")"
}
full_disk() {
    dd if=/dev/zero of="$DIR/full" bs=64k 2>/dev/null || true
    sleep 1
    rm "$DIR/full"
}
scrapes() {
    local accept
    for accept in text/plain application/openmetrics-text; do
        in_ns relay curl -sSf -m 30 -o "$RUN/metrics" -H "Accept: $accept" http://127.0.0.1:9753/metrics || fail "no metrics"
        grep -q '^sluice_up 1' "$RUN/metrics" || fail "a scrape without the relay"
    done
}
restless_network() {
    local i
    for i in 1 2 3 4 5; do
        ip -n "$TAG-relay" link add soak0 type veth peer name soak1
        ip -n "$TAG-relay" link set dev soak0 up
        ip -n "$TAG-relay" address add 10.99.0.1/24 dev soak0
        ip -n "$TAG-relay" address add 10.0.0.200/24 dev eth0
        ip -n "$TAG-relay" route add 203.0.113.0/24 via 10.0.0.3
        ip -n "$TAG-relay" neighbour flush dev eth0 >"$RUN/flush.log" 2>&1 || true # it gives up on entries that come again
        ip -n "$TAG-relay" route del 203.0.113.0/24 via 10.0.0.3
        ip -n "$TAG-relay" address del 10.0.0.200/24 dev eth0
        ip -n "$TAG-relay" link del dev soak0
    done
}
killed_clients() {
    local pids=() i
    "$SLUICECTL" -s "$CTL" events >"$RUN/events.log" 2>&1 & # the program, not a shell that runs it
    pids+=($!)
    for i in 1 2 3 4; do
        "$NET_DIR/ng.py" "$NG" offer "call-id=killed-$i" from-tag=a "sdp=$(sdp 10.0.0.2 5004)" >"$RUN/killed.log" 2>&1 &
        pids+=($!)
    done
    sleep "0.0$((RANDOM % 10))"
    kill -KILL "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" 2>/dev/null || true
    for i in 1 2 3 4; do # of those that were there yet
        ng delete "call-id=killed-$i" from-tag=a >"$RUN/killed.log" 2>&1 || true
    done
}
killed_exporter() {
    stop exporter KILL || true
    start_exporter
}

# The program itself, not who started it
pid=$(pgrep -P "${PIDS[sluiced]}" -x sluiced || echo "${PIDS[sluiced]}")
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
descriptors() { ls "/proc/$pid/fd" | wc -l; }

load untouched --in-flight 100 --calls 10 --seconds $((SECONDS_LONG + 600)) --live --rtcp 1000 --until "$RUN/over" &
PIDS[untouched]=$! ORDER+=(untouched)
start churn relay "$NET_DIR/soak_calls.py" "$NG" "$SEED"
check "no proxy" wait_for 15 logged churn ready
began=$SECONDS ROUND=0 sizes=() files=()
while [ $((SECONDS - began)) -lt "$SECONDS_LONG" ]; do
    order=$(for what in $KINDS; do echo "$(((RANDOM + ROUND) % 32768)) $what"; done | sort -n | cut -d ' ' -f 2)
    for what in $order; do
        [ -z "${SHOW:-}" ] || say "$((SECONDS - began)) $what"
        $what
        running sluiced || fail "sluiced has ended in $what"
        running churn || fail "$what: $(cat "$RUN/churn.log")"
        running untouched || fail "$what: the calls ended: $(cat "$RUN/untouched.log")"
    done
    sizes+=("$(resident)") files+=("$(descriptors)") ROUND=$((ROUND + 1))
done
stop churn || fail "a request was not answered as it should: $(cat "$RUN/churn.log")"
touch "$RUN/over"
wait "${PIDS[untouched]}" || fail "calls beside all that lost packets: $(cat "$RUN/untouched.log")"
ok "$ROUND rounds (SEED=$SEED); $(tail -n 1 "$RUN/churn.log")"
ok "10 calls beside: $(sed -n 's/^RTP *\(sent [0-9]*, received [0-9]*\).*/\1/p' "$RUN/untouched.log")"

# Memory that is lost of each call or request is lost in every span; a heap that finds its shape is not.
least=
for span in 4 5 6; do
    grown=$((sizes[(ROUND - 1) * (span + 2) / 8] - sizes[(ROUND - 1) * span / 8]))
    [ "${least:-$grown}" -lt "$grown" ] || least=$grown
done
[ "$least" -le 64 ] || fail "resident memory by round, kB: ${sizes[*]}"
[ "${files[-1]}" -le $((files[0] + 2)) ] || fail "open files by round: ${files[*]}"
ok "resident memory ${sizes[ROUND / 2]} kB at half time, ${sizes[-1]} at the end; ${files[-1]} open files"

# Each call that has ended has a record, or is counted as lost.
told() {
    read -r ever now written lost < <(sluicectl status --json | python3 -c 'import json, sys
status = json.load(sys.stdin)
file = status["records"]["cdr.jsonl"]
print(status["calls"]["ever"], status["calls"]["now"], file["written"], file["lost"])')
    [ $((ever - now)) -eq $((written + lost)) ]
}
wait_for 10 told || fail "$((ever - now)) calls have ended, but $written records are written and $lost lost"
stop sluiced || fail "exit status $? on SIGTERM"
written=$((written + now))
kept "$DIR/cdr.jsonl"
[ $KEPT -eq $written ] || fail "$written records are said to be written, and there are $KEPT"
head=$(sed -n 's/.*audit: the trail ends with //p' "$RUN/sluiced.log")
sluicectl audit verify --head "$head" "$RUN"/audit.[0-9]* "$DIR/audit.jsonl" >"$RUN/verify.log" 2>&1 ||
    fail "the audit trail is broken: $(cat "$RUN/verify.log")"
ok "$KEPT records, $lost lost while the disk was full; the audit trail is whole over $ROUND rotations"

# Warnings and errors: of what was done to it alone.
expected='no hugepages: running on ordinary pages|No space left on device; calls go on|alarm=raised kind=(source|scan|drops|auth|records|core-wait) '
! grep -E 'sluiced: (warning|error): ' "$RUN/sluiced.log" | grep -vE "$expected" >"$RUN/unexpected.log" || fail "the log has what nobody caused"
ok "the log has nothing that nobody caused"
