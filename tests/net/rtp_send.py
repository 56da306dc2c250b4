#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
rtp_send.py SOURCE-PORT ADDRESS PORT COUNT [same|burst|gaps|sound|unsummed|damaged]: RTP (PCMU, 20 ms) at ten times its pace;
"same": always the same packet; "burst": all at once; "gaps": without every
fifth; the others say what they mean of the UDP checksum, that no device finishes for them: right,
none, of a packet that was then changed in one byte.
"""
import socket
import struct
import sys
import time


def datagram(sock, to, payload, how):
    """With a UDP header of its own."""
    udp = struct.pack("!HHHH", source, to[1], 8 + len(payload), 0) + payload
    if how == "unsummed":
        return udp
    sock.connect(to)
    pseudo = socket.inet_aton(sock.getsockname()[0]) + socket.inet_aton(to[0]) + struct.pack("!HH", 17, len(udp))
    total = sum(struct.unpack("!%dH" % ((len(pseudo) + len(udp)) // 2), pseudo + udp))
    total = (total & 0xffff) + (total >> 16)
    total = (total & 0xffff) + (total >> 16)
    damage = b"\x01" if how == "damaged" else b"\x00"
    return udp[:6] + struct.pack("!H", ~total & 0xffff or 0xffff) + udp[8:-1] + damage


source, address, port, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
mode = sys.argv[5] if len(sys.argv) > 5 else ""
raw = mode in ("sound", "unsummed", "damaged")
with socket.socket(socket.AF_INET, *((socket.SOCK_RAW, socket.IPPROTO_UDP) if raw else (socket.SOCK_DGRAM,))) as sock:
    if not raw:
        sock.bind(("", source))
    for number in range(count):
        if mode == "gaps" and number % 5 == 4:
            continue
        sequence = 100 if mode == "same" else 100 + number
        packet = struct.pack("!BBHII", 0x80, 0, sequence & 0xffff, sequence * 160, 0x51000000 + source) + bytes(170)
        sock.sendto(datagram(sock, (address, port), packet, mode) if raw else packet, (address, 0 if raw else port))
        if mode != "burst":
            time.sleep(0.002)
