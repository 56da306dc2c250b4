#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Who may speak NG is changed by a reload of a relay that runs confined: networks at UDP and WebSocket, names of any name
# service; and a reload that fails on its way leaves who may as it was, or names what it could not put back.
. "$(dirname "$0")/lib.sh"

ns_add relay
chmod 755 "$RUN"
mkdir "$RUN/service"
chown nobody "$RUN/service"
cp "$NET_DIR/ng.py" "$RUN/"
FILE=$RUN/$'sluice\xfc.conf' # of a system that is not all UTF-8
# config LINE...: the file, with LINEs in [control]
config() {
    cat >"$FILE" <<CONF
[sluice]
user = nobody
runtime-dir = $RUN/service
hugepages = off
memory = 128
[port wan]
device = vdev:net_null0,no-rx=1
cores = $(media_core)
poll = adaptive
tap = none
neighbor = 192.0.2.1 02:00:00:00:00:01
[interface public]
port = wan
address = 203.0.113.10
media-ports = 20000-20099
[control]
ng = unix:$RUN/service/ng.sock
ng = unix:$RUN/service/ng2.sock
ng = udp:127.0.0.1:22222
ng = ws:127.0.0.1:8080
$(printf '%s\n' "$@")
CONF
}
reload() { sluicectl reload >"$RUN/reload.log" 2>&1; }
applied() { config "$@" && { reload || fail "reload: $(cat "$RUN/reload.log")"; }; }
# refused TEXT LINE...: a reload with these lines is, and says so
refused() {
    local text=$1
    config "${@:2}"
    ! reload || fail "a reload that is to be refused is not: $text"
    logged reload "$text" || fail "the answer does not say '$text': $(cat "$RUN/reload.log")"
    logged sluiced "reload.*$text" || fail "the log does not say '$text'"
}

# Names by a module that only the relay knows, as of a directory service; /etc stays as it is for everybody else. It is not
# asked for the groups of the service user, which would have loaded it at the start.
echo 'user first 60000' >"$RUN/names"
chmod 644 "$RUN/names"
printf 'passwd: files sltest\ngroup: files sltest\ninitgroups: files\n' >"$RUN/nsswitch.conf"
cat >"$RUN/sluiced" <<END
#!/bin/sh
mount --bind $RUN/nsswitch.conf /etc/nsswitch.conf
SL_NSS_NAMES=$RUN/names LD_LIBRARY_PATH=$BUILD/tests/net exec $SLUICED "\$@"
END
chmod 755 "$RUN/sluiced"
SLUICED=$RUN/sluiced
config 'ng-allow = uid:0'
CONFIG=$FILE start_sluiced relay
NG=$RUN/service/ng.sock CTL=$RUN/service/ctl.sock

# from SOURCE: whether that address is answered; by UDP and by WebSocket it is the same. Silence of UDP is no proof: the
# relay counts whom it refuses.
from() {
    in_ns relay python3 - "$1" "$SLUICECTL -s $CTL status --json" <<END || fail "$1: UDP and WebSocket do not agree"
import sys
sys.path.insert(0, "$NET_DIR")
from ng_udp import *
from ng_websocket import Closed, WebSocket

source, status = sys.argv[1:]

def by_udp():
    client, before = Client("127.0.0.1", 22222, source), counted(status)["udp"]["refused_by_source"]
    client.sock.send(b"1 d7:command4:pinge")
    client.sock.settimeout(0.1)
    while counted(status)["udp"]["refused_by_source"] == before:
        try:
            return client.sock.recv(100) == b"1 d6:result4:ponge"
        except TimeoutError:
            pass
    return False

def by_websocket():
    try:
        return WebSocket("127.0.0.1", 8080, source=source).ask(b"1 d7:command4:pinge") == b"1 d6:result4:ponge"
    except (Closed, ConnectionResetError, BrokenPipeError):
        return False

udp, websocket = by_udp(), by_websocket()
print("in" if udp else "out", file=open("$RUN/from", "w"))
sys.exit(udp != websocket)
END
}
in_from() { from "$1" && [ "$(cat "$RUN/from")" = in ]; }
out_from() { from "$1" && [ "$(cat "$RUN/from")" = out ]; }

