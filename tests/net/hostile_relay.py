#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
An admin socket whose answers nobody should believe.

usage: hostile_relay.py PATH garbage|line|cut|endless|silent
"""
import contextlib
import os
import socket
import sys


def endless(connection):
    while True:
        connection.send(b" " * 65536)


ANSWERS = {
    "garbage": lambda c: c.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "line": lambda c: c.send(b'{"metrics":"sluice_evil 1\\n# EOF\\n","accepting":true}\n'),
    "cut": lambda c: c.send(b'{"metrics":"'),
    "endless": endless,
    "silent": lambda c: c.recv(1),  # until the exporter goes
}


def main():
    path, answer = sys.argv[1], ANSWERS[sys.argv[2]]
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(4096)
            answer(connection)


main()
