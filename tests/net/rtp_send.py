#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
rtp_send.py SOURCE-PORT ADDRESS PORT COUNT [same]: RTP (PCMU, 20 ms) at ten times its pace;
"same": always the same packet.
"""
import socket
import struct
import sys
import time

source, address, port, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
same = sys.argv[5:] == ["same"]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("", source))
    for number in range(count):
        sequence = 100 if same else 100 + number
        header = struct.pack("!BBHII", 0x80, 0, sequence & 0xffff, sequence * 160, 0x51000000 + source)
        sock.sendto(header + bytes(170), (address, port))
        time.sleep(0.002)
