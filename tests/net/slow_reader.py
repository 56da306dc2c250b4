#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""slow_reader.py SOCKET FILE: asks for events, reads none until FILE is there; prints them all until the lost are told."""
import os
import socket
import sys
import time

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
    sock.connect(sys.argv[1])
    sock.sendall(b'{"view":"events"}\n')
    print("asked", flush=True)
    while not os.path.exists(sys.argv[2]):
        time.sleep(0.05)
    sock.settimeout(30)
    for line in sock.makefile():
        print(line, end="", flush=True)
        if '"lost"' in line:
            break
