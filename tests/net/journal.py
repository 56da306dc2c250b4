#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Listens at a socket as the journal does, and writes each entry of its native protocol as a JSON object to a file.

usage: journal.py SOCKET FILE
"""
import json
import os
import socket
import sys


def decode(data):
    """Fields of an entry: NAME=value, or NAME, a 64-bit length and that many bytes."""
    entry = {}
    while data:
        line, _, rest = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + length], rest[8 + length + 1 :]
        name = name.decode("ascii")
        assert name and not name.startswith("_") and name not in entry, name
        entry[name] = value.decode()
        data = rest
    return entry


def main(path, file):
    if os.path.exists(path):
        os.unlink(path)
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(path)
    with open(file, "a") as out:
        while True:
            print(json.dumps(decode(journal.recv(1 << 20))), file=out, flush=True)


main(*sys.argv[1:])
