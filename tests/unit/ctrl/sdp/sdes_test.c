/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sdp/sdes.h"

/* Base64 of the bytes 0, 1, 2, ... as long as the suites need them, without padding. */
#define B28 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw"
#define B30 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define B38 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU"
#define B44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis"
#define B46 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ"
#define CM  "1 AES_CM_128_HMAC_SHA1_80 inline:" B30

static const struct {
	const char *text;
	uint32_t tag;
	enum sl_suite suite;
	uint64_t lifetime;
	bool draft_name;
} good[] = {
	{CM, 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 0, false},
	{"0 AES_CM_128_HMAC_SHA1_32 inline:" B30, 0, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 0, false},
	{"999999999 AES_192_CM_HMAC_SHA1_80 inline:" B38 "=", 999999999,
		SL_SUITE_AES_192_CM_HMAC_SHA1_80, 0, false},
	{"2 AES_192_CM_HMAC_SHA1_32 inline:" B38, 2, SL_SUITE_AES_192_CM_HMAC_SHA1_32, 0, false},
	{"2 AES_256_CM_HMAC_SHA1_80 inline:" B46 "==", 2, SL_SUITE_AES_256_CM_HMAC_SHA1_80, 0,
		false},
	{"2 AES_256_CM_HMAC_SHA1_32 inline:" B46, 2, SL_SUITE_AES_256_CM_HMAC_SHA1_32, 0, false},
	{"2 AES_256_CM_HMAC_SHA1_32 inline:" B46 "=", 2, SL_SUITE_AES_256_CM_HMAC_SHA1_32, 0,
		false},
	{"3 AEAD_AES_128_GCM inline:" B28 "==", 3, SL_SUITE_AEAD_AES_128_GCM, 0, false},
	{"3 AEAD_AES_256_GCM inline:" B44 "=", 3, SL_SUITE_AEAD_AES_256_GCM, 0, false},
	{"3 AEAD_AES_256_GCM inline:" B44, 3, SL_SUITE_AEAD_AES_256_GCM, 0, false},
	{"3 AES_CM_256_HMAC_SHA1_80 inline:" B46, 3, SL_SUITE_AES_256_CM_HMAC_SHA1_80, 0, true},
	{"3 AES_CM_192_HMAC_SHA1_32 inline:" B38, 3, SL_SUITE_AES_192_CM_HMAC_SHA1_32, 0, true},
	{"1 aes_cm_128_hmac_sha1_80 INLINE:" B30, 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 0, false},
	{" 1\t AES_CM_128_HMAC_SHA1_80  inline:" B30 " ", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 0,
		false},
	{CM "|2^20", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1 << 20, false},
	{CM "|2^48", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, UINT64_C(1) << 48, false},
	{CM "|1048576", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1 << 20, false},
	{CM "|281474976710656", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, UINT64_C(1) << 48, false},
	{CM " KDR=0", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 0, false},
	{CM " WSH=64", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 0, false},
	{CM "|2^31 KDR=0 WSH=128 -FANCY=1", 1, SL_SUITE_AES_CM_128_HMAC_SHA1_80, UINT64_C(1) << 31,
		false},
	/* The four bits of the last digit that carry nothing. */
	{"2 AES_256_CM_HMAC_SHA1_80 "
	 "inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLf",
		2, SL_SUITE_AES_256_CM_HMAC_SHA1_80, 0, false},
};

static void check_key(const struct sl_master *master)
{
	const struct sl_suite_info *suite = &sl_suites[master->suite];

	for (int i = 0; i < suite->key_len; i++)
		assert_int_equal(master->key[i], i);
	for (int i = 0; i < suite->salt_len; i++)
		assert_int_equal(master->salt[i], suite->key_len + i);
}

