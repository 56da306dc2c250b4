/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "dataplane/crypto/crypto.h"
#include "dataplane/crypto/crypto_ref.h"
#include "dataplane/crypto/crypto_selftest.h"
#include "dataplane/crypto/crypto_vectors.h"
#include "dataplane/crypto/imb_copy.h"
#include "dataplane/crypto/ipsecmb.h"
#include "sluice/drop.h"
#include "sluice/limits.h"
#include "tests/unit/unit_eal.h"

enum { ROOM = 256, BODY = 40, MANY = 3 * SL_BURST + 5 };

static const struct sl_crypto_backend *const backends[] = {&sl_crypto_ipsecmb, &sl_crypto_srtp2};

/* One backend, opened, with a key. */
struct bench {
	const struct sl_crypto_backend *backend;
	struct sl_crypto *crypto;
	struct sl_key *key;
};

static struct sl_master some_master(enum sl_suite suite)
{
	struct sl_master master = {.suite = suite};

	for (unsigned i = 0; i < sizeof(master.key); i++)
		master.key[i] = (uint8_t)(i * 11 + suite);
	for (unsigned i = 0; i < sizeof(master.salt); i++)
		master.salt[i] = (uint8_t)(200 - i * 3);
	return master;
}

static struct bench bench_open(const struct sl_crypto_backend *backend, enum sl_suite suite)
{
	const struct sl_master master = some_master(suite);
	struct bench bench = {.backend = backend, .crypto = backend->open()};

	assert_non_null(bench.crypto);
	assert_int_equal(backend->key_new(&bench.key, &master), 0);
	return bench;
}

static void bench_close(struct bench *bench)
{
	bench->backend->key_free(bench->key);
	bench->backend->close(bench->crypto);
}

static void run(struct bench *bench, struct sl_crypto_op *op, bool rtcp, bool protect)
{
	const struct sl_crypto_backend *b = bench->backend;

	op->key = bench->key;
	op->verdict = SL_FORWARD;
	if (rtcp)
		(protect ? b->rtcp_protect : b->rtcp_unprotect)(bench->crypto, &op, 1);
	else
		(protect ? b->rtp_protect : b->rtp_unprotect)(bench->crypto, &op, 1);
}

/* Header and a body that is not zero. */
static void plain_packet(uint8_t *data, struct sl_crypto_op *op, bool rtcp, uint64_t index)
{
	const uint8_t header[12] = {0x80, rtcp ? 200 : 96, rtcp ? 0 : (uint8_t)(index >> 8),
		rtcp ? 11 : (uint8_t)index, 0xca, 0xfe, 0xba, 0xbe, 0xca, 0xfe, 0xba, 0xbe};

	*op = (struct sl_crypto_op){
		.data = data,
		.index = index,
		.ssrc = 0xcafebabe,
		.header_len = rtcp ? 8 : 12,
	};
	memcpy(data, header, op->header_len);
	for (unsigned i = 0; i < BODY; i++)
		data[op->header_len + i] = (uint8_t)(i + 1);
	op->len = op->header_len + BODY;
}

/* Reads from the packet what a receiver would, after it was changed on the wire. */
static void reread(struct sl_crypto_op *op, enum sl_suite suite, bool rtcp)
{
	uint32_t ssrc;
	uint16_t seq;

	memcpy(&ssrc, op->data + (rtcp ? 4 : 8), sizeof(ssrc));
	memcpy(&seq, op->data + 2, sizeof(seq));
	op->ssrc = rte_be_to_cpu_32(ssrc);
	op->index = rtcp ? sl_srtcp_trailer(suite, op->data, op->len) & 0x7fffffff
			 : (op->index & ~UINT64_C(0xffff)) | rte_be_to_cpu_16(seq);
}

static void reference_meets_rfc_vectors(void **state)
{
	for (unsigned i = 0; i < RTE_DIM(sl_packet_vectors); i++) {
		const struct sl_packet_vector *v = &sl_packet_vectors[i];
		struct sl_session_keys keys = {.suite = v->suite};
		uint8_t data[ROOM], want[ROOM];
		struct sl_ref_packet packet = {
			.data = data,
			.index = v->index,
			.ssrc = v->ssrc,
			.len = (uint16_t)sl_vector_bytes(v->plain, data),
			.header_len = v->header_len,
			.rtcp = v->rtcp,
		};
		sl_vector_bytes(v->key, keys.encryption);
		sl_vector_bytes(v->salt, keys.salt);
		const unsigned len = sl_vector_bytes(v->wire, want);
		assert_int_equal(sl_ref_protect(&keys, &packet), 0);
		assert_memory_equal(data, want, len);
		if (sl_suites[v->suite].aead)
			assert_int_equal(packet.len, len);
		if (v->rtcp)
			assert_int_equal(
				sl_srtcp_trailer(v->suite, data, packet.len), 1u << 31 | v->index);
	}
}

