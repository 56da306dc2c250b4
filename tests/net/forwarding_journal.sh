#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Whole journals, as deploy/journald has them: entries with their fields are at a log host over HTTPS, those of the time when
# it was away too; who has a certificate of another authority is refused.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/calls.sh"
. "$NET_DIR/certificates.sh"
. "$NET_DIR/journald.sh"

DEPLOY=$NET_DIR/../../deploy/journald UPLOAD=/lib/systemd/systemd-journal-upload
needs journalctl $JOURNALD /lib/systemd/systemd-journal-remote $UPLOAD stunnel4

ns_add relay loghost
veth relay eth0 loghost eth0
address relay eth0 10.9.0.1/24
address loghost eth0 10.9.0.2/24
authority ours
authority theirs
certificate ours loghost serverAuth 10.9.0.2
certificate ours upload clientAuth
certificate theirs foreign clientAuth

# ours FILE: one of deploy/journald, with the certificates and addresses of this test
ours() { sed "s|loghost.example.com|10.9.0.2|; s|/etc/sluice/log/ca.pem|$RUN/ours.pem|; s|/etc/sluice/log/|$RUN/|" "$DEPLOY/$1"; }
mkdir -p "$RUN/etc/journal-upload.conf.d" "$RUN/received"
ours journal-upload.conf >"$RUN/etc/journal-upload.conf.d/sluice.conf"
ours stunnel.conf >"$RUN/stunnel.conf"
# As the units have it, but for the socket, which systemd would pass on
listen=$(sed -n 's/^ListenStream=\(.\)/\1/p' "$DEPLOY/journal-remote.socket.conf")
remote=$(sed -n "s|^ExecStart=\(/\)|\1|p" "$DEPLOY/journal-remote.service.conf" |
    sed "s|--listen-http=-3|--listen-http=$listen|; s|/var/log/journal/remote|$RUN/received|")
receiver() {
    # shellcheck disable=SC2086 # words
    start loghost loghost $remote
    check "the log host does not listen" wait_for 10 listens 19531
}
listens() { in_ns loghost ss -Htln | has ":$1 "; }
# uploader: the relay's journal, from where it has come to
uploader() {
    start upload relay "${INSIDE[@]}" unshare -m sh -c \
        "mount --bind '$RUN/etc' /etc/systemd && exec $UPLOAD --save-state='$RUN/upload.state'"
}
# arrived CALL: the entry that tells of its end, with its fields
arrived() { journalctl -q -D "$RUN/received" -t sluiced -o json "CALL_ID=$1" 'REASON=offer timeout' | has '"SECONDS":"1"'; }

receiver
start tls loghost stunnel4 "$RUN/stunnel.conf"
check "nobody listens for TLS" wait_for 10 listens 19532
start_journald
start_into_journal
uploader
offer first "$(sdp 192.0.2.1 5004)"
wait_for 30 arrived first || fail "no entry at the log host: $(ls -R "$RUN/received")"
ok "an entry with its fields is at the log host"

# systemd starts the service again until the host is back; here it is done by hand.
stop loghost KILL || true
offer away "$(sdp 192.0.2.1 5004)"
check "no entry in the journal" wait_for 10 in_journal CALL_ID=away 'REASON=offer timeout'
receiver
stop upload || true
uploader
wait_for 30 arrived away || fail "what was logged while the host was away is not there"
ok "a log host that was killed, and away: nothing is lost"

stop upload || true
cp "$RUN/foreign.pem" "$RUN/upload.pem"
cp "$RUN/foreign.key" "$RUN/upload.key"
offer forged "$(sdp 192.0.2.1 5004)"
check "no entry in the journal" wait_for 10 in_journal CALL_ID=forged 'REASON=offer timeout'
uploader
check "a foreign certificate is not refused" wait_for 30 ended upload
! arrived forged || fail "a client with a certificate of another authority is heard"
! in_ns relay curl -sk -m 10 --data x https://10.9.0.2:19532/upload >"$RUN/curl.log" || fail "a client without a certificate is heard"
! in_ns relay curl -s -m 10 http://10.9.0.2:19531/ >"$RUN/curl.log" || fail "the journal listens beside TLS"
ok "another authority's certificate, none at all, no TLS: refused"