static void accepts(void **state)
{
	struct sl_sdes sdes;
	const char *reason;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
			sl_sdes_parse(&sdes, good[i].text, strlen(good[i].text), &reason), 0);
		assert_null(reason);
		assert_int_equal(sdes.tag, good[i].tag);
		assert_int_equal(sdes.master.suite, good[i].suite);
		assert_int_equal(sdes.lifetime, good[i].lifetime);
		assert_int_equal(sdes.draft_name, good[i].draft_name);
		check_key(&sdes.master);
	}
}

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *text;
	size_t len;
	int rc;
	const char *reason; /* part of it */
} bad[] = {
	{TEXT(""), -EINVAL, "tag"},
	{TEXT("x AES_CM_128_HMAC_SHA1_80 inline:" B30), -EINVAL, "tag"},
	{TEXT("-1 AES_CM_128_HMAC_SHA1_80 inline:" B30), -EINVAL, "tag"},
	{TEXT("1234567890 AES_CM_128_HMAC_SHA1_80 inline:" B30), -EINVAL, "tag"},
	{TEXT("1\0 AES_CM_128_HMAC_SHA1_80 inline:" B30), -EINVAL, "tag"},
	{TEXT("1"), -ENOTSUP, "unsupported suite"},
	{TEXT("1 F8_128_HMAC_SHA1_80 inline:" B30), -ENOTSUP, "unsupported suite"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_8 inline:" B30), -ENOTSUP, "unsupported suite"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_800 inline:" B30), -ENOTSUP, "unsupported suite"},
	{TEXT("1 RTP inline:"), -ENOTSUP, "unsupported suite"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80"), -ENOTSUP, "method"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 uri:x"), -ENOTSUP, "method"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:"), -EINVAL, "length"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:" B28), -EINVAL, "length"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:" B30 "A"), -EINVAL, "length"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:" B30 "="), -EINVAL, "length"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:" B30 B30 B30 B30), -EINVAL, "length"},
	{TEXT("1 AEAD_AES_256_GCM inline:" B46), -EINVAL, "length"},
	{TEXT("1 AEAD_AES_256_GCM inline:" B44 "=="), -EINVAL, "length"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:-AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"), -EINVAL,
		"base64"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:AA=CAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"), -EINVAL,
		"base64"},
	{TEXT("1 AES_CM_128_HMAC_SHA1_80 inline:\0AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"),
		-EINVAL, "base64"},
	{TEXT(CM "|"), -EINVAL, "lifetime"},
	{TEXT(CM "|0"), -EINVAL, "lifetime"},
	{TEXT(CM "|2^49"), -EINVAL, "lifetime"},
	{TEXT(CM "|2^"), -EINVAL, "lifetime"},
	{TEXT(CM "|2^-1"), -EINVAL, "lifetime"},
	{TEXT(CM "|2^999999999999"), -EINVAL, "lifetime"},
	{TEXT(CM "|281474976710657"), -EINVAL, "lifetime"},
	{TEXT(CM "|99999999999999999999999"), -EINVAL, "lifetime"},
	{TEXT(CM "|2^20|2^20"), -EINVAL, "lifetime"},
	{TEXT(CM "|1:4"), -ENOTSUP, "MKI"},
	{TEXT(CM "|2^20|1:4"), -ENOTSUP, "MKI"},
	{TEXT(CM "|2^20|1:1;inline:" B30 "|2^20|2:1"), -ENOTSUP, "more than one"},
	{TEXT(CM " KDR=1"), -ENOTSUP, "KDR"},
	{TEXT(CM " KDR=25"), -EINVAL, "KDR"},
	{TEXT(CM " KDR="), -EINVAL, "KDR"},
	{TEXT(CM " WSH=x"), -EINVAL, "WSH"},
	{TEXT(CM " UNENCRYPTED_SRTP"), -ENOTSUP, "unencrypted"},
	{TEXT(CM " UNENCRYPTED_SRTCP"), -ENOTSUP, "unencrypted SRTCP"},
	{TEXT(CM " WSH=64 UNAUTHENTICATED_SRTP"), -ENOTSUP, "unauthenticated"},
	{TEXT(CM " FEC_ORDER=FEC_SRTP"), -ENOTSUP, "FEC_ORDER"},
	{TEXT(CM " FEC_KEY=inline:" B30), -ENOTSUP, "FEC_KEY"},
	{TEXT(CM " FANCY"), -ENOTSUP, "unknown session parameter"},
};