static void backends_pass_their_selftest(void **state)
{
	const char *why = NULL;

	assert_ptr_equal(sl_crypto_select("ipsec-mb", &why), &sl_crypto_ipsecmb);
	assert_ptr_equal(sl_crypto_select("srtp2", NULL), &sl_crypto_srtp2);
	assert_ptr_equal(sl_crypto_select("auto", NULL), &sl_crypto_ipsecmb);
	assert_null(sl_crypto_select("rot13", NULL));
	assert_null(sl_crypto_select("", &why));
	assert_non_null(why);
}

static void ignore(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
}

static int short_tag_key_new(struct sl_key **key, const struct sl_master *master)
{
	struct sl_master other = *master;

	if (other.suite == SL_SUITE_AES_256_CM_HMAC_SHA1_80)
		other.suite = SL_SUITE_AES_256_CM_HMAC_SHA1_32;
	return sl_crypto_ipsecmb.key_new(key, &other);
}

static int wrong_salt_key_new(struct sl_key **key, const struct sl_master *master)
{
	struct sl_master other = *master;

	if (other.suite == SL_SUITE_AEAD_AES_256_GCM)
		other.salt[11] ^= 1;
	return sl_crypto_ipsecmb.key_new(key, &other);
}

static void selftest_catches_broken_backends(void **state)
{
	struct sl_crypto_backend broken = sl_crypto_ipsecmb;

	broken.rtp_protect = ignore;
	assert_string_equal(sl_crypto_selftest(&broken), "AES_CM_128_HMAC_SHA1_80: SRTP protect");
	broken = sl_crypto_ipsecmb;
	broken.rtcp_unprotect = ignore;
	assert_string_equal(
		sl_crypto_selftest(&broken), "AES_CM_128_HMAC_SHA1_80: SRTCP unprotect");
	broken = sl_crypto_ipsecmb;
	broken.key_new = short_tag_key_new;
	assert_string_equal(sl_crypto_selftest(&broken), "AES_256_CM_HMAC_SHA1_80: SRTP protect");
	broken.key_new = wrong_salt_key_new;
	assert_string_equal(sl_crypto_selftest(&broken), "AEAD_AES_256_GCM: SRTP protect");
}

/* Every single bit of a protected packet matters, and a refused packet keeps its length and header.
 */
static void tamper(struct bench *bench, enum sl_suite suite, bool rtcp)
{
	uint8_t wire[ROOM], data[ROOM], plain[ROOM];
	struct sl_crypto_op sent, op;

	plain_packet(wire, &sent, rtcp, rtcp ? 77 : UINT64_C(0x30002fffe));
	memcpy(plain, wire, sent.len);
	run(bench, &sent, rtcp, true);
	assert_int_equal(sent.verdict, SL_FORWARD);
	/* libsrtp reads CC and X itself; a receiver that finds them changed has other offsets. */
	for (unsigned bit = rtcp ? 0 : 8; bit < sent.len * 8u; bit++) {
		memcpy(data, wire, sent.len);
		data[bit / 8] ^= 1u << bit % 8;
		op = sent;
		op.data = data;
		reread(&op, suite, rtcp);
		run(bench, &op, rtcp, false);
		assert_int_equal(op.verdict, SL_DROP_AUTH);
		assert_int_equal(op.len, sent.len);
		data[bit / 8] ^= bit / 8 < op.header_len ? 1u << bit % 8 : 0;
		assert_memory_equal(data, wire, op.header_len);
	}
	op = sent;
	op.index += 1 << 16; /* another ROC; for SRTCP an index that is not the trailer's */
	memcpy(data, wire, sent.len);
	op.data = data;
	if (!rtcp) {
		run(bench, &op, rtcp, false);
		assert_int_equal(op.verdict, SL_DROP_AUTH);
	}
	/* None of that was remembered. */
	run(bench, &sent, rtcp, false);
	assert_int_equal(sent.verdict, SL_FORWARD);
	assert_int_equal(sent.len, sent.header_len + BODY);
	assert_memory_equal(wire, plain, sent.len);
}

