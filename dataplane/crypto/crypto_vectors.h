/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RFCs' test vectors, in hex: for the self-test at start (crypto_selftest.c) and the unit
 * tests.
 */
#ifndef SL_DATAPLANE_CRYPTO_VECTORS_H
#define SL_DATAPLANE_CRYPTO_VECTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/suite.h"

/* Master key and salt to the SRTP session keys. */
struct sl_kdf_vector {
	const char *name;
	enum sl_suite suite;
	const char *key, *salt;
	const char *encryption, *auth, *session_salt;
};

static const struct sl_kdf_vector sl_kdf_vectors[] = {
	{
		.name = "RFC 3711 B.3",
		.suite = SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		.key = "e1f97a0d3e018be0d64fa32c06de4139",
		.salt = "0ec675ad498afeebb6960b3aabe6",
		.encryption = "c61e7a93744f39ee10734afe3ff7a087",
		/* The RFC goes on past the 20 bytes that HMAC-SHA1 takes. */
		.auth = "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbce"
			"e049646c43d9327ad175578ef72270986371c10c9a369ac2f94a8c5fbcdddc25"
			"6d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2",
		.session_salt = "30cbbc08863d8c85d49db34a9ae1",
	},
	{
		.name = "RFC 6188 7.2",
		.suite = SL_SUITE_AES_256_CM_HMAC_SHA1_80,
		.key = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6",
		.salt = "3b04803de51ee7c96423ab5b78d2",
		.encryption = "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
		.auth = "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
		.session_salt = "fa31791685ca444a9e07c6c64e93",
	},
	{
		.name = "RFC 6188 7.4",
		.suite = SL_SUITE_AES_192_CM_HMAC_SHA1_80,
		.key = "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1",
		.salt = "c8522f3acd4ce86d5add78edbb11",
		.encryption = "31874736a8f1143870c26e4857d8a5b2c4a354407faadabb",
		.auth = "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb",
		.session_salt = "2372b82d639b6d8503a47adc0a6c",
	},
};

/* Session key and salt to a protected packet. */
struct sl_packet_vector {
	const char *name;
	enum sl_suite suite;
	bool rtcp;
	uint16_t header_len;
	uint64_t index;
	uint32_t ssrc;
	const char *key, *salt;
	const char *plain;
	const char *wire; /* the keystream vectors of AES-CM have no tag */
};

#define SL_GCM_KEY_128 "000102030405060708090a0b0c0d0e0f"
#define SL_GCM_KEY_256 SL_GCM_KEY_128 "101112131415161718191a1b1c1d1e1f"
#define SL_GCM_SALT    "517569642070726f2071756f"
#define SL_GCM_RTP                                                                                 \
	"8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465" \
	"73"                                                                                       \
	"2074726573"
#define SL_GCM_RTCP                                                                                \
	"81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeef" \
	"deadbeefdeadbeef"
#define SL_CM_SALT  "f0f1f2f3f4f5f6f7f8f9fafbfcfd"
#define SL_CM_PLAIN /* SSRC and index 0, 48 zero bytes: the wire shows the keystream */ \
	"800000000000000000000000"                                                      \
	"000000000000000000000000000000000000000000000000"                              \
	"000000000000000000000000000000000000000000000000"
#define SL_CM_HEADER "800000000000000000000000"

static const struct sl_packet_vector sl_packet_vectors[] = {
	{
		.name = "RFC 3711 B.2",
		.suite = SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		.header_len = 12,
		.key = "2b7e151628aed2a6abf7158809cf4f3c",
		.salt = SL_CM_SALT,
		.plain = SL_CM_PLAIN,
		.wire = SL_CM_HEADER
		"e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"
		"41e95b3bb0a2e8dd477901e4fca894c0",
	},
	{
		.name = "RFC 6188 7.1",
		.suite = SL_SUITE_AES_256_CM_HMAC_SHA1_80,
		.header_len = 12,
		.key = "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
		.salt = SL_CM_SALT,
		.plain = SL_CM_PLAIN,
		.wire = SL_CM_HEADER
		"92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac"
		"63c4868b7096d88421b563b8c94c9a31",
	},
	{
		.name = "RFC 6188 7.3",
		.suite = SL_SUITE_AES_192_CM_HMAC_SHA1_80,
		.header_len = 12,
		.key = "eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7",
		.salt = SL_CM_SALT,
		.plain = SL_CM_PLAIN,
		.wire = SL_CM_HEADER
		"35096cba4610028dc1b57503804ce37c5de986291dcce161d5165ec4568f5c9a",
	},
	{
		.name = "RFC 7714 16.1.1",
		.suite = SL_SUITE_AEAD_AES_128_GCM,
		.header_len = 12,
		.index = 0xf17b,
		.ssrc = 0x5501a0b2,
		.key = SL_GCM_KEY_128,
		.salt = SL_GCM_SALT,
		.plain = SL_GCM_RTP,
		.wire = "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f"
			"42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
	},
	{
		.name = "RFC 7714 16.2.1",
		.suite = SL_SUITE_AEAD_AES_256_GCM,
		.header_len = 12,
		.index = 0xf17b,
		.ssrc = 0x5501a0b2,
		.key = SL_GCM_KEY_256,
		.salt = SL_GCM_SALT,
		.plain = SL_GCM_RTP,
		.wire = "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3"
			"b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
	},
	{
		.name = "RFC 7714 17.1",
		.suite = SL_SUITE_AEAD_AES_128_GCM,
		.rtcp = true,
		.header_len = 8,
		.index = 0x5d4,
		.ssrc = 0x4d617273,
		.key = SL_GCM_KEY_128,
		.salt = SL_GCM_SALT,
		.plain = SL_GCM_RTCP,
		.wire = "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1"
			"730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
	},
	{
		.name = "RFC 7714 17.2",
		.suite = SL_SUITE_AEAD_AES_256_GCM,
		.rtcp = true,
		.header_len = 8,
		.index = 0x5d4,
		.ssrc = 0x4d617273,
		.key = SL_GCM_KEY_256,
		.salt = SL_GCM_SALT,
		.plain = SL_GCM_RTCP,
		.wire = "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1"
			"110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
	},
};

/* Decodes `hex` (well-formed, lower case) into `out`; the number of bytes. */
static inline unsigned sl_vector_bytes(const char *hex, uint8_t *out)
{
	unsigned n = 0;

	for (; hex[0] && hex[1]; hex += 2) {
		const unsigned high = hex[0] <= '9' ? hex[0] - '0' : hex[0] - 'a' + 10;
		const unsigned low = hex[1] <= '9' ? hex[1] - '0' : hex[1] - 'a' + 10;
		out[n++] = (uint8_t)(high << 4 | low);
	}
	return n;
}

#endif