check "loopback is not let in unasked" in_from 127.0.0.9
# One that stays, for its next request.
start client relay python3 -c "
import sys; sys.path.insert(0, '$NET_DIR')
from ng_websocket import *
client = WebSocket('127.0.0.1', 8080, source='127.0.0.9')
client.ask(b'1 d7:command4:pinge')
print('there', flush=True)
import time
while not os.path.exists('$RUN/go'): time.sleep(0.05)
must_close('127.0.0.1', 8080, 'a connection of one who may no longer', lambda: client.ask(b'2 d7:command4:pinge'))"
check "the client does not come in" wait_for 20 logged client there
applied 'ng-allow = uid:0' 'ng-allow = net:127.0.0.1'
check "a network that is no longer named is let in" out_from 127.0.0.9
check "an address that is named is not let in" in_from 127.0.0.1
touch "$RUN/go"
wait "${PIDS[client]}" || fail "a WebSocket that was open goes on: $(cat "$RUN/client.log")"
applied 'ng-allow = uid:0' 'ng-allow = net:127.0.0.9'
check "a network that is named now is not let in" in_from 127.0.0.9
check "an address that is no longer named is let in" out_from 127.0.0.1
applied 'ng-allow = uid:0' 'ng-allow = net:127.0.0.2' 'ng-allow = net:127.0.0.3' 'ng-allow = net:127.0.0.9'
check "the last of more networks than before is not let in" in_from 127.0.0.9
applied 'ng-allow = uid:0' 'ng-allow = net:127.0.0.9'
ok "networks at UDP and WebSocket, both ways"

# A later step fails: the second socket's file, and then that of ctl, is not the relay's any more.
lists() { python3 -c 'import os, sys
for path in sys.argv[1:]: print(path, oct(os.stat(path).st_mode), os.listxattr(path), [os.getxattr(path, x) for x in os.listxattr(path)])' \
    "$RUN/service/ng.sock" "$RUN/service/ng2.sock" "$CTL"; }
as() { setpriv --reuid="$1" --regid="$2" --clear-groups "$RUN/ng.py" "$NG" ping >"$RUN/as.log" 2>&1; }
lists >"$RUN/before"
for socket in ng2 ctl; do
    chown root "$RUN/service/$socket.sock"
    refused "$socket.sock: who may connect: Operation not permitted" \
        'ng-allow = uid:0' 'ng-allow = uid:60001' 'admin-read = uid:60001' 'ng-allow = net:127.0.0.1'
    logged reload "^not put back: $RUN/service/$socket.sock" || fail "what is not put back is not named: $(cat "$RUN/reload.log")"
    [ "$(grep -c '^not put back' "$RUN/reload.log")" = 1 ] || fail "what is put back is named: $(cat "$RUN/reload.log")"
    logged sluiced "reload: not put back: $RUN/service/$socket.sock" || fail "the log does not name what is not put back"
    lists | diff "$RUN/before" - >"$RUN/lists.log" || fail "$socket: who may connect is not as before"
    ! as 60001 60001 || fail "$socket: somebody is let in by a reload that failed"
    check "$socket: who was let in is no longer" in_from 127.0.0.9
    check "$socket: an address is let in by a reload that failed" out_from 127.0.0.1
    chown nobody "$RUN/service/$socket.sock"
done
ok "a reload that fails on its way is undone"

# Names: the module was never used before the filter came.
applied 'ng-allow = uid:0' 'ng-allow = user:first'
as 60000 60001 || fail "a user by a name service is not let in: $(cat "$RUN/as.log")"
refused "the running relay finds no group 'second'; if getent does, write gid: and its number, or restart" 'ng-allow = group:second'
sluicectl status | has 'sluice.xfc.conf has 1 mistake(s)' || fail "the status does not tell of a name that is not found"
echo 'group second 60001' >>"$RUN/names"
mended() { ! sluicectl status | has mistake; }
check "a name that is found now stays a mistake" wait_for 10 mended
reload || fail "reload: $(cat "$RUN/reload.log")"
as 60002 60001 || fail "a group by a name service is not let in: $(cat "$RUN/as.log")"
! as 60000 60002 || fail "a user that is no longer named is let in"
applied 'ng-allow = gid:60003'
as 60002 60003 || fail "a group by its number is not let in: $(cat "$RUN/as.log")"
running sluiced || fail "it has ended"
ok "names of a name service, behind the filter of system calls"
