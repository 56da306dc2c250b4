/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/crypto_selftest.h"

#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "dataplane/crypto/crypto_ref.h"
#include "dataplane/crypto/crypto_vectors.h"
#include "dataplane/crypto/kdf.h"
#include "sluice/drop.h"

enum { PACKET_MAX = 160, BODY = 50 };

static char failure[160];

static const char *failed(const char *what, const char *where)
{
	snprintf(failure, sizeof(failure), "%s: %s", where, what);
	return failure;
}

static bool derives(const struct sl_master *master, enum sl_kdf_label label, const char *hex)
{
	uint8_t want[PACKET_MAX], got[PACKET_MAX];
	const unsigned len = sl_vector_bytes(hex, want);

	return sl_kdf_derive(master, label, got, len) == 0 && memcmp(got, want, len) == 0;
}

static const char *test_kdf(void)
{
	for (unsigned i = 0; i < RTE_DIM(sl_kdf_vectors); i++) {
		const struct sl_kdf_vector *v = &sl_kdf_vectors[i];
		struct sl_master master = {.suite = v->suite};
		sl_vector_bytes(v->key, master.key);
		sl_vector_bytes(v->salt, master.salt);
		if (!derives(&master, SL_KDF_RTP_ENCRYPTION, v->encryption) ||
			!derives(&master, SL_KDF_RTP_AUTH, v->auth) ||
			!derives(&master, SL_KDF_RTP_SALT, v->session_salt))
			return failed("key derivation gives other keys", v->name);
	}
	return NULL;
}

static const char *test_reference(void)
{
	for (unsigned i = 0; i < RTE_DIM(sl_packet_vectors); i++) {
		const struct sl_packet_vector *v = &sl_packet_vectors[i];
		uint8_t data[PACKET_MAX], want[PACKET_MAX];
		struct sl_session_keys keys = {.suite = v->suite};
		struct sl_ref_packet packet = {
			.data = data,
			.index = v->index,
			.ssrc = v->ssrc,
			.header_len = v->header_len,
			.rtcp = v->rtcp,
		};
		sl_vector_bytes(v->key, keys.encryption);
		sl_vector_bytes(v->salt, keys.salt);
		packet.len = (uint16_t)sl_vector_bytes(v->plain, data);
		const unsigned want_len = sl_vector_bytes(v->wire, want);
		if (sl_ref_protect(&keys, &packet) || packet.len < want_len ||
			memcmp(data, want, want_len) != 0)
			return failed("the reference transform gives another packet", v->name);
	}
	return NULL;
}

struct sample {
	uint8_t plain[PACKET_MAX], wire[PACKET_MAX], data[PACKET_MAX];
	uint16_t plain_len, wire_len;
	struct sl_crypto_op op; /* key, index, SSRC, header_len; data and len are set per run */
	bool rtcp;
};

/* A packet with a ROC, so that every byte of the index counts, and its protected form by the
 * reference. */
static int sample_make(struct sample *sample, const struct sl_session_keys *keys, bool rtcp)
{
	static const uint8_t rtp_header[] = {
		0x80, 0x60, 0x89, 0xab, 0, 0, 0, 1, 0x5e, 0xed, 0xf0, 0x0d};
	static const uint8_t rtcp_header[] = {0x80, 200, 0, 13, 0x5e, 0xed, 0xf0, 0x0d};

	sample->rtcp = rtcp;
	sample->op.index = rtcp ? 0x2f0e1d : UINT64_C(0x1234567889ab);
	sample->op.ssrc = 0x5eedf00d;
	sample->op.header_len = rtcp ? sizeof(rtcp_header) : sizeof(rtp_header);
	memcpy(sample->plain, rtcp ? rtcp_header : rtp_header, sample->op.header_len);
	for (unsigned i = 0; i < BODY; i++)
		sample->plain[sample->op.header_len + i] = (uint8_t)(i * 5 + 1);
	sample->plain_len = sample->op.header_len + BODY;
	memcpy(sample->wire, sample->plain, sample->plain_len);
	struct sl_ref_packet packet = {
		.data = sample->wire,
		.index = sample->op.index,
		.ssrc = sample->op.ssrc,
		.len = sample->plain_len,
		.header_len = sample->op.header_len,
		.rtcp = rtcp,
	};
	int rc = sl_ref_protect(keys, &packet);
	sample->wire_len = packet.len;
	return rc;
}

