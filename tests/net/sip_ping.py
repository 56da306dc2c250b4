#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""sip_ping.py ADDRESS: exit 0 when a SIP OPTIONS to ADDRESS:5060 is answered with 200 within a second."""
import os
import socket
import sys

host = sys.argv[1]
with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(1)
    sock.connect((host, 5060))
    here, port = sock.getsockname()[:2]
    here = "[%s]" % here if ":" in here else here
    there = "[%s]" % host if ":" in host else host
    unique = os.urandom(8).hex()
    sock.send("\r\n".join([
        "OPTIONS sip:%s SIP/2.0" % there,
        "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK%s" % (here, port, unique),
        "Max-Forwards: 5",
        "From: <sip:ping@%s>;tag=%s" % (there, unique),
        "To: <sip:ping@%s>" % there,
        "Call-ID: %s" % unique,
        "CSeq: 1 OPTIONS",
        "Content-Length: 0", "", "",
    ]).encode())
    sys.exit(not sock.recv(4096).startswith(b"SIP/2.0 200"))
