#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""ng_udp.py ADDRESS PORT STATUS CASE: NG in datagrams, byte by byte. STATUS is a command that prints `sluicectl status
--json`. Exit 0: every datagram was answered as it should be, or not at all as it should be.
CASE: speaks, repeats, silent, refuses, floods, opensips. For opensips ADDRESS may be unix:PATH, PORT is 0 then."""
import json
import os
import random
import re
import socket
import subprocess
import sys

import ng

SDP = ("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
       "m=audio 5004 RTP/SAVP 0\r\n"
       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\r\n")
PATIENCE = 20.0  # s: for a reply that must come
SILENCE = 0.3  # s: for one that must not


class Client:
    def __init__(self, address, port, source=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        if source:
            self.sock.bind((source, 0))
        self.sock.connect((address, port))
        self.sequence = 0

    def ask(self, datagram):
        """The reply's bytes."""
        self.sock.settimeout(PATIENCE)
        self.sock.send(datagram)
        try:
            return self.sock.recv(65536)
        except TimeoutError:
            sys.exit("no reply to %r" % datagram[:80])

    def unanswered(self, datagram, what):
        self.sock.settimeout(SILENCE)
        self.sock.send(datagram)
        try:
            sys.exit("%s: answered %r" % (what, self.sock.recv(65536)))
        except TimeoutError:
            pass

    def cookie(self):
        """Another one, as OpenSIPS makes them: its process and a sequence number."""
        self.sequence += 1
        return b"%d_%d" % (os.getpid(), self.sequence)

    def request(self, message, cookie=None):
        cookie = cookie or self.cookie()
        return decode(self.ask(cookie + b" " + ng.encode(message)), cookie)


class Stream:
    """A connection for each request, no cookie, and one read() for the reply."""

    def __init__(self, path):
        self.path = path

    def request(self, message):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(PATIENCE)
            sock.connect(self.path)
            sock.sendall(ng.encode(message))
            return ng.decode(sock.recv(65535))[0]


def decode(reply, cookie):
    if not reply.startswith(cookie + b" "):
        sys.exit("the cookie is not %r: %r" % (cookie, reply[:80]))
    body = reply[len(cookie) + 1:]
    return json.loads(body) if body.startswith(b"{") else ng.decode(body)[0]


def must(condition, what):
    if not condition:
        sys.exit(what)


def offer(call="udp", **more):
    return {"command": "offer", "call-id": call, "from-tag": "a", "sdp": SDP, **more}


def answer_to(sdp):
    """The other party's SDP: it takes AES_CM_128_HMAC_SHA1_80, under the tag it was offered with."""
    tag = re.search(r"a=crypto:(\d+) AES_CM_128_HMAC_SHA1_80", sdp).group(1)
    return SDP.replace("192.0.2.1", "192.0.2.2").replace("AAEC", "BAEC").replace("crypto:1", "crypto:" + tag)


def counted(status):
    return json.loads(subprocess.run(status, shell=True, check=True, capture_output=True).stdout)


def speaks(client, status):
    """Bencode and JSON, whatever the cookie looks like."""
    for cookie in (b"1", b"5323_1", b"d12f0a77", b"deadbeef", b"ABC-{}", b"x" * 127):
        must(client.ask(cookie + b" d7:command4:pinge") == cookie + b" d6:result4:ponge", "ping with %r" % cookie)
        reply = client.ask(cookie + b' {"command":"ping"}')
        must(json.loads(reply[len(cookie):]) == {"result": "pong"}, "JSON ping: %r" % reply)
    reply = decode(client.ask(b"j1 " + json.dumps(offer("json")).encode()), b"j1")
    must(reply.get("result") == "ok" and "RTP/SAVP" in reply["sdp"], "an offer in JSON: %r" % reply)
    must(client.request({"command": "delete", "call-id": "json"})["result"] == "ok", "delete")


def repeats(client, status):
    """What is repeated under its cookie gets the same bytes and is done once; under a new cookie it is idempotent."""
    before = counted(status)
    first = b"r1 " + ng.encode(offer())
    replies = {client.ask(first) for _ in range(5)}
    must(len(replies) == 1, "five tries, %d replies" % len(replies))
    sdp = decode(replies.pop(), b"r1")["sdp"]
    after = counted(status)
    must(after["commands"]["offer"]["requests"] == before["commands"]["offer"]["requests"] + 1, "offered more than once")
    must(after["udp"]["duplicates"] == before["udp"]["duplicates"] + 4, "duplicates are not counted")
    must(after["calls"]["now"] == before["calls"]["now"] + 1, "more than one call")

    # A proxy that gave up and starts over, in another process or not.
    again = client.request(offer())
    must(again.get("sdp") == sdp, "the same offer under a new cookie is answered otherwise")
    must(counted(status)["calls"]["now"] == after["calls"]["now"], "it made another call")
    # The same cookie before something else is no retry: a process number that comes round again.
    must(decode(client.ask(b"r1 d7:command4:pinge"), b"r1")["result"] == "pong", "a stale reply")

    answer = {"command": "answer", "call-id": "udp", "from-tag": "a", "to-tag": "b", "sdp": answer_to(sdp)}
    replies = [client.request(answer) for _ in range(2)]
    must(replies[0]["result"] == "ok", "answer: %r" % replies[0])
    must(replies[0] == replies[1], "the same answer under a new cookie is answered otherwise")

    delete = b"r2 " + ng.encode({"command": "delete", "call-id": "udp", "from-tag": "a"})
    replies = [client.ask(delete) for _ in range(2)]
    must(replies[0] == replies[1] and "warning" not in decode(replies[0], b"r2"), "a repeated delete: %r" % replies)
    late = client.request({"command": "delete", "call-id": "udp", "from-tag": "a"})
    must(late["result"] == "ok" and "warning" in late, "a delete of what is gone: %r" % late)
    must(counted(status)["calls"]["now"] == before["calls"]["now"], "the call is still there")


def silent(client, status):
    """What cannot be answered in a way that its sender understands, or might be answered for ever, is not."""
    before = counted(status)["udp"]["unanswered"]
    for what, datagram in {
        "no cookie": b"d7:command4:pinge",
        "no cookie, spaces within": b"d7:command4:ping4:a  bi1ee",
        "JSON without a cookie": b'{"command": "ping"}',
        "nothing": b"",
        "a space": b" ",
        "no cookie before the space": b" d7:command4:pinge",
        "a cookie of 128 bytes": b"x" * 128 + b" d7:command4:pinge",
        "a cookie alone": b"cookie",
        "a reply": b"1 d6:result4:ponge",
        "a reply in JSON": b'1 {"result":"pong"}',
        "an empty dictionary": b"1 de",
    }.items():
        client.unanswered(datagram, what)
    must(counted(status)["udp"]["unanswered"] == before + 11, "they are not counted")


def refuses(client, status):
    """What is malformed behind its cookie is refused with a reason."""
    for what, body in {
        "cut off": b"d7:command4:pin",
        "cut off in JSON": b'{"command": "ping"',
        "nothing": b"",
        "more behind it": b"d7:command4:pinge" * 2,
        "a newline behind it": b"d7:command4:pinge\n",
        "no dictionary": b"l4:pinge",
        "no JSON": b'{"command": }',
        "an unknown command": b"d7:command6:dancese",
        "a string of 1 MiB": b"d7:command1048576:x",
        "the largest datagram": b"d1:x65000:" + b"x" * 65000,
    }.items():
        reply = decode(client.ask(b"m1 " + body), b"m1")
        must(reply.get("result") == "error" and reply.get("error-reason"), "%s: %r" % (what, reply))


def floods(client, status):
    """Random datagrams: whoever asks properly is answered all the same."""
    generator = random.Random(1)
    requests = [b"c " + ng.encode(offer()), b"c d7:command4:pinge", b'c {"command":"ping"}']
    for i in range(5000):
        datagram = bytearray(generator.choice(requests))
        for _ in range(generator.randrange(4)):
            datagram[generator.randrange(len(datagram))] = generator.randrange(256)
        client.sock.send(datagram[:generator.randrange(len(datagram) + 1)])
        if i % 100 == 0:
            other = Client(*client.sock.getpeername()[:2])
            must(other.request({"command": "ping"})["result"] == "pong", "no pong")
            other.sock.close()
    last = Client(*client.sock.getpeername()[:2])
    for call in last.request({"command": "list", "limit": 1000})["calls"]:
        last.request({"command": "delete", "call-id": call})


def opensips(client, status):
    """A call as OpenSIPS' module sends it: the order of its keys, its lists, `address family` with a space, no supports,
    a delete without tags (3.5 and later), and a second try under a new cookie when the first was not answered in time (3.6
    and later), which the relay has meanwhile acted on."""
    def send(keys):
        return client.request(keys)

    via = ["received-from", ["IP4", "192.0.2.1"]]
    invite = dict([("sdp", SDP), ("address family", "IP4"), ("flags", ["trust-address"]),
                   ("replace", ["origin", "session-connection"]), ("transport-protocol", "RTP/SAVP"), ("rtcp-mux", ["demux"]),
                   ("call-id", "opensips@192.0.2.1"), ("via-branch", "z9hG4bK1"), via, ("from-tag", "os-a"),
                   ("command", "offer")])
    must(ng.encode(invite).startswith(b"d3:sdp"), "the keys are not in their order")
    late = send(invite)  # too late, to nobody
    offered = send(invite)
    must(offered["result"] == "ok", "offer: %r" % offered)
    must(offered["sdp"] == late["sdp"], "the second try is answered otherwise")
    must("c=IN IP4" in offered["sdp"], "address family: %s" % offered["sdp"])
    reply = dict([("sdp", answer_to(offered["sdp"])), ("call-id", "opensips@192.0.2.1"), ("received-from", ["IP4", "192.0.2.2"]),
                  ("from-tag", "os-a"), ("to-tag", "os-b"), ("command", "answer")])
    answered = send(reply)
    must(answered["result"] == "ok", "answer: %r" % answered)
    statistics = send({"call-id": "opensips@192.0.2.1", "received-from": ["IP4", "192.0.2.1"], "from-tag": "os-a",
                       "command": "query"})
    for what in ("RTP", "RTCP"):
        must(set(statistics["totals"][what]) >= {"packets", "bytes", "errors"}, "query: %r" % statistics)
    must(set(statistics["tags"]) == {"os-a", "os-b"}, "query: %r" % statistics)
    must(isinstance(statistics["created"], int), "query: %r" % statistics)
    # from-tag only where the script asks for it, and then for one direction.
    for command, more in (("block media", {"flags": ["directional"], "from-tag": "os-a"}), ("unblock media", {})):
        blocked = send({**more, "call-id": "opensips@192.0.2.1", "received-from": ["IP4", "192.0.2.1"], "command": command})
        must(blocked == {"result": "ok"}, "%s: %r" % (command, blocked))
    # Not waited for (async), not sent again: one request must do. Without a SIP message there is nobody it came from.
    bye = {"call-id": "opensips@192.0.2.1", "received-from": [], "command": "delete"}
    gone = send(bye)
    must(gone["result"] == "ok" and "warning" not in gone and gone["totals"], "delete: %r" % gone)
    must("warning" in send(bye), "a delete of what is gone has no warning")


def main(address, port, status, case):
    client = Stream(address[5:]) if address.startswith("unix:") else Client(address, int(port))
    {"speaks": speaks, "repeats": repeats, "silent": silent, "refuses": refuses, "floods": floods,
     "opensips": opensips}[case](client, status)


if __name__ == "__main__":
    main(*sys.argv[1:])