static uint8_t run(const struct sl_crypto_backend *backend, struct sl_crypto *crypto,
	struct sample *sample, bool protect)
{
	struct sl_crypto_op *op = &sample->op;

	op->data = sample->data;
	op->len = protect ? sample->plain_len : sample->wire_len;
	op->verdict = SL_FORWARD;
	if (sample->rtcp)
		(protect ? backend->rtcp_protect : backend->rtcp_unprotect)(crypto, &op, 1);
	else
		(protect ? backend->rtp_protect : backend->rtp_unprotect)(crypto, &op, 1);
	return op->verdict;
}

static const char *test_sample(const struct sl_crypto_backend *backend, struct sl_crypto *crypto,
	struct sample *sample, const char *suite)
{
	memcpy(sample->data, sample->plain, sample->plain_len);
	if (run(backend, crypto, sample, true) != SL_FORWARD ||
		sample->op.len != sample->wire_len ||
		memcmp(sample->data, sample->wire, sample->wire_len) != 0)
		return failed(sample->rtcp ? "SRTCP protect" : "SRTP protect", suite);
	if (run(backend, crypto, sample, false) != SL_FORWARD ||
		sample->op.len != sample->plain_len ||
		memcmp(sample->data, sample->plain, sample->plain_len) != 0)
		return failed(sample->rtcp ? "SRTCP unprotect" : "SRTP unprotect", suite);
	memcpy(sample->data, sample->wire, sample->wire_len);
	sample->data[sample->op.header_len + 1] ^= 0x10;
	if (run(backend, crypto, sample, false) != SL_DROP_AUTH)
		return failed(sample->rtcp ? "a changed SRTCP packet passes"
					   : "a changed SRTP packet passes",
			suite);
	return NULL;
}

static const char *test_suite(
	const struct sl_crypto_backend *backend, struct sl_crypto *crypto, enum sl_suite suite)
{
	const char *name = sl_suites[suite].name, *why = NULL;
	struct sl_master master = {.suite = suite};
	struct sl_session_keys keys[2];
	struct sl_key *key;

	for (unsigned i = 0; i < sl_suites[suite].key_len; i++)
		master.key[i] = (uint8_t)(0xa0 ^ i * 7);
	for (unsigned i = 0; i < sl_suites[suite].salt_len; i++)
		master.salt[i] = (uint8_t)(0x0f + i * 3);
	if (sl_kdf_session(&master, &keys[0], &keys[1]) || backend->key_new(&key, &master))
		return failed("no key can be made", name);
	for (unsigned rtcp = 0; rtcp < 2 && !why; rtcp++) {
		struct sample sample = {.op.key = key};
		if (sample_make(&sample, &keys[rtcp], rtcp))
			why = failed("the reference transform fails", name);
		else
			why = test_sample(backend, crypto, &sample, name);
	}
	backend->key_free(key);
	return why;
}

const char *sl_crypto_selftest(const struct sl_crypto_backend *backend)
{
	const char *why = test_kdf();

	if (!why)
		why = test_reference();
	if (why)
		return why;
	struct sl_crypto *crypto = backend->open();
	if (!crypto)
		return failed("cannot be opened, out of memory", backend->name);
	for (enum sl_suite suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT && !why; suite++)
		if (backend->supports(suite))
			why = test_suite(backend, crypto, suite);
	backend->close(crypto);
	return why;
}
