#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""ng_bad_input.py SOCKET CASE: what a hostile or broken client does to the control socket. Exit 0: it was answered as
it should be. CASE: malformed, early, partial, slow, killed, random, crowd, stranger, answers, polite SECONDS."""
import json
import os
import random
import signal
import socket
import sys
import time

import ng

PROMPT = 2.0  # s: what an answer may take that nothing holds up
LIMIT = 8.0  # s: what it may take when we are the slow ones: the server's patience and then some

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
SDP = ("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
       "m=audio 5004 %s 0\r\n%s")


def connect(path, timeout=LIMIT):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(path)  # waits for room in the backlog, as a proxy does; with a time limit it would not
    client.settimeout(timeout)
    return client


def read_all(client):
    """Until the server closes, which it must."""
    data = b""
    try:
        while chunk := client.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass  # closed with something of ours unread; what it had said before still arrived
    return data


def decode(data):
    if not data.startswith((b"d6:", b"{")):
        data = data[data.index(b" ") + 1:]  # behind the cookie
    return json.loads(data) if data.startswith(b"{") else ng.decode(data)[0]


def ask(path, request):
    with connect(path) as client:
        try:
            client.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough, and has answered
        return read_all(client)


def must_refuse(path, request, what):
    started = time.monotonic()
    reply = decode(ask(path, request))
    if reply.get("result") != "error" or not reply.get("error-reason"):
        sys.exit("%s: answered %r" % (what, reply))
    if time.monotonic() - started > PROMPT:
        sys.exit("%s: answered only after %.1f s" % (what, time.monotonic() - started))
    return reply["error-reason"]


def nested(depth):
    return b"d7:command4:ping1:x" + b"l" * depth + b"e" * depth + b"e"


MALFORMED = {
    "integer beyond 64 bits": b"d7:command4:ping1:xi99999999999999999999ee",
    "integer with leading zero": b"d7:command4:ping1:xi007ee",
    "string length beyond 64 bits": b"d7:command99999999999999999999:pinge",
    "negative string length": b"d7:command-4:pinge",
    "nesting of 10,000": nested(10000),
    "JSON nesting of 10,000": b'{"command":"ping","x":' + b"[" * 10000,
    "many nodes": b"d7:command4:ping1:xl" + b"i1e" * 20000 + b"ee",
    "integer as a key": b"d1:xi1ei1e4:pinge",
    "a list": b"cookie l4:pinge",
    "no such JSON": b'{"command": }',
    "JSON with true": b'{"command": true}',
    "no command": b"d1:x1:ye",
    "unknown command": b"d7:command6:dances1:x1:ye",
    "command of the wrong type": b"d7:commandi1ee",
    "offer without anything": b"d7:command5:offere",
    "offer without SDP": b"d7:call-id1:x7:command5:offer8:from-tag1:ae",
    "empty call-id": b"d7:call-id0:7:command5:offer8:from-tag1:a3:sdp1:xe",
    "NUL in the call-id": b"d7:call-id3:a\0b7:command5:offer8:from-tag1:a3:sdp1:xe",
    "call-id of 300 bytes": b"d7:call-id300:" + b"x" * 300 + b"7:command5:querye",
    "SDP that is none": b"d7:call-id1:x7:command5:offer8:from-tag1:a3:sdp7:nonsense",
    "delete-delay of the wrong type": b"d7:call-id1:x7:command6:delete12:delete-delay1:xe",
    "flags of the wrong type": b"d7:call-id1:x7:command5:query8:rtcp-muxi1ee",
    "answer to nothing": b"d7:call-id4:none7:command6:answer8:from-tag1:a6:to-tag1:b3:sdp1:xe",
    "query of nothing": b"d7:call-id4:none7:command5:querye",
    "spaces": b" " * 200,
    "a cookie that never ends": b"x" * 300,
    "HTTP": b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n",
}


def malformed(path):
    for what, request in MALFORMED.items():
        must_refuse(path, request, what)
    reply = ask(path, b"cookie-1 d7:command5:querye")
    if not reply.startswith(b"cookie-1 d"):
        sys.exit("a refusal loses the cookie: %r" % reply)
    with connect(path) as client:  # nothing at all
        client.shutdown(socket.SHUT_WR)
        if decode(read_all(client)).get("result") != "error":
            sys.exit("an empty request is not refused")


def early(path):
    """A string of 1 MiB is refused by its length, not by its bytes."""
    for request in (b"d3:sdp1048576:", b"d1048576:"):
        must_refuse(path, request, "string of 1 MiB announced")
    must_refuse(path, b"d3:sdp1048576:" + b"x" * 1048576 + b"e", "string of 1 MiB sent")


def partial(path):
    started = time.monotonic()
    for request in (b"d", b"d7:command4:pi", b'{"command":', b"cookie"):
        with connect(path) as client:
            client.sendall(request)
            reply = decode(read_all(client))
            if reply.get("result") != "error":
                sys.exit("partial request answered %r" % reply)
    if time.monotonic() - started > 4 * LIMIT:
        sys.exit("partial requests are kept for too long")


def slow(path):
    with connect(path) as client:
        for byte in b"d7:command4:pinge":
            client.sendall(bytes([byte]))
            time.sleep(0.05)
        if decode(read_all(client)) != {"result": "pong"}:
            sys.exit("a slow but steady client is not served")
    started = time.monotonic()
    with connect(path) as client:
        try:
            for byte in b"d7:command1000:" + b"x" * 1000:
                client.sendall(bytes([byte]))
                time.sleep(0.05)
                if time.monotonic() - started > LIMIT:
                    sys.exit("a client may write for ever")
        except (BrokenPipeError, ConnectionResetError):
            pass
        if decode(read_all(client)).get("result") != "error":
            sys.exit("a client that is too slow is not told so")


def killed(path):
    """Clients that die in the middle of a request, and before they read their answer."""
    for request in (b"d7:comm", b"d7:command4:pinge") * 10:
        child = os.fork()
        if child == 0:
            connect(path).sendall(request)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)


def random_bytes(path):
    generator = random.Random(7)
    for i in range(500):
        request = bytearray(generator.randbytes(generator.randrange(2, 400)))
        if i % 2:  # damage at one place of a good request
            request = bytearray(b"d7:call-id1:x7:command5:query8:from-tag1:ae")
            request[generator.randrange(len(request))] = generator.randrange(256)
        with connect(path) as client:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            reply = read_all(client)
            if not reply:
                sys.exit("no answer to %r" % bytes(request))


def crowd(path):
    """2,000 connections that say nothing: they keep nobody out, and each is answered in the end."""
    clients = [connect(path, 20) for _ in range(2000)]
    started = time.monotonic()
    for _ in range(20):
        if ng.NG(path, PROMPT).request({"command": "ping"}) != {"result": "pong"}:
            sys.exit("no pong beside 2,000 connections")
    if time.monotonic() - started > PROMPT:
        sys.exit("20 pings take %.1f s beside 2,000 connections" % (time.monotonic() - started))
    for client in clients:
        if decode(read_all(client)).get("result") != "error":
            sys.exit("a connection of the crowd was not answered")
        client.close()


def stranger(path):
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    try:
        connect(path)
    except PermissionError:
        return
    sys.exit("a user who is not allowed: the kernel lets him connect")


def answers(path):
    """Answers that fail leave the call as it was."""
    server = ng.NG(path)

    def crypto(tag, suite, key=KEY):
        return "a=crypto:%s %s inline:%s\r\n" % (tag, suite, key)

    cm80 = "AES_CM_128_HMAC_SHA1_80"
    call = {"call-id": "answers", "from-tag": "a"}
    offer = dict(call, command="offer", sdp=SDP % ("192.0.2.1", "RTP/SAVP", crypto(1, cm80)))
    good = dict(call, command="answer")
    good.update({"to-tag": "b", "sdp": SDP % ("192.0.2.2", "RTP/SAVP", crypto(3, cm80, KEY[::-1]))})
    wrong = {
        "suite": SDP % ("192.0.2.2", "RTP/SAVP", crypto(3, "AES_CM_128_HMAC_SHA1_32")),
        "key too short": SDP % ("192.0.2.2", "RTP/SAVP", crypto(3, cm80, "AAAA")),
        "MKI": SDP % ("192.0.2.2", "RTP/SAVP", crypto(3, cm80, KEY + "|2^20|1:4")),
        "session parameter": SDP % (
            "192.0.2.2", "RTP/SAVP", crypto(3, cm80).replace("\r", " UNENCRYPTED_SRTP\r")),
        "no key": SDP % ("192.0.2.2", "RTP/SAVP", ""),
        "plain RTP": SDP % ("192.0.2.2", "RTP/AVP", ""),
        "our own address": SDP % ("203.0.113.10", "RTP/SAVP", crypto(3, cm80)),
        "loopback": SDP % ("127.0.0.1", "RTP/SAVP", crypto(3, cm80)),
        "another family": (SDP % ("192.0.2.2", "RTP/SAVP", crypto(3, cm80))).replace(
            "c=IN IP4 192.0.2.2", "c=IN IP6 2001:db8::2"),
        "no c=": (SDP % ("192.0.2.2", "RTP/SAVP", crypto(3, cm80))).replace(
            "c=IN IP4 192.0.2.2\r\n", ""),
    }
    assert server.request(offer)["result"] == "ok"
    for up in (False, True):
        if up:
            assert server.request(good)["result"] == "ok"
        before = server.request({"command": "query", "call-id": "answers"})
        for what, sdp in wrong.items():
            reply = server.request(dict(good, sdp=sdp))
            if reply["result"] != "error" or not reply["error-reason"]:
                sys.exit("a wrong answer (%s) was taken: %r" % (what, reply))
        reply = server.request(dict(good, **{"from-tag": "x", "to-tag": "y"}))
        if reply["result"] != "error":
            sys.exit("an answer with foreign tags was taken")
        if server.request({"command": "query", "call-id": "answers"}) != before:
            sys.exit("a wrong answer changed the call")
    if server.request(dict(call, command="delete"))["result"] != "ok":
        sys.exit("the call cannot be deleted")


def polite(path, seconds):
    """A proxy that works on beside all this; prints its longest wait in ms."""
    server, longest, end = ng.NG(path), 0.0, time.monotonic() + float(seconds)
    while time.monotonic() < end:
        started = time.monotonic()
        if server.request({"command": "ping"}) != {"result": "pong"}:
            sys.exit("a ping was not answered with a pong")
        longest = max(longest, time.monotonic() - started)
        time.sleep(0.01)
    print("%.0f" % (1000 * longest))
    if longest > PROMPT:
        sys.exit("a client that does nothing wrong waited %.1f s" % longest)


CASES = {case.__name__: case for case in
         (malformed, early, partial, slow, killed, crowd, stranger, answers, polite)}
CASES["random"] = random_bytes

if __name__ == "__main__":
    CASES[sys.argv[2]](sys.argv[1], *sys.argv[3:])
