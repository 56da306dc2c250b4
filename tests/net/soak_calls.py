#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
soak_calls.py SOCKET SEED: a proxy whose callers come, go on hold, move, fork and hang up without
pause, until SIGTERM. Exit 1 with words when a request is not answered as a proxy expects; else
prints how many there were of each kind.
"""
import random
import signal
import sys
import time
from collections import Counter

from ng import NG

SDP = ("v=0\r\no=- 1 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
       "m=audio %d RTP/AVP 0\r\na=%s\r\n")
MOST = 100  # calls at a time
PAUSE = 0.01  # s: between two requests


class Call:
    def __init__(self, number):
        self.id = "soak-%d" % number
        self.version = 0
        self.answered = False

    def sdp(self, address, way="sendrecv"):
        self.version += 1
        port = 40000 + 2 * random.randrange(5000)
        return SDP % (self.version, address, address, port, way)


class Proxy:
    def __init__(self, path):
        self.ng = NG(path)
        self.calls = []
        self.done = Counter()
        self.number = 0

    def ask(self, kind, call, command, wanted="ok", **more):
        reply = self.ng.request({"command": command, "call-id": call.id, "from-tag": "a", **more})
        if reply.get("result") != wanted:
            sys.exit("%s of %s: %r" % (kind, call.id, reply))
        self.done[kind] += 1
        return reply

    def set_up(self):
        self.number += 1
        call = Call(self.number)
        self.ask("offer", call, "offer", sdp=call.sdp("10.0.0.2"))
        self.calls.append(call)

    def answer(self, call):
        self.ask("answer", call, "answer", **{"to-tag": "b", "sdp": call.sdp("10.0.0.3")})
        call.answered = True

    def again(self, call):
        """A re-INVITE by either side: another port, on hold, back."""
        way = random.choice(["sendrecv", "sendrecv", "sendonly", "inactive"])
        sides = [("a", "b", "10.0.0.2", "10.0.0.3"), ("b", "a", "10.0.0.3", "10.0.0.2")]
        asks, gives, near, far = random.choice(sides)
        self.ask("re-offer", call, "offer", **{"from-tag": asks, "to-tag": gives, "sdp": call.sdp(near, way)})
        self.ask("re-answer", call, "answer", **{"from-tag": asks, "to-tag": gives, "sdp": call.sdp(far)})

    def end(self, call):
        self.ask("delete", call, "delete")
        self.calls.remove(call)

    def step(self):
        if len(self.calls) < MOST and random.random() < 0.4:
            return self.set_up()
        if not self.calls:
            return self.set_up()
        call = random.choice(self.calls)
        if not call.answered:
            return self.answer(call) if random.random() < 0.8 else self.end(call)
        what = random.random()
        if what < 0.4:
            return self.again(call)
        if what < 0.6:
            return self.ask("query", call, "query")
        return self.end(call)


def main(path, seed):
    random.seed(seed)
    over = []
    signal.signal(signal.SIGTERM, lambda *_: over.append(True))
    proxy = Proxy(path)
    print("ready", flush=True)
    while not over:
        proxy.step()
        time.sleep(PAUSE)
    for call in list(proxy.calls):
        proxy.end(call)
    print(", ".join("%d %s" % (n, kind) for kind, n in sorted(proxy.done.items())))


main(*sys.argv[1:])
