#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""keys_wiped.py PID TAG NG: a call between TAG-a (10.0.0.2) and TAG-b (10.0.0.3) with media, and where its keys are in the
memory of the relay, process PID: as long as the call is up somewhere, after its delete nowhere. Exit 0: so it was."""
import base64
import ctypes
import socket
import struct
import sys
import time

import ng
import sdes
import srtp
from namespace import Namespace

PACKETS = 20
PATIENCE = 30.0  # s
CHUNK = 16 << 20
CRYPTO = ctypes.CDLL("libcrypto.so.3")
for function in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ctr", "EVP_aes_256_ctr"):
    getattr(CRYPTO, function).restype = ctypes.c_void_p


def key_stream(key, counter, size):
    """AES in counter mode over zeros."""
    cipher = CRYPTO.EVP_aes_128_ctr() if len(key) == 16 else CRYPTO.EVP_aes_256_ctr()
    context, out, length = ctypes.c_void_p(CRYPTO.EVP_CIPHER_CTX_new()), ctypes.create_string_buffer(size), ctypes.c_int()
    assert CRYPTO.EVP_EncryptInit_ex(context, ctypes.c_void_p(cipher), None, key, counter)
    assert CRYPTO.EVP_EncryptUpdate(context, out, ctypes.byref(length), bytes(size), size) and length.value == size
    CRYPTO.EVP_CIPHER_CTX_free(context)
    return out.raw


def secrets_of(name, suite, inline):
    """{what it is: its bytes} of one direction: the key as signalled and as bytes, and what RFC 3711, 4.3 derives."""
    bits = 256 if "256" in suite else 128
    both = base64.b64decode(inline + "=" * (-len(inline) % 4))
    master, salt = both[:bits // 8], both[bits // 8:]
    derived = {}
    for label, what, size in (
            (0, "RTP cipher key", bits // 8), (1, "RTP authentication key", 20), (2, "RTP salt", len(salt)),
            (3, "RTCP cipher key", bits // 8), (4, "RTCP authentication key", 20), (5, "RTCP salt", len(salt))):
        if "GCM" in suite and "authentication" in what:
            continue
        # The label stands seven bytes before the end of 14; a salt of GCM has 12 (RFC 7714, 11).
        start = bytearray(salt.ljust(14, b"\0"))
        start[7] ^= label
        derived[what] = key_stream(master, bytes(start) + b"\0\0", size)
    whole = {"SDP": inline[:24].encode(), "master key": master, "master salt": salt} | derived
    return {"%s: %s" % (name, what): value for what, value in whole.items()}


def found(pid, wanted):
    """{what: [mapping, ...]} of what is in the memory of the process. A mapping that a core dump has ends with "dumped"."""
    places = {}
    with open("/proc/%d/smaps" % pid, encoding="utf-8", errors="replace") as lines, \
            open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        mapping, read = None, []
        for line in lines:
            words = line.split()
            if not words[0].endswith(":"):
                mapping = words
            elif words[0] == "Private_Hugetlb:" and int(words[1]) or words[0] == "Shared_Hugetlb:" and int(words[1]) or \
                    words[0] == "Rss:" and int(words[1]):
                if mapping[1].startswith("r") and mapping[-1] not in ("[vvar]", "[vsyscall]") and mapping not in read:
                    read.append(mapping)
            elif words[0] == "VmFlags:" and "dd" not in words:
                mapping.append("dumped")
        for mapping in read:
            look(memory, mapping, wanted, places)
    return places


def look(memory, mapping, wanted, places):
    start, end = (int(x, 16) for x in mapping[0].split("-"))
    rest = b""
    for at in range(start, end, CHUNK):
        memory.seek(at)
        try:
            chunk = rest + memory.read(min(CHUNK, end - at))
        except OSError:  # memory of a device
            return
        for what, value in wanted.items():
            if value in chunk:
                places.setdefault(what, []).append(" ".join(mapping[:2] + mapping[5:]))
        rest = chunk[-64:]


def talk(sender, receiver, sides, first):
    """Packets from one side to the other, each of which is to verify there."""
    source, target = sides[sender], sides[receiver]
    protect = srtp.Srtp(source.suite, source.send, True)
    verify = srtp.Srtp(target.suite, target.receive, False)
    for number in range(first, first + PACKETS):
        packet = struct.pack("!BBHII", 0x80, 0, number, 160 * number, 0x51000000 + source.port) + bytes(range(160))
        source.socket.sendto(protect.protect(packet), (source.relay, int(source.relay_port)))
        if verify.unprotect(target.socket.recv(2048)) != packet:
            sys.exit("%s hears something else" % target.name)


def main(pid, tag, path):
    sides = {text[0]: sdes.Side(text) for text in (
        "a=10.0.0.2=5004=AES_CM_128_HMAC_SHA1_80", "b=10.0.0.3=6004=AEAD_AES_256_GCM")}
    for name, side in sides.items():
        with Namespace("%s-%s" % (tag, name)):
            side.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        side.socket.settimeout(PATIENCE)
        side.socket.bind((side.address, side.port))
    sdes.call(path, "wiped", *sides.values())
    talk("a", "b", sides, 100)
    talk("b", "a", sides, 100)

    wanted = {}
    for name, side in sides.items():
        wanted |= secrets_of("from " + name, side.suite, side.send) | secrets_of("to " + name, side.suite, side.receive)
    during = found(pid, wanted)
    for name in sides:
        for direction in ("from", "to"):
            for what in ("master key", "RTP cipher key"):
                if "%s %s: %s" % (direction, name, what) not in during:
                    sys.exit("the search is blind: %s %s: %s is not in memory during the call" % (direction, name, what))
    # A dump without the stack would tell nothing of why it was made.
    dumped = {what: where for what, where in during.items() if any(place.endswith("dumped") and "[stack]" not in place for place in where)}
    if dumped:
        sys.exit("a core dump would have:\n" + "\n".join("%s in %s" % item for item in sorted(dumped.items())))
    if ng.NG(path).request({"command": "delete", "call-id": "wiped", "from-tag": "offerer"}).get("result") != "ok":
        sys.exit("the call cannot be deleted")
    end = time.monotonic() + PATIENCE
    while (after := found(pid, wanted)) and time.monotonic() < end:
        pass
    if after:
        sys.exit("after the call:\n" + "\n".join("%s in %s" % item for item in sorted(after.items())))
    print("%d secrets, %d of them in memory during the call, where no core dump has it, none after it" % (len(wanted), len(during)))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
