#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""sdes.py SOCKET CALL-ID OFFERER ANSWERER        each NAME=ADDRESS=PORT=SUITE, SUITE an SDES name or RTP

Sets up a call over NG with one audio stream (PCMU) and prints what the two sides need to talk, for the shell's eval:
NAME_relay, NAME_port: where NAME sends to; NAME_send, NAME_receive: SDES inline values (empty for RTP);
NAME_send_hex, NAME_receive_hex: the same, as GStreamer wants them.
"""
import base64
import ipaddress
import os
import sys

import ng

KEY_AND_SALT = {  # bytes
    "AES_CM_128_HMAC_SHA1_80": 30, "AES_CM_128_HMAC_SHA1_32": 30,
    "AES_192_CM_HMAC_SHA1_80": 38, "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46, "AES_256_CM_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28, "AEAD_AES_256_GCM": 44,
}


class Side:
    def __init__(self, text):
        self.name, self.address, port, self.suite = text.split("=")
        self.port = int(port)
        self.tag = "1"
        self.send = self.receive = ""
        if self.suite != "RTP":
            self.send = base64.b64encode(os.urandom(KEY_AND_SALT[self.suite])).decode().rstrip("=")

    def protocol(self):
        return "RTP/AVP" if self.suite == "RTP" else "RTP/SAVP"

    def sdp(self):
        kind = "IP%d" % ipaddress.ip_address(self.address).version
        lines = [
            "v=0",
            "o=- 1 1 IN %s %s" % (kind, self.address),
            "s=-",
            "c=IN %s %s" % (kind, self.address),
            "t=0 0",
            "m=audio %d %s 0" % (self.port, self.protocol()),
            "a=rtpmap:0 PCMU/8000",
        ]
        if self.send:
            padded = self.send + "=" * (-len(self.send) % 4)
            lines.append("a=crypto:%s %s inline:%s" % (self.tag, self.suite, padded))
        return "\r\n".join(lines) + "\r\n"

    def take(self, sdp):
        """What the relay wrote to this side."""
        for line in sdp.splitlines():
            if line.startswith("c="):
                self.relay = line.split()[2]
            elif line.startswith("m="):
                self.relay_port = line.split()[1]
                if line.split()[2] != self.protocol():
                    sys.exit("sdes.py: %s was shown %s" % (self.name, line))
            elif line.startswith("a=crypto:"):
                tag, suite, key = line[9:].split()[:3]
                if suite == self.suite:
                    self.tag, self.receive = tag, key.removeprefix("inline:").split("|")[0].rstrip("=")
        if self.send and not self.receive:
            sys.exit("sdes.py: %s was not shown %s:\n%s" % (self.name, self.suite, sdp))

    def shell(self):
        def hexed(key):
            return base64.b64decode(key + "=" * (-len(key) % 4)).hex()

        for what, value in (
                ("relay", self.relay), ("port", self.relay_port), ("send", self.send),
                ("receive", self.receive), ("send_hex", hexed(self.send)), ("receive_hex", hexed(self.receive))):
            print("%s_%s=%s" % (self.name, what, value))


def call(path, call_id, offerer, answerer):
    node = ng.NG(path)

    def ask(message):
        reply = node.request(message)
        if reply.get("result") != "ok":
            sys.exit("sdes.py: %s: %s" % (message["command"], reply))
        return reply["sdp"]

    replace = ["origin", "session-connection"]
    family = {"address-family": "IP%d" % ipaddress.ip_address(answerer.address).version}
    answerer.take(ask({
        "command": "offer", "call-id": call_id, "from-tag": "offerer", "replace": replace, "ICE": "remove",
        "transport-protocol": answerer.protocol(), "sdp": offerer.sdp()} | family))
    offerer.take(ask({
        "command": "answer", "call-id": call_id, "from-tag": "offerer", "to-tag": "answerer", "replace": replace,
        "ICE": "remove", "sdp": answerer.sdp()}))
    keys = [key for side in (offerer, answerer) for key in (side.send, side.receive) if key]
    if len(set(keys)) < len(keys):
        sys.exit("sdes.py: two directions share a key: not re-keyed")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sides = [Side(text) for text in sys.argv[3:]]
    call(sys.argv[1], sys.argv[2], *sides)
    for side in sides:
        side.shell()
