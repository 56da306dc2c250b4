# SPDX-License-Identifier: BSD-3-Clause
"""SRTP of one direction by libsrtp2, which the relay's default backend shares no code with."""
import base64
import ctypes

LIBRARY = ctypes.CDLL("libsrtp2.so.1")
POLICIES = {
    "AES_CM_128_HMAC_SHA1_80": "srtp_crypto_policy_set_rtp_default",
    "AES_256_CM_HMAC_SHA1_80": "srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80",
    "AEAD_AES_256_GCM": "srtp_crypto_policy_set_aes_gcm_256_16_auth",
}
SSRC_ANY_INBOUND, SSRC_ANY_OUTBOUND = 2, 3
ROOM = 144  # SRTP_MAX_TRAILER_LEN


class CryptoPolicy(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in (
        "cipher_type", "cipher_key_len", "auth_type", "auth_key_len", "auth_tag_len", "sec_serv")]


class Policy(ctypes.Structure):
    _fields_ = [
        ("ssrc_type", ctypes.c_int), ("ssrc", ctypes.c_uint), ("rtp", CryptoPolicy), ("rtcp", CryptoPolicy),
        ("key", ctypes.c_char_p), ("keys", ctypes.c_void_p), ("num_master_keys", ctypes.c_ulong),
        ("deprecated_ekt", ctypes.c_void_p), ("window_size", ctypes.c_ulong), ("allow_repeat_tx", ctypes.c_int),
        ("enc_xtn_hdr", ctypes.c_void_p), ("enc_xtn_hdr_count", ctypes.c_int), ("next", ctypes.c_void_p)]


def must(status):
    if status:
        raise ValueError("libsrtp2: status %d" % status)


must(LIBRARY.srtp_init())


class Srtp:
    """With the suite and key of an a=crypto line; only ever used to send, or only to receive."""

    def __init__(self, suite, key, sends):
        policy = Policy(ssrc_type=SSRC_ANY_OUTBOUND if sends else SSRC_ANY_INBOUND, window_size=128)
        for part in (policy.rtp, policy.rtcp):
            getattr(LIBRARY, POLICIES[suite])(ctypes.byref(part))
        policy.key = base64.b64decode(key + "=" * (-len(key) % 4))
        self.session = ctypes.c_void_p()
        must(LIBRARY.srtp_create(ctypes.byref(self.session), ctypes.byref(policy)))

    def run(self, function, packet):
        buffer = ctypes.create_string_buffer(packet, len(packet) + ROOM)
        length = ctypes.c_int(len(packet))
        must(function(self.session, buffer, ctypes.byref(length)))
        return buffer.raw[:length.value]

    def protect(self, packet):
        return self.run(LIBRARY.srtp_protect, packet)

    def unprotect(self, packet):
        """ValueError: it does not verify."""
        return self.run(LIBRARY.srtp_unprotect, packet)
