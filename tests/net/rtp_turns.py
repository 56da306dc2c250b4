#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
rtp_turns.py COUNT RELAY NAME NAMESPACE PORT[/FROM-PORT] RELAY-PORT NAME NAMESPACE PORT[/FROM-PORT] RELAY-PORT

Two parties of a call speak (RTP, PCMU), the first, the other, the first again: each into the void until it is heard, at a
phone's pace, and from then on each packet after the last one was heard, so that no pace of the machine counts. Prints how
much was heard; exit 1: not all of it.
"""
import select
import socket
import struct
import sys
import time

from namespace import Namespace

VOID = 100  # packets
PACE = 0.02  # s
PATIENCE = 5.0  # s


def udp(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", int(port)))
    return sock


class Party:
    def __init__(self, relay, name, namespace, port, relay_port):
        port, _, from_port = port.partition("/")
        self.name, self.relay, self.number = name, (relay, int(relay_port)), 0
        self.ssrc = 0x51000000 + int(port)
        with Namespace(namespace):
            self.ear = self.mouth = udp(port)
            if from_port:
                self.mouth = udp(from_port)

    def speak(self):
        self.number += 1
        packet = struct.pack("!BBHII", 0x80, 0, self.number, 160 * self.number, self.ssrc) + bytes(160)
        self.mouth.sendto(packet, self.relay)
        return packet[:4]

    def hears(self, patience, start=b""):
        """Whether a packet that starts so comes; others may come first."""
        end = time.monotonic() + patience
        while select.select([self.ear], [], [], max(0, end - time.monotonic()))[0]:
            if self.ear.recv(2048).startswith(start):
                return True
        return False


def speaks(count, talker, listener):
    void = 0
    talker.speak()
    while not listener.hears(PACE):
        void += 1
        if void == VOID:
            print("%s never heard %s" % (listener.name, talker.name))
            return False
        talker.speak()
    heard = 0
    while heard < count and listener.hears(PATIENCE, talker.speak()):
        heard += 1
    print("%s heard %d of %d packets of %s, after %d into the void" % (listener.name, heard, count, talker.name, void))
    return heard == count


def main(count, relay, *parties):
    one, other = Party(relay, *parties[:4]), Party(relay, *parties[4:])
    spoken = all(speaks(int(count), *pair) for pair in ((one, other), (other, one), (one, other)))
    return 0 if spoken else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
