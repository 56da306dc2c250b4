#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
udp.py echo PORT...           answers every datagram to a PORT; prints "ready"
udp.py probe ADDRESS PORT [SIZE [FROM]]
                              prints what a datagram to there met: answered, refused (ICMP) or silence
"""
import select
import socket
import sys


def echo(ports):
    sockets = []
    for port in ports:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", int(port)))
        sockets.append(sock)
    print("ready", flush=True)
    while True:
        for sock in select.select(sockets, [], [])[0]:
            data, peer = sock.recvfrom(65536)
            sock.sendto(data, peer)


def probe(address, port, size="172", source=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        if source:
            sock.bind((source, 0))
        sock.connect((address, int(port)))
        sock.send(b"\x80" * int(size))
        try:
            sock.recv(65536)
            return "answered"
        except ConnectionRefusedError:
            return "refused"
        except socket.timeout:
            return "silence"


if sys.argv[1] == "echo":
    echo(sys.argv[2:])
else:
    print(probe(*sys.argv[2:]))
