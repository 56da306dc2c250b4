#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Clients of the exporter, by plain HTTP at 127.0.0.1.

usage: scrapers.py many     12 scrapes at once; prints how many seconds they took
       scrapers.py slow     a byte of a request every 0.2 s, until the exporter ends it
"""
import socket
import sys
import time

ADDRESS = ("127.0.0.1", 9753)


def many():
    start = time.monotonic()
    clients = [socket.create_connection(ADDRESS) for _ in range(12)]
    for client in clients:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for client in clients:
        answer = b"".join(iter(lambda: client.recv(65536), b""))
        if not answer.startswith(b"HTTP/1.1 200 ") or b"\nsluice_up 1\n" not in answer:
            sys.exit("an answer: %r" % answer[:200])
    print(int(time.monotonic() - start) + 1)


def slow():
    client = socket.create_connection(ADDRESS)
    client.settimeout(0.2)
    client.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
    print("ready", flush=True)
    while True:
        try:
            client.sendall(b"x")
            if not client.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return


{"many": many, "slow": slow}[sys.argv[1]]()
