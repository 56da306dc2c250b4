#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A SIP proxy's side of NG: bencode over the control socket.

ng.py SOCKET COMMAND [key=text | key=@file | key:=JSON]... [--get KEY]

SOCKET is a path (Unix stream, one connection per request, as Kamailio does) or udp:HOST:PORT.
Prints the reply as JSON, or with --get only that member (a dotted path). Exit 1 when the result
is neither ok nor pong.
"""
import json
import os
import socket
import struct
import sys


def encode(value):
    if isinstance(value, bool):
        raise TypeError("NG has no booleans")
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, (list, tuple)):
        return b"l" + b"".join(map(encode, value)) + b"e"
    if isinstance(value, dict):
        return b"d" + b"".join(encode(k) + encode(v) for k, v in value.items()) + b"e"
    raise TypeError(type(value))


class Incomplete(Exception):
    pass


def decode(data, at=0):
    """(value, offset behind it); Incomplete when data ends first."""
    if at >= len(data):
        raise Incomplete
    kind = data[at:at + 1]
    if kind == b"i":
        end = data.find(b"e", at)
        if end < 0:
            raise Incomplete
        return int(data[at + 1:end]), end + 1
    if kind in (b"l", b"d"):
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = decode(data, at)
            items.append(item)
        return (dict(zip(items[::2], items[1::2])) if kind == b"d" else items), at + 1
    colon = data.find(b":", at)
    if colon < 0:
        raise Incomplete
    end = colon + 1 + int(data[at:colon])
    if end > len(data):
        raise Incomplete
    return data[colon + 1:end].decode("utf-8", "surrogateescape"), end


class NG:
    """NG(socket).request(dict) -> dict. Raises OSError, or ConnectionError without a whole reply."""

    def __init__(self, path, timeout=30):
        self.path = path.removeprefix("unix:")
        self.timeout = timeout

    def request(self, message):
        body = encode(message)
        reply = self.datagram(body) if self.path.startswith("udp:") else self.stream(body)
        return decode(reply)[0]

    def stream(self, body):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            # With Python's own time limit connect() would not wait while the backlog is full.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", *divmod(int(self.timeout * 1e6), 1000000)))
            connection.connect(self.path)
            connection.settimeout(self.timeout)
            connection.sendall(body)
            reply = b""
            while chunk := connection.recv(65536):
                reply += chunk
                try:
                    decode(reply)
                    return reply
                except Incomplete:
                    pass
        raise ConnectionError("closed after %d bytes, no whole reply" % len(reply))

    def datagram(self, body):
        host, port = self.path[4:].rsplit(":", 1)
        cookie = os.urandom(8).hex().encode() + b" "
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.settimeout(self.timeout)
            sock.connect((host.strip("[]"), int(port)))
            sock.send(cookie + body)
            while True:
                reply = sock.recv(65536)
                if reply.startswith(cookie):
                    return reply[len(cookie):]


def main(arguments):
    get = None
    if "--get" in arguments:
        at = arguments.index("--get")
        get = arguments[at + 1]
        del arguments[at:at + 2]
    if len(arguments) < 2:
        sys.exit(__doc__)
    message = {"command": arguments[1]}
    for argument in arguments[2:]:
        key, _, value = argument.partition("=")
        if key.endswith(":"):
            message[key[:-1]] = json.loads(value)
        elif value.startswith("@"):
            with open(value[1:], newline="", encoding="utf-8") as file:
                message[key] = file.read()
        else:
            message[key] = value
    try:
        reply = NG(arguments[0]).request(message)
    except OSError as error:
        sys.exit("ng.py: %s: %s" % (arguments[0], error))
    if get is None:
        print(json.dumps(reply, indent=1))
    else:
        value = reply
        for step in get.split("."):
            value = value[int(step)] if isinstance(value, list) else value.get(step, "")
        sys.stdout.write(value if isinstance(value, str) else json.dumps(value) + "\n")
    return reply.get("result") not in ("ok", "pong")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