static void refuses_and_wipes(void **state)
{
	static const struct sl_master wiped;
	struct sl_sdes sdes;
	const char *reason;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&sdes, 0x55, sizeof(sdes));
		assert_int_equal(sl_sdes_parse(&sdes, bad[i].text, bad[i].len, &reason), bad[i].rc);
		assert_non_null(strstr(reason, bad[i].reason));
		assert_memory_equal(&sdes.master, &wiped, sizeof(wiped));
	}
}

/* Cut anywhere, in memory that ends there: no read beyond, and no key but from the whole. */
static void truncated(void **state)
{
	static const char text[] = "1 AEAD_AES_256_GCM inline:" B44 "=|2^20 KDR=0";
	size_t whole = strlen("1 AEAD_AES_256_GCM inline:" B44);

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *exact = malloc(len + 1);
		struct sl_sdes sdes;
		const char *reason;
		int rc;

		memcpy(exact, text, len);
		rc = sl_sdes_parse(&sdes, exact, len, &reason);
		if (len < whole)
			assert_int_not_equal(rc, 0);
		free(exact);
	}
}

static void formats_what_it_parses(void **state)
{
	char text[SL_SDES_TEXT_MAX], again[SL_SDES_TEXT_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct sl_sdes sdes, back;
		const char *reason;
		int len;

		assert_int_equal(
			sl_sdes_parse(&sdes, good[i].text, strlen(good[i].text), &reason), 0);
		len = sl_sdes_format(text, sizeof(text), sdes.tag, &sdes.master, sdes.draft_name);
		assert_int_equal(len, strlen(text));
		assert_int_equal(sl_sdes_parse(&back, text, (size_t)len, &reason), 0);
		assert_int_equal(back.tag, sdes.tag);
		assert_int_equal(back.draft_name, sdes.draft_name);
		assert_memory_equal(&back.master, &sdes.master, sizeof(sdes.master));
		/* One byte short: refused, and no part of the key left behind. */
		memset(again, 0x55, sizeof(again));
		assert_int_equal(
			sl_sdes_format(again, (size_t)len, sdes.tag, &sdes.master, false), -ENOSPC);
		assert_int_equal(again[0], 0);
		assert_int_equal(again[len - 1], 0);
		assert_int_equal(again[len], 0x55);
	}
}

static void formats_exactly(void **state)
{
	struct sl_master master = {.suite = SL_SUITE_AEAD_AES_256_GCM};
	char text[SL_SDES_TEXT_MAX];

	for (int i = 0; i < 32; i++)
		master.key[i] = (unsigned char)i;
	for (int i = 0; i < 12; i++)
		master.salt[i] = (unsigned char)(32 + i);
	assert_true(sl_sdes_format(text, sizeof(text), 7, &master, false) > 0);
	assert_string_equal(text, "7 AEAD_AES_256_GCM inline:" B44 "=");
	master.suite = SL_SUITE_AES_256_CM_HMAC_SHA1_80;
	master.salt[12] = 44;
	master.salt[13] = 45;
	assert_true(sl_sdes_format(text, sizeof(text), SL_SDES_TAG_MAX, &master, false) > 0);
	assert_string_equal(text, "999999999 AES_256_CM_HMAC_SHA1_80 inline:" B46 "==");
	assert_true(sl_sdes_format(text, sizeof(text), 1, &master, true) > 0);
	assert_string_equal(text, "1 AES_CM_256_HMAC_SHA1_80 inline:" B46 "==");
	assert_int_equal(
		sl_sdes_format(text, sizeof(text), SL_SDES_TAG_MAX + 1u, &master, false), -EINVAL);
	master.suite = SL_SUITE_NONE;
	assert_int_equal(sl_sdes_format(text, sizeof(text), 1, &master, false), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses_and_wipes),
		cmocka_unit_test(truncated),
		cmocka_unit_test(formats_what_it_parses),
		cmocka_unit_test(formats_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
