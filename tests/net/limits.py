#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
limits.py SOCKET ROUNDS: reaches max-sessions = 4 with emergency-reserve = 1 and leaves it again,
ROUNDS times. Exit 1 with words when an answer is not what a proxy needs.
"""
import sys

from ng import NG

SDP = ("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
       "m=audio %d RTP/AVP 0\r\n")
A, B = SDP % ("10.0.0.2", "10.0.0.2", 5004), SDP % ("10.0.0.3", "10.0.0.3", 6004)
FULL = "Parallel session limit reached"


def expect(what, reply, **wanted):
    for key, value in wanted.items():
        if reply.get(key.replace("_", "-")) != value:
            sys.exit("%s: %r" % (what, reply))


def one_round(ng, number):
    def offer(call, **more):
        return ng.request({"command": "offer", "call-id": "%d-%s" % (number, call), "from-tag": "a",
                           "sdp": A, **more})

    for call in "123":
        expect("a call below the limit", offer(call), result="ok")
        expect("its answer", ng.request({
            "command": "answer", "call-id": "%d-%s" % (number, call), "from-tag": "a",
            "to-tag": "b", "sdp": B}), result="ok")
    expect("one too many", offer("x"), result="error", error_reason=FULL)
    expect("one too many, with supports", offer("x", supports=["load limit"]),
           result="load limit", message=FULL)
    expect("a known call", offer("1"), result="ok")
    expect("an emergency", offer("sos", flags=["emergency"]), result="ok")
    expect("an emergency too many", offer("sos2", emergency="yes"), result="error",
           error_reason=FULL)
    for call in ("1", "2", "3", "sos"):
        expect("delete", ng.request({"command": "delete", "call-id": "%d-%s" % (number, call)}),
               result="ok")


def main(path, rounds):
    ng = NG(path)
    for number in range(int(rounds)):
        one_round(ng, number)


main(*sys.argv[1:])