static void every_bit_is_authenticated(void **state)
{
	for (unsigned i = 0; i < RTE_DIM(backends); i++)
		for (enum sl_suite suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++) {
			if (!backends[i]->supports(suite))
				continue;
			struct bench bench = bench_open(backends[i], suite);
			tamper(&bench, suite, false);
			tamper(&bench, suite, true);
			bench_close(&bench);
		}
}

/* Any SRTCP index can be sent in any order, also those libsrtp's own counter would not come to. */
static void srtcp_indices(void **state)
{
	static const uint32_t indices[] = {1, 2, 3, 130, 131, 132, 131, 4, 127, 128, 129, 257, 258,
		1000000, 1000001, 5, 0x7ffffeff, 0x7fffff00, 0x7fffff7f, 0x7fffff80, 0x7fffff81,
		0x7ffffffd, 0x7fffffff, 0x7ffffffe, 1};

	for (unsigned b = 0; b < RTE_DIM(backends); b++)
		for (enum sl_suite suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++) {
			if (!backends[b]->supports(suite))
				continue;
			const struct sl_master master = some_master(suite);
			struct bench bench = bench_open(backends[b], suite);
			struct sl_session_keys rtp, rtcp;
			assert_int_equal(sl_kdf_session(&master, &rtp, &rtcp), 0);
			for (unsigned i = 0; i < RTE_DIM(indices); i++) {
				uint8_t data[ROOM], want[ROOM];
				struct sl_crypto_op op;
				plain_packet(want, &op, true, indices[i]);
				plain_packet(data, &op, true, indices[i]);
				struct sl_ref_packet packet = {.data = want,
					.index = op.index,
					.ssrc = op.ssrc,
					.len = op.len,
					.header_len = op.header_len,
					.rtcp = true};
				assert_int_equal(sl_ref_protect(&rtcp, &packet), 0);
				run(&bench, &op, true, true);
				assert_int_equal(op.verdict, SL_FORWARD);
				assert_int_equal(op.len, packet.len);
				assert_memory_equal(data, want, op.len);
			}
			bench_close(&bench);
		}
}

static void bursts_of_any_size(void **state)
{
	static uint8_t data[MANY][ROOM];
	static struct sl_crypto_op op[MANY];
	struct sl_crypto_op *ops[MANY];

	for (unsigned b = 0; b < RTE_DIM(backends); b++) {
		struct bench bench = bench_open(backends[b], SL_SUITE_AES_CM_128_HMAC_SHA1_32);
		for (unsigned i = 0; i < MANY; i++) {
			plain_packet(data[i], &op[i], false, 1000 + i);
			op[i].key = bench.key;
			op[i].verdict = i % 7 == 3 ? SL_DROP_REPLAY : SL_FORWARD;
			ops[i] = &op[i];
		}
		bench.backend->rtp_protect(bench.crypto, ops, 0);
		bench.backend->rtp_protect(bench.crypto, ops, MANY);
		for (unsigned i = 0; i < MANY; i++) {
			assert_int_equal(op[i].len, 12 + BODY + (i % 7 == 3 ? 0 : 4));
			if (i % 5 == 1)
				data[i][op[i].len - 1] ^= 1;
		}
		bench.backend->rtp_unprotect(bench.crypto, ops, MANY);
		for (unsigned i = 0; i < MANY; i++) {
			const uint8_t want = i % 7 == 3   ? SL_DROP_REPLAY
					     : i % 5 == 1 ? SL_DROP_AUTH
							  : SL_FORWARD;
			assert_int_equal(op[i].verdict, want);
			if (want == SL_FORWARD)
				assert_int_equal(data[i][12], 1);
		}
		bench_close(&bench);
	}
}

/* More SSRCs than the libsrtp backend keeps sessions for, in turn: each packet still goes its way.
 */
