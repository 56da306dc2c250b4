#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
b2bua.py LISTEN NG [KEY=JSON]...: two calls in a row, for each that is asked for. Speaks NG at LISTEN, and as a B2BUA that
does not touch media makes two calls of each at the relay's socket NG: the SDP that the first gives is offered in the second,
and the answer goes the same way back. The keys go into the offer of the first call, in place of what was asked for; with
"second." before their name into that of the second.
"""
import json
import os
import socket
import sys

import ng


class Refused(Exception):
    pass


class B2BUA:
    def __init__(self, relay, keys):
        self.relay = ng.NG(relay)
        self.first = {key: value for key, value in keys.items() if not key.startswith("second.")}
        self.second = {key.removeprefix("second."): value for key, value in keys.items() if key.startswith("second.")}

    def ask(self, message, **changes):
        reply = self.relay.request({**message, **changes})
        if reply["result"] not in ("ok", "pong"):
            raise Refused(reply)
        return reply

    def handle(self, message):
        call, command = message.get("call-id", ""), message["command"]
        one, two, caller = call + "-1", call + "-2", "via-" + message.get("from-tag", "")
        if command == "offer":
            sdp = self.ask({**message, **self.first}, **{"call-id": one})["sdp"]
            return self.ask({**message, **self.second}, **{"call-id": two, "from-tag": caller, "sdp": sdp})
        if command == "answer":
            sdp = self.ask(message, **{"call-id": two, "from-tag": caller})["sdp"]
            return self.ask(message, **{"call-id": one, "to-tag": "via-" + message["to-tag"], "sdp": sdp})
        if command == "delete":
            self.ask(message, **{"call-id": two, "from-tag": caller})
            return self.ask({"command": "delete", "call-id": one})
        return self.relay.request({**message, "call-id": one})

    def serve(self, connection):
        data = b""
        while chunk := connection.recv(65536):
            data += chunk
            try:
                message = ng.decode(data)[0]
            except ng.Incomplete:
                continue
            try:
                reply = self.handle(message)
            except Refused as why:
                reply = why.args[0]
            connection.sendall(ng.encode(reply))
            return


def main(listen, relay, *keys):
    b2bua = B2BUA(relay, {key: json.loads(value) for key, value in (pair.split("=", 1) for pair in keys)})
    if os.path.exists(listen):
        os.unlink(listen)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(listen)
        sock.listen(64)
        print("ready", flush=True)
        while True:
            with sock.accept()[0] as connection:
                b2bua.serve(connection)


main(*sys.argv[1:])
