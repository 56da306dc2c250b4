#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""notify_listen.py SOCKET: a service manager's ear (sd_notify(3)): prints each message as it comes."""
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
    ear.bind(sys.argv[1])
    while True:
        print(ear.recv(4096).decode(), flush=True)
