# SPDX-License-Identifier: BSD-3-Clause
"""UDP out of a tcpdump capture, and what telephony needs of it: SIP messages, SDES keys, RTP headers."""
import base64
import hashlib
import ipaddress
import struct


class Datagram:
    """data is None for an IP fragment: something no longer fits one MTU."""
    __slots__ = ("time", "source", "target", "data")

    def __init__(self, time, source, target, data):
        self.time, self.source, self.target, self.data = time, source, target, data

    def is_sip(self):
        return 5060 in (self.source[1], self.target[1])

    def is_rtp(self):
        return len(self.data) >= 12 and self.data[0] >> 6 == 2 and not self.is_rtcp()

    def is_rtcp(self):  # RFC 5761 4
        return len(self.data) >= 8 and self.data[0] >> 6 == 2 and 192 <= self.data[1] <= 223

    def rtp_id(self):
        """(SSRC, sequence number, timestamp): what a relay keeps while it re-keys."""
        sequence, timestamp, ssrc = struct.unpack_from("!xxHII", self.data)
        return ssrc, sequence, timestamp

    def rtp_payload(self):
        """What follows the fixed header, CSRCs and extension: ciphertext and tag, in SRTP."""
        start = 12 + 4 * (self.data[0] & 15)
        if self.data[0] & 16:
            start += 4 + 4 * struct.unpack_from("!H", self.data, start + 2)[0]
        return self.data[start:]


def read(path):
    """[Datagram] of a classic little-endian Ethernet capture; a record cut short ends it."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"\xd4\xc3\xb2\xa1":
        raise ValueError("%s: not a little-endian pcap" % path)
    datagrams, at = [], 24
    while at + 16 <= len(data):
        seconds, micros, length = struct.unpack_from("<III", data, at)
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        if len(frame) < length:
            break
        datagram = udp(frame)
        if datagram:
            datagrams.append(Datagram(seconds + micros / 1e6, *datagram))
    return datagrams


def udp(frame):
    kind = frame[12:14]
    if kind == b"\x08\x00":
        header = 14 + 4 * (frame[14] & 15)
        protocol, source, target = frame[23], frame[26:30], frame[30:34]
        fragment = struct.unpack_from("!H", frame, 20)[0] & 0x3fff
    elif kind == b"\x86\xdd":
        header, protocol, source, target = 54, frame[20], frame[22:38], frame[38:54]
        fragment = protocol == 44
    else:
        return None
    source, target = str(ipaddress.ip_address(source)), str(ipaddress.ip_address(target))
    if fragment:
        return (source, 0), (target, 0), None
    if protocol != 17:
        return None
    sport, dport, length = struct.unpack_from("!HHH", frame, header)
    return (source, sport), (target, dport), frame[header + 8:header + length]


def sip(datagram):
    """(start line, {header in lower case: last value}, body)"""
    head, _, body = datagram.data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return start, headers, body


def cryptos(sdp):
    """{tag: (suite, fingerprint)} of the a=crypto lines (RFC 4568 9.1)"""
    found = {}
    for line in sdp.splitlines():
        if line.startswith("a=crypto:"):
            tag, suite, key = line[9:].split()[:3]
            found[tag] = suite, fingerprint(key.removeprefix("inline:").split("|")[0])
    return found


def fingerprint(inline):
    """The first 8 hex digits of SHA-256 over master key and salt: tells keys apart, gives none away."""
    return hashlib.sha256(base64.b64decode(inline + "=" * (-len(inline) % 4))).hexdigest()[:8]
