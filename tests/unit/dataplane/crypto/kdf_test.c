/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "dataplane/crypto/crypto_vectors.h"
#include "dataplane/crypto/kdf.h"

enum { VECTORS = sizeof(sl_kdf_vectors) / sizeof(sl_kdf_vectors[0]) };

static struct sl_master master_of(const struct sl_kdf_vector *v)
{
	struct sl_master master = {.suite = v->suite};

	assert_int_equal(sl_vector_bytes(v->key, master.key), sl_suites[v->suite].key_len);
	assert_int_equal(sl_vector_bytes(v->salt, master.salt), sl_suites[v->suite].salt_len);
	return master;
}

static void expect(const struct sl_master *master, enum sl_kdf_label label, const char *hex)
{
	uint8_t want[128], got[128];
	const unsigned len = sl_vector_bytes(hex, want);

	assert_int_equal(sl_kdf_derive(master, label, got, len), 0);
	assert_memory_equal(got, want, len);
}

static void rfc_vectors(void **state)
{
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct sl_kdf_vector *v = &sl_kdf_vectors[i];
		const struct sl_master master = master_of(v);
		expect(&master, SL_KDF_RTP_ENCRYPTION, v->encryption);
		expect(&master, SL_KDF_RTP_AUTH, v->auth);
		expect(&master, SL_KDF_RTP_SALT, v->session_salt);
	}
}

/* RFC 7714 11: a 12-byte salt works like the 14-byte salt that ends in two zeros. */
static void aead_salt_is_padded(void **state)
{
	struct sl_master aead = {
		.suite = SL_SUITE_AEAD_AES_128_GCM, .key = {1, 2, 3}, .salt = {4, 5}};
	struct sl_master cm = aead;
	uint8_t from_aead[32], from_cm[32];

	cm.suite = SL_SUITE_AES_CM_128_HMAC_SHA1_80;
	aead.salt[12] = aead.salt[13] = 0xff; /* not part of the salt: must not matter */
	assert_int_equal(
		sl_kdf_derive(&aead, SL_KDF_RTCP_ENCRYPTION, from_aead, sizeof(from_aead)), 0);
	assert_int_equal(sl_kdf_derive(&cm, SL_KDF_RTCP_ENCRYPTION, from_cm, sizeof(from_cm)), 0);
	assert_memory_equal(from_aead, from_cm, sizeof(from_cm));
}

/* The six keys at once are the six labels one by one, for every suite. */
static void session_is_six_labels(void **state)
{
	for (enum sl_suite suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++) {
		const struct sl_suite_info *info = &sl_suites[suite];
		struct sl_master master = {.suite = suite};
		struct sl_session_keys keys[2];
		memset(master.key, 0x5a + suite, info->key_len);
		memset(master.salt, 0xa5 - suite, info->salt_len);
		assert_int_equal(sl_kdf_session(&master, &keys[0], &keys[1]), 0);
		for (unsigned half = 0; half < 2; half++) {
			struct sl_session_keys want = {.suite = suite};
			const unsigned first = half * SL_KDF_RTCP_ENCRYPTION;
			sl_kdf_derive(&master, first, want.encryption, info->key_len);
			if (!info->aead)
				sl_kdf_derive(&master, first + 1, want.auth, sizeof(want.auth));
			sl_kdf_derive(&master, first + 2, want.salt, info->salt_len);
			assert_int_equal(keys[half].suite, suite);
			assert_memory_equal(
				keys[half].encryption, want.encryption, sizeof(want.encryption));
			assert_memory_equal(keys[half].auth, want.auth, sizeof(want.auth));
			assert_memory_equal(keys[half].salt, want.salt, sizeof(want.salt));
		}
		assert_memory_not_equal(keys[0].encryption, keys[1].encryption, info->key_len);
	}
}

static void refusals(void **state)
{
	static const struct sl_session_keys zero;
	struct sl_master master = {.suite = SL_SUITE_NONE};
	struct sl_session_keys rtp, rtcp;
	uint8_t out[4] = {1, 2, 3, 4};

	assert_int_equal(sl_kdf_session(&master, &rtp, &rtcp), -EINVAL);
	assert_memory_equal(&rtp, &zero, sizeof(zero));
	assert_memory_equal(&rtcp, &zero, sizeof(zero));
	master.suite = SL_SUITE_COUNT;
	assert_int_equal(sl_kdf_derive(&master, SL_KDF_RTP_SALT, out, sizeof(out)), -EINVAL);
	assert_memory_equal(out, "\0\0\0\0", sizeof(out));
	master.suite = SL_SUITE_AEAD_AES_256_GCM;
	assert_int_equal(sl_kdf_derive(&master, SL_KDF_RTCP_SALT + 1, out, sizeof(out)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_vectors),
		cmocka_unit_test(aead_salt_is_padded),
		cmocka_unit_test(session_is_six_labels),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