static void many_ssrcs(void **state)
{
	for (unsigned b = 0; b < RTE_DIM(backends); b++) {
		struct bench bench = bench_open(backends[b], SL_SUITE_AEAD_AES_128_GCM);
		for (unsigned i = 0; i < 100; i++) {
			uint8_t data[ROOM];
			struct sl_crypto_op op;
			plain_packet(data, &op, false, UINT64_C(0x1000f0000) + i);
			data[11] = (uint8_t)(i * 7 % 20);
			op.ssrc = 0xcafeba00 | data[11];
			run(&bench, &op, false, true);
			assert_int_equal(op.verdict, SL_FORWARD);
			run(&bench, &op, false, false);
			assert_int_equal(op.verdict, SL_FORWARD);
			assert_int_equal(data[12], 1);
		}
		bench_close(&bench);
	}
}

static uint32_t hash_nothing(
	IMB_MGR *mgr, IMB_JOB *jobs, const uint32_t n, const IMB_HASH_ALG algorithm)
{
	return 0;
}

static uint32_t cipher_nothing(IMB_MGR *mgr, IMB_JOB *jobs, const uint32_t n,
	const IMB_CIPHER_MODE mode, const IMB_CIPHER_DIRECTION direction,
	const IMB_KEY_SIZE_BYTES len)
{
	return 0;
}

/* No packet passes whose MAC the library did not compute, or that it did not encrypt or decrypt. */
static void what_the_library_does_not_do_passes_nowhere(void **state)
{
	for (unsigned rtcp = 0; rtcp < 2; rtcp++)
		for (unsigned protect = 0; protect < 2; protect++)
			for (unsigned cipher = 0; cipher < 2; cipher++) {
				struct bench bench = bench_open(
					&sl_crypto_ipsecmb, SL_SUITE_AES_CM_128_HMAC_SHA1_80);
				IMB_MGR *mgr = bench.crypto->mgr;
				uint8_t data[ROOM];
				struct sl_crypto_op op;

				plain_packet(data, &op, rtcp, 1000);
				if (!protect)
					run(&bench, &op, rtcp, true);
				if (cipher)
					mgr->submit_cipher_burst_nocheck = cipher_nothing;
				else
					mgr->submit_hash_burst_nocheck = hash_nothing;
				run(&bench, &op, rtcp, protect);
				assert_int_equal(op.verdict, SL_DROP_CRYPTO);
				bench_close(&bench);
			}
}

static void unsupported_suites(void **state)
{
	for (unsigned b = 0; b < RTE_DIM(backends); b++)
		for (enum sl_suite suite = SL_SUITE_NONE; suite <= SL_SUITE_COUNT; suite++) {
			const struct sl_master master = {.suite = suite};
			struct sl_key *key = (void *)&key;
			const int rc = backends[b]->key_new(&key, &master);
			assert_int_equal(rc, backends[b]->supports(suite) ? 0 : -EINVAL);
			assert_int_equal(key != NULL, rc == 0);
			backends[b]->key_free(key);
		}
	for (enum sl_suite suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++)
		assert_true(sl_crypto_ipsecmb.supports(suite));
}

/* Before 1.4: no two workers run the same bytes of the library, so none writes another's errno. */
static void managers_are_private(void **state)
{
	struct sl_imb a, b;

	assert_int_equal(sl_imb_open(&a), 0);
	assert_int_equal(sl_imb_open(&b), 0);
	if (SL_IMB_PRIVATE && imb_get_version() < IMB_VERSION(1, 4, 0)) {
		assert_non_null(a.library);
		assert_non_null(b.library);
		assert_ptr_not_equal(a.mgr->gcm128_enc, b.mgr->gcm128_enc);
		assert_ptr_not_equal(a.mgr->submit_hash_burst, b.mgr->submit_hash_burst);
		assert_ptr_not_equal(a.free_mgr, free_mb_mgr);
	}
	sl_imb_close(&a);
	sl_imb_close(&b);
	sl_imb_close(&b);
}

static int start(void **state)
{
	return unit_eal();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reference_meets_rfc_vectors),
		cmocka_unit_test(backends_pass_their_selftest),
		cmocka_unit_test(selftest_catches_broken_backends),
		cmocka_unit_test(every_bit_is_authenticated),
		cmocka_unit_test(srtcp_indices),
		cmocka_unit_test(bursts_of_any_size),
		cmocka_unit_test(many_ssrcs),
		cmocka_unit_test(what_the_library_does_not_do_passes_nowhere),
		cmocka_unit_test(unsupported_suites),
		cmocka_unit_test(managers_are_private),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
