#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
vlan_access.py NETDEV TAP ID: what a switch's access port does. Frames of the new TAP device leave by NETDEV with the
802.1Q tag ID; frames that arrive there with that tag reach the TAP without it. For kernels without VLAN netdevs.
"""
import fcntl
import select
import socket
import struct
import sys

ETH_P_ALL, ETH_P_8021Q = 0x0003, 0x8100
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 1 << 4
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000


def untagged(frame, auxdata, vlan):
    """The frame without its tag, or None when it is not of that VLAN. The kernel may have taken the tag off already."""
    if auxdata:
        status, _, _, _, _, tci, _ = struct.unpack("=IIIHHHH", auxdata[:20])
        if status & TP_STATUS_VLAN_VALID:
            return frame if tci & 0xFFF == vlan else None
    kind, tci = struct.unpack("!HH", frame[12:16])
    if kind != ETH_P_8021Q or tci & 0xFFF != vlan:
        return None
    return frame[:12] + frame[16:]


def main(netdev, name, vlan):
    tag = struct.pack("!HH", ETH_P_8021Q, vlan)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    wire.bind((netdev, ETH_P_ALL))
    with open("/dev/net/tun", "r+b", buffering=0) as tap:
        fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        print("ready", flush=True)
        while True:
            for source in select.select([wire, tap], [], [])[0]:
                if source is tap:
                    frame = tap.read(2048)
                    wire.send(frame[:12] + tag + frame[12:])
                    continue
                frame, ancillary, _, address = wire.recvmsg(2048, 64)
                if address[2] == socket.PACKET_OUTGOING:
                    continue
                frame = untagged(frame, ancillary[0][2] if ancillary else b"", vlan)
                if frame:
                    tap.write(frame)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
