#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes each datagram that comes to ADDRESS PORT to FILE, a line of hexadecimal digits; prints "ready".

usage: hep_receive.py ADDRESS PORT FILE
"""
import socket
import sys

address, port, name = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as sock, open(name, "a", encoding="ascii") as out:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind((address, int(port)))
    print("ready", flush=True)
    while True:
        print(sock.recv(65536).hex(), file=out, flush=True)
