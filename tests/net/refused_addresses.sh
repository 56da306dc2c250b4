#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An SDP that would have the relay send to itself, to its own machine, to many or to nobody is refused, in words; one on
# hold is not; and the call that was there goes on.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/calls.sh"

media_switch
start_sluiced relay 10.0.0.1/24 fd00::1/64

# with_address FAMILY ADDRESS [LINE]: SDP of that address
with_address() {
    printf 'v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n' "$1" "$2" "$1" "$2"
    [ -z "${3:-}" ] || printf '%s\r\n' "$3"
}

offer there "$(sdp 10.0.0.2 5004)"
answer there "$(sdp 10.0.0.3 6004)"
for_alice=$TO_A for_bob=$TO_B

# refused WORDS FAMILY ADDRESS [LINE]: as a new call, as a re-offer, and as an answer
refused() {
    local words=$1 sdp
    shift
    sdp=$(with_address "$@")
    for to in "new" "there to-tag=bob"; do
        ng offer call-id=$to from-tag=alice sdp="$sdp" >"$RUN/reply.json" 2>&1 && fail "$*: offered to ${to% *}, and accepted"
        grep -q "$words" "$RUN/reply.json" || fail "$*: $(cat "$RUN/reply.json")"
    done
    offer ring "$(sdp 10.0.0.2 5004)"
    ng answer call-id=ring from-tag=alice to-tag=bob sdp="$sdp" >"$RUN/reply.json" 2>&1 && fail "$*: answered, and accepted"
    grep -q "$words" "$RUN/reply.json" || fail "$*, as an answer: $(cat "$RUN/reply.json")"
    ng delete call-id=ring >/dev/null
    ok "$*: $(sed -n 's/.*"error-reason": "\([^"]*\)".*/\1/p' "$RUN/reply.json")"
}

refused loopback IP4 127.0.0.1
refused loopback IP4 127.8.8.8
refused loopback IP6 ::1
refused unspecified IP4 0.1.2.3
refused multicast IP4 224.0.0.5
refused multicast IP6 ff02::1
refused broadcast IP4 255.255.255.255
refused broadcast IP4 10.0.0.255
refused broadcast IP4 10.0.0.0
refused reserved IP4 240.0.0.1
refused IPv4-mapped IP6 ::ffff:10.0.0.3
refused loopback IP6 ::ffff:127.0.0.1
refused compatible IP6 ::10.0.0.3
refused link-local IP6 fe80::1
refused "media ports" IP4 10.0.0.1
refused "media ports" IP6 fd00::1
# An a=rtcp that cannot be meant is as if it were not there: reports go where media goes.
offer rtcp "$(with_address IP4 10.0.0.2 "a=rtcp:6000 IN IP4 127.0.0.1")"
answer rtcp "$(sdp 10.0.0.3 6004)"
sluicectl call rtcp --json >"$RUN/rtcp.json"
! grep -q "127\.0\.0\.1" "$RUN/rtcp.json" || fail "reports would go to this machine: $(cat "$RUN/rtcp.json")"
ng delete call-id=rtcp from-tag=alice >/dev/null
ok "a=rtcp of the loopback: ignored"
refused "media ports" IP4 10.0.0.2 "a=rtcp:6000 IN IP4 10.0.0.1"

for hold in "IP4 0.0.0.0" "IP6 ::"; do
    ng offer call-id="hold${hold#* }" from-tag=alice sdp="$(with_address $hold)" >/dev/null || fail "on hold by $hold: refused"
    ok "c=IN $hold is hold"
done
[ "$(sluicectl calls --json | grep -c '"id"')" = 3 ] || fail "refused calls are left: $(sluicectl calls)"
rtp a 5004 "$for_alice" 20
rtp b 6004 "$for_bob" 20
sluicectl why there | has "Nothing stands in the way" || fail "the call that was there: $(sluicectl why there)"
ok "the call that was there goes on"
