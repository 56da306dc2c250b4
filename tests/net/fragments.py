#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
fragments.py MAC PORT COUNT: COUNT TCP SYNs to PORT of 10.0.0.1 and of fd00::1 in each of many shapes, from a source for each
shape (10.0.0.101 and on, fd00:0:0:101::1 and on), by eth0 to that MAC. Behind each shape goes a whole SYN of 10.0.0.2, which
nobody limits, until it is answered: then so is what came before it. Prints for each: shape, how many distinct SYNs were
answered with SYN and ACK, and the seconds it took.
"""
import socket
import struct
import sys
import time

V4, V6 = socket.inet_aton("10.0.0.1"), socket.inet_pton(socket.AF_INET6, "fd00::1")
FIRST = 101
LISTED = 2
PATIENCE = 300  # tries of 0.2 s
SYN, ACK, TCP = 2, 16, 6
HOP, FRAGMENT, DESTINATION = 0, 44, 60
FIRST_PORT = 1024
PAD = b"\1\4\0\0\0\0"  # PadN that fills an extension header's 8 bytes


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Source:
    def __init__(self, number, v6, port):
        self.port, self.v6 = port, v6
        self.ip = socket.inet_pton(socket.AF_INET6, "fd00:0:0:%d::1" % number) if v6 \
            else socket.inet_aton("10.0.0.%d" % number)
        self.to = V6 if v6 else V4

    def segment(self, source_port, flags=SYN, options=b"", data=b""):
        """TCP, right in all it says."""
        head = struct.pack("!HHIIBBHHH", source_port, self.port, 7, 0, 5 + len(options) // 4 << 4, flags, 64240, 0, 0)
        tcp = head + options + data
        sum_of = checksum(self.ip + self.to + struct.pack("!IxxxB", len(tcp), TCP) + tcp)
        return tcp[:16] + struct.pack("!H", sum_of) + tcp[18:]

    def ipv4(self, payload, offset=0, more=False, number=0, options=b""):
        head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), number,
                           more << 13 | offset // 8, 64, TCP, 0, self.ip, self.to) + options
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload

    def ipv6(self, payload, following=TCP, length=None):
        return struct.pack("!IHBB16s16s", 6 << 28, len(payload) if length is None else length, following, 64,
                           self.ip, self.to) + payload

    def piece(self, payload, offset=0, more=False, number=0, following=TCP):
        """IPv6 with a fragment header."""
        return self.ipv6(struct.pack("!BBHI", following, 0, offset | more, number) + payload, FRAGMENT)


# Each: of a source, a source port and a number that no other datagram has, the packets.
def cut4(at):
    def packets(s, port, number):
        tcp = s.segment(port, options=b"\2\4\5\xb4", data=b"12345678" if at > 20 else b"")
        return [s.ipv4(tcp[:at], 0, True, number), s.ipv4(tcp[at:], at, False, number)]
    return packets


def overlap4(s, port, number):
    """The first has ACK; the second begins at 8 and writes SYN over it (RFC 3128 3)."""
    tcp, harmless = s.segment(port, data=bytes(8)), s.segment(port, ACK, data=bytes(8))
    return [s.ipv4(harmless[:24], 0, True, number), s.ipv4(tcp[8:], 8, False, number)]


def padded4(s, port, number):
    """Whoever reads past the packet's end finds an ACK."""
    first, rest = cut4(8)(s, port, number)
    return [first + s.segment(port, ACK)[8:], rest]


def cut6(at, number_of=TCP):
    def packets(s, port, number):
        tcp = s.segment(port, options=b"\2\4\5\xb4", data=b"12345678" if at > 20 else b"")
        return [s.piece(tcp[:at], 0, True, number), s.piece(tcp[at:], at, False, number, number_of)]
    return packets


def split_options6(s, port, number):
    """The options in the first fragment, TCP in the second."""
    options, tcp = bytes([TCP, 0]) + PAD, s.segment(port)
    return [s.piece(options, 0, True, number, DESTINATION), s.piece(tcp, 8, False, number, DESTINATION)]


