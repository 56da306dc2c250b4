# SPDX-License-Identifier: BSD-3-Clause
"""AES_CM_128_HMAC_SHA1_80 of SRTP and SRTCP (RFC 3711), with every index in the caller's hand. AES is libcrypto's.

An endpoint's library numbers packets by itself; an attacker, and who looks for one, has to choose."""
import ctypes
import hmac
import os

KEY_AND_SALT = 30  # bytes
TAG = 10
SUITE = "AES_CM_128_HMAC_SHA1_80"

_crypto = ctypes.CDLL("libcrypto.so.3")
for _name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ctr"):
    getattr(_crypto, _name).restype = ctypes.c_void_p
_crypto.EVP_EncryptInit_ex.argtypes = [ctypes.c_void_p] * 5
_crypto.EVP_EncryptUpdate.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_int]


class AesCounter:
    def __init__(self, key):
        self.context = _crypto.EVP_CIPHER_CTX_new()
        _crypto.EVP_EncryptInit_ex(self.context, _crypto.EVP_aes_128_ctr(), None, key, None)

    def __call__(self, iv, data):
        out, length = ctypes.create_string_buffer(len(data)), ctypes.c_int()
        _crypto.EVP_EncryptInit_ex(self.context, None, None, None, iv.to_bytes(16, "big"))
        _crypto.EVP_EncryptUpdate(self.context, out, ctypes.byref(length), data, len(data))
        return out.raw


def header_length(packet):
    length = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10:
        length += 4 + 4 * int.from_bytes(packet[length + 2:length + 4], "big")
    return length


class Srtp:
    """One direction under one master key and salt. What cannot be unprotected is None."""

    def __init__(self, master=None):
        self.master = master or os.urandom(KEY_AND_SALT)
        salt = int.from_bytes(self.master[16:], "big")
        derive = AesCounter(self.master[:16])
        keys = [derive((salt ^ label << 48) << 16, bytes(length))
                for label, length in enumerate((16, 20, 14, 16, 20, 14))]
        self.rtp = (AesCounter(keys[0]), keys[1], int.from_bytes(keys[2], "big"))
        self.rtcp = (AesCounter(keys[3]), keys[4], int.from_bytes(keys[5], "big"))
        self.highest = {}  # SSRC -> index received

    @staticmethod
    def _transform(keys, ssrc, index, data):
        return keys[0](keys[2] << 16 ^ ssrc << 64 ^ index << 16, data) if data else b""

    def protect(self, packet, index):
        """`index`: roll-over counter << 16 | sequence number; the latter must be the packet's."""
        at, ssrc = header_length(packet), int.from_bytes(packet[8:12], "big")
        body = packet[:at] + self._transform(self.rtp, ssrc, index, packet[at:])
        return body + hmac.digest(self.rtp[1], body + (index >> 16).to_bytes(4, "big"), "sha1")[:TAG]

    def unprotect(self, packet, index):
        body, tag = packet[:-TAG], packet[-TAG:]
        if hmac.digest(self.rtp[1], body + (index >> 16).to_bytes(4, "big"), "sha1")[:TAG] != tag:
            return None
        at, ssrc = header_length(packet), int.from_bytes(packet[8:12], "big")
        return body[:at] + self._transform(self.rtp, ssrc, index, body[at:])

    def receive(self, packet):
        """(index, plain) of a packet whose index is estimated as RFC 3711 3.3.1 has it, else None. No replay window."""
        if len(packet) < 12 + TAG:
            return None
        sequence, ssrc = int.from_bytes(packet[2:4], "big"), int.from_bytes(packet[8:12], "big")
        top = self.highest.get(ssrc, sequence)
        same = top >> 16 << 16 | sequence
        index = min((i for i in (same, same + 65536, same - 65536) if i >= 0), key=lambda i: abs(i - top))
        plain = self.unprotect(packet, index)
        if plain is None:
            return None
        self.highest[ssrc] = max(top, index)
        return index, plain

    def protect_rtcp(self, packet, index):
        ssrc = int.from_bytes(packet[4:8], "big")
        body = packet[:8] + self._transform(self.rtcp, ssrc, index, packet[8:])
        body += (0x80000000 | index).to_bytes(4, "big")
        return body + hmac.digest(self.rtcp[1], body, "sha1")[:TAG]

    def receive_rtcp(self, packet):
        body, tag = packet[:-TAG], packet[-TAG:]
        if len(body) < 12 or hmac.digest(self.rtcp[1], body, "sha1")[:TAG] != tag:
            return None
        index = int.from_bytes(body[-4:], "big") & 0x7fffffff
        return index, body[:8] + self._transform(self.rtcp, int.from_bytes(body[4:8], "big"), index, body[8:-4])


def self_test():
    """The key derivation of RFC 3711 B.3."""
    master = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139" "0EC675AD498AFEEBB6960B3AABE6")
    derive, salt = AesCounter(master[:16]), int.from_bytes(master[16:], "big")
    assert derive(salt << 16, bytes(16)).hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert derive((salt ^ 1 << 48) << 16, bytes(20)).hex().upper() == "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"


self_test()
