#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
rtp_talk.py PORT ADDRESS RELAY-PORT SECONDS [FROM-PORT]: RTP (PCMU, 20 ms) to the relay for SECONDS, by PORT or, if said, by
FROM-PORT; prints how many packets came to PORT.
"""
import select
import socket
import struct
import sys
import time


def udp(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", port))
    return sock


def main(port, address, relay_port, seconds, from_port=None):
    ear = udp(int(port))
    mouth = udp(int(from_port)) if from_port else ear
    heard = number = 0
    start = time.monotonic()
    while (now := time.monotonic() - start) < float(seconds):
        while number * 0.02 <= now:
            mouth.sendto(struct.pack("!BBHII", 0x80, 0, number & 0xffff, number * 160, 4711 + int(port)) + bytes(160),
                         (address, int(relay_port)))
            number += 1
        if select.select([ear], [], [], max(0, number * 0.02 - now))[0]:
            heard += ear.recv(2048)[0] == 0x80
    print("heard", heard, "of", number)


main(*sys.argv[1:])
