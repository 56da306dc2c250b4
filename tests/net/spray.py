#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""spray.py ADDRESS FIRST LAST: RTP and RTCP to all these ports, about 2000 packets a second, until SIGINT.
Then prints how many were sent and how many datagrams came back."""
import os
import select
import signal
import socket
import struct
import sys
import time


class Done(Exception):
    pass


def done(number, frame):
    raise Done


def main(address, first, last):
    signal.signal(signal.SIGINT, done)
    ports = range(int(first), int(last) + 1)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 40000))
    sock.setblocking(False)
    sent = received = seq = 0
    print("spraying", flush=True)
    try:
        while True:
            for port in ports:
                seq += 1
                if port % 2:
                    packet = struct.pack("!BBHI", 0x80, 200, 6, 4242) + os.urandom(20 + 14)
                else:
                    packet = struct.pack("!BBHII", 0x80, 0, seq & 0xffff, seq * 160 & 0xffffffff, 4242)
                    packet += os.urandom(160 + 10)
                try:
                    sock.sendto(packet, (address, port))
                    sent += 1
                except BlockingIOError:
                    pass
            end = time.monotonic() + len(ports) / 2000
            while (left := end - time.monotonic()) > 0:
                if select.select([sock], [], [], left)[0]:
                    sock.recv(2048)
                    received += 1
    except Done:
        print("sent", sent, "received", received, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
