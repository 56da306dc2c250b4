#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Echoes TCP at ADDRESS PORT; with --send N, sends N bytes there and exits 0 if they all come back."""
import argparse
import os
import socket
import threading

parser = argparse.ArgumentParser()
parser.add_argument("--send", type=int)
parser.add_argument("address")
parser.add_argument("port", type=int)
args = parser.parse_args()


def echo(connection):
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


if args.send is None:
    v6 = ":" in args.address
    server = socket.create_server((args.address, args.port), family=socket.AF_INET6 if v6 else socket.AF_INET,
                                  dualstack_ipv6=args.address == "::")
    while True:
        threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()

sent = os.urandom(args.send)
with socket.create_connection((args.address, args.port), timeout=10) as connection:
    threading.Thread(target=connection.sendall, args=(sent,), daemon=True).start()
    back = b""
    while len(back) < len(sent):
        data = connection.recv(65536)
        if not data:
            break
        back += data
raise SystemExit(back != sent)
