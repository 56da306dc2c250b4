# SPDX-License-Identifier: BSD-3-Clause
"""Packets byte by byte, right or as wrong as the caller wants them."""
import socket
import struct


def rtp(ssrc, sequence, payload=bytes(160), kind=0):
    return struct.pack("!BBHII", 0x80, kind, sequence & 0xffff, sequence * 160 & 0xffffffff, ssrc) + payload


def sender_report(ssrc):
    return struct.pack("!BBHIQIII", 0x80, 200, 6, ssrc, 0x1234567890, 0, 1, 160)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(source, to, payload, protocol=17, options=b"", total=None, fragment=0, version=4, ihl=None, ttl=64):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(payload) if total is None else total
    header = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, 0, total, 1, fragment, ttl, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(to)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def udp(source, to, payload, length=None):
    """Without a checksum, as IPv4 allows."""
    return struct.pack("!HHHH", source, to, 8 + len(payload) if length is None else length, 0) + payload
