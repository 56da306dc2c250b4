#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""ng_websocket.py ADDRESS PORT CASE: NG over WebSocket (RFC 6455) as Kamailio 6.2 speaks it, and as nobody should.
Exit 0: all was answered as it should be. CASE: speaks, call, pings, refuses, crowd, floods, stranger."""
import base64
import json
import os
import random
import socket
import struct
import sys

import ng
from ng_udp import answer_to, decode, must, offer

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LIMIT = 8  # s: the relay's patience and then some


class Closed(Exception):
    pass


class WebSocket:
    def __init__(self, address, port, subprotocol="ng.rtpengine.com", source=None):
        self.buffer = b""
        self.sock = socket.create_connection((address, port), LIMIT, (source, 0) if source else None)
        lines = ["GET / HTTP/1.1", "Host: relay", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
        if subprotocol:
            lines.append("Sec-WebSocket-Protocol: " + subprotocol)
        self.sock.sendall("\r\n".join(lines + ["", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101"):
            raise Closed(head)

    def more(self):
        try:
            chunk = self.sock.recv(65536)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            raise Closed(self.buffer)
        self.buffer += chunk

    def take(self, n):
        while len(self.buffer) < n:
            self.more()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    @staticmethod
    def frame(data, kind=TEXT, final=True):
        size = len(data)
        head = bytes([final << 7 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += struct.pack("!BH", 0xfe, size)
        else:
            head += struct.pack("!BQ", 0xff, size)
        mask = os.urandom(4)
        return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))

    def send(self, data, kind=TEXT, final=True):
        self.sock.sendall(self.frame(data, kind, final))

    def receive(self):
        """(kind, data) of a whole message."""
        kind, data, final = None, b"", False
        while not final:
            first, size = self.take(2)
            must(not size & 0x80, "the relay masks")
            if size == 126:
                size, = struct.unpack("!H", self.take(2))
            elif size == 127:
                size, = struct.unpack("!Q", self.take(8))
            final, kind = bool(first & 0x80), kind or first & 15
            data += self.take(size)
        if kind == CLOSE:
            raise Closed(data)
        return kind, data

    def ask(self, data, kind=TEXT):
        self.send(data, kind)
        answered, reply = self.receive()
        must(answered == kind, "asked by %d, answered by %d: %r" % (kind, answered, reply[:80]))
        return reply


def must_close(address, port, what, act):
    try:
        act()
    except (Closed, ConnectionResetError, BrokenPipeError):
        return
    sys.exit("%s: goes on" % what)


def speaks(address, port):
    client = WebSocket(address, port)
    for kind in (TEXT, BINARY):
        must(client.ask(b"1_1 d7:command4:pinge", kind) == b"1_1 d6:result4:ponge", "ping")
        must(json.loads(client.ask(b'2 {"command": "ping"}', kind)[1:]) == {"result": "pong"}, "JSON ping")
    # In pieces, with a ping between them.
    client.send(b"3 d7:com", TEXT, False)
    client.send(b"hello", PING)
    client.send(b"mand4:pi", CONTINUATION, False)
    client.send(b"nge", CONTINUATION)
    replies = [client.receive() for _ in range(2)]
    must((PONG, b"hello") in replies and (TEXT, b"3 d6:result4:ponge") in replies, "in pieces: %r" % replies)
    # Many at once: every one is answered, in order.
    client.sock.sendall(b"".join(client.frame(b"%d d7:command4:pinge" % i) for i in range(40)))
    for i in range(40):
        must(client.receive()[1] == b"%d d6:result4:ponge" % i, "reply %d of many" % i)
    # Byte by byte.
    for byte in client.frame(b"5 d7:command4:pinge"):
        client.sock.send(bytes([byte]))
    must(client.receive()[1] == b"5 d6:result4:ponge", "byte by byte")
    # Refused, and the connection goes on.
    for body in (b"d7:command4:pin", b"d7:command4:pingex", b"l4:pinge", b"{", b"d6:result4:ponge", b"",
                 b"d1:x65000:" + b"x" * 65000):
        reply = decode(client.ask(b"c " + body), b"c")
        must(reply["result"] == "error" and reply["error-reason"], "malformed: %r" % reply)
    must(client.ask(b"6 d7:command4:pinge") == b"6 d6:result4:ponge", "after malformed requests")


def call(address, port):
    first, second = WebSocket(address, port), WebSocket(address, port)
    offered = decode(first.ask(b"o " + json.dumps(offer("ws")).encode()), b"o")
    must(offered["result"] == "ok", "offer: %r" % offered)
    again = decode(second.ask(b"p " + ng.encode(offer("ws")), BINARY), b"p")
    must(again["sdp"] == offered["sdp"], "the same offer is answered otherwise")
    reply = decode(second.ask(b"a " + ng.encode({"command": "answer", "call-id": "ws", "from-tag": "a", "to-tag": "b",
                                                "sdp": answer_to(offered["sdp"])})), b"a")
    must(reply["result"] == "ok", "answer: %r" % reply)
    reply = decode(first.ask(b"d " + ng.encode({"command": "delete", "call-id": "ws"})), b"d")
    must(reply["result"] == "ok" and "warning" not in reply, "delete: %r" % reply)


def refuses(address, port):
    must_close(address, port, "no subprotocol", lambda: WebSocket(address, port, None).ask(b"1 d7:command4:pinge"))
    must_close(address, port, "another subprotocol", lambda: WebSocket(address, port, "chat").ask(b"1 d7:command4:pinge"))
    with socket.create_connection((address, port), LIMIT) as plain:
        plain.sendall(b"GET /index.html HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n")
        must(plain.recv(65536).startswith(b"HTTP/1.1 404"), "a page is served")

    def too_large():
        client = WebSocket(address, port)
        client.send(b"1 d3:sdp1000000:" + b"x" * 1000000)
        client.receive()

    def never_ends():
        client = WebSocket(address, port)
        client.send(b"1 d", TEXT, False)
        while True:
            client.send(b"x" * 30000, CONTINUATION, False)

    def deaf():
        client = WebSocket(address, port)
        frames = client.frame(b'1 {"command": "query", "call-id": "x"}') * 20000
        client.sock.settimeout(2)
        try:
            for _ in range(100):
                client.sock.sendall(frames)
        except TimeoutError:  # it is not heard until it listens: as good
            raise Closed from None

    def never_upgrades():
        with socket.create_connection((address, port), LIMIT) as plain:
            plain.sendall(b"GET /")
            if not plain.recv(1):
                raise Closed

    must_close(address, port, "1 MB", too_large)
    must_close(address, port, "a message without an end", never_ends)
    must_close(address, port, "a client that does not read", deaf)
    must_close(address, port, "a request that never comes", never_upgrades)
    must(WebSocket(address, port).ask(b"1 d7:command4:pinge") == b"1 d6:result4:ponge", "ping at the end")


def crowd(address, port):
    """No more than so many; when they go others may come."""
    clients = []
    for _ in range(400):
        try:
            clients.append(WebSocket(address, port))
        except (Closed, OSError):
            break
    must(200 <= len(clients) <= 300, "%d connections" % len(clients))
    must(clients[0].ask(b"1 d7:command4:pinge") == b"1 d6:result4:ponge", "a client in the crowd")
    for client in clients:
        client.sock.close()
    must(WebSocket(address, port).ask(b"1 d7:command4:pinge") == b"1 d6:result4:ponge", "a client after the crowd")


def floods(address, port):
    generator = random.Random(1)
    requests = [b"c " + ng.encode(offer("flood")), b"c d7:command4:pinge", b'c {"command":"ping"}']
    polite = WebSocket(address, port)
    for i in range(300):
        try:
            client = WebSocket(address, port)
            for _ in range(10):
                data = bytearray(client.frame(generator.choice(requests), generator.choice([TEXT, BINARY])))
                for _ in range(generator.randrange(4)):
                    data[generator.randrange(len(data))] = generator.randrange(256)
                client.sock.sendall(data)
            client.sock.close()
        except OSError:
            pass
        must(polite.ask(b"%d d7:command4:pinge" % i) == b"%d d6:result4:ponge" % i, "no pong")
    for name in decode(polite.ask(b"l d7:command4:liste"), b"l")["calls"]:
        polite.ask(b"d " + ng.encode({"command": "delete", "call-id": name}))


def stranger(address, port):
    must_close(address, port, "a stranger", lambda: WebSocket(address, port, source="192.0.2.1"))


if __name__ == "__main__":
    {"speaks": speaks, "call": call, "refuses": refuses, "crowd": crowd, "floods": floods,
     "stranger": stranger}[sys.argv[3]](sys.argv[1], int(sys.argv[2]))