def chain6(*kinds, length=None):
    def packets(s, port, _):
        body, following = s.segment(port), TCP
        for kind in reversed(kinds):
            body, following = bytes([following, 0]) + PAD + body, kind
        return [s.ipv6(body, following, length)]
    return packets


SHAPES = {
    "whole": (False, lambda s, port, _: [s.ipv4(s.segment(port))]),
    "with IP options": (False, lambda s, port, _: [s.ipv4(s.segment(port), options=b"\1" * 40)]),
    "cut at 8": (False, cut4(8)),
    "cut at 8, the end first": (False, lambda *o: cut4(8)(*o)[::-1]),
    "cut at 8, an ACK in the padding": (False, padded4),
    "cut at 16": (False, cut4(16)),
    "cut at 24": (False, cut4(24)),
    "overlapping at 8": (False, overlap4),
    "IPv6, whole": (True, chain6()),
    "IPv6, hop-by-hop options": (True, chain6(HOP)),
    "IPv6, four headers": (True, chain6(HOP, DESTINATION, DESTINATION, DESTINATION)),
    "IPv6, no length and hop-by-hop options": (True, chain6(HOP, length=0)),
    "IPv6, one fragment": (True, lambda s, port, n: [s.piece(s.segment(port), number=n)]),
    "IPv6, cut at 8": (True, cut6(8)),
    "IPv6, cut at 8, the end first": (True, lambda *o: cut6(8)(*o)[::-1]),
    "IPv6, cut at 16, the end said to be UDP": (True, cut6(16, 17)),
    "IPv6, cut at 24": (True, cut6(24)),
    "IPv6, cut behind its options": (True, split_options6),
}


def answered(sock, seen, wait):
    """Adds to `seen` whose SYNs were answered: (source, its port)."""
    sock.settimeout(wait)
    try:
        while True:
            frame = sock.recv(2048)
            if frame[12:14] == b"\x08\x00" and frame[23] == TCP:
                to, tcp = frame[30:34], frame[34:54]
            elif frame[12:14] == b"\x86\xdd" and frame[20] == TCP:
                to, tcp = frame[38:54], frame[54:74]
            else:
                continue
            if tcp[13] & (SYN | ACK) == SYN | ACK:
                seen.add((to, tcp[2:4]))
    except (socket.timeout, BlockingIOError):
        pass


def ended(send, port, sock, seen):
    """Whatever was sent before has been answered, or never will be."""
    listed = Source(LISTED, False, port)
    for k in range(PATIENCE):
        send(listed, listed.ipv4(listed.segment(ended.port)))
        ended.port += 1
        answered(sock, seen, 0.2)
        if any(one[0] == listed.ip for one in seen):
            return
    sys.exit("a SYN of 10.0.0.%d gets no answer" % LISTED)


ended.port = FIRST_PORT  # one that no SYN of 10.0.0.2 had: a connection half open answers at its own pace


def main(mac, port, count):
    mac = bytes.fromhex(mac.replace(":", ""))
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sock.bind(("eth0", 0))
    own = sock.getsockname()[4]
    number = int(time.monotonic() * 1000)

    def send(source, packet):
        sock.send(mac + own + (b"\x86\xdd" if source.v6 else b"\x08\x00") + packet)

    for i, (shape, (v6, make)) in enumerate(SHAPES.items()):
        source, seen = Source(FIRST + i, v6, int(port)), set()
        begin = time.monotonic()
        for k in range(int(count)):
            number = (number + 1) & 0xffff
            for packet in make(source, FIRST_PORT + k, number):
                send(source, packet)
            answered(sock, seen, 0)
        ended(send, int(port), sock, seen)
        print("%s: %d %.2f" % (shape, len({one for one in seen if one[0] == source.ip}), time.monotonic() - begin),
              flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
