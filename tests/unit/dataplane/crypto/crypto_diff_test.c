/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both backends get the same packets and must give the same bytes and the same verdicts: random
 * suites, sizes, CSRCs, header extensions, roll-overs, losses, reorderings, repetitions and damage,
 * in bursts that mix flows. What no backend may do to a packet is known, too: an intact one comes
 * out as it was before protect, a damaged one is refused. A suite that this libsrtp gets wrong is
 * compared with the reference transform instead. UNIT_SEED=N repeats a run, UNIT_ROUNDS=N makes it
 * longer.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>

#include "dataplane/crypto/crypto.h"
#include "dataplane/crypto/crypto_ref.h"
#include "sluice/drop.h"
#include "sluice/limits.h"
#include "tests/unit/unit_eal.h"
#include "tests/unit/unit_random.h"

enum {
	FLOWS = 24,
	BURST_MAX = 100, /* more than SL_BURST: backends must cope */
	BODY_MAX = 1400,
	HEADER_MAX = 12 + 15 * 4 + 4 + 40 * 4,
	GUARD = 8, /* bytes behind the tailroom that nobody may write */
	ROOM = 2 + HEADER_MAX + BODY_MAX + SL_CRYPTO_TAILROOM + GUARD,
	ROUNDS = 1500,
};

enum { IMB, SRTP2, BACKENDS };

static const struct sl_crypto_backend *const backends[BACKENDS] = {
	&sl_crypto_ipsecmb, &sl_crypto_srtp2};

struct flow {
	enum sl_suite suite;
	struct sl_key *key[BACKENDS];           /* NULL: the backend cannot do the suite */
	struct sl_session_keys session_keys[2]; /* SRTP, SRTCP: for the reference */
	uint64_t index[2];                      /* last sent: SRTP, SRTCP */
	uint32_t ssrc[2];
};

/* One packet, as each backend has it; `plain` is what went in. */
struct packet {
	struct flow *flow;
	bool rtcp;
	uint64_t index;
	uint32_t ssrc;
	uint16_t header_len, plain_len, wire_len;
	uint8_t plain[ROOM], wire[ROOM];
};

static struct sl_crypto *crypto[BACKENDS];
static struct flow flows[FLOWS];
static struct packet packets[BURST_MAX];
static uint8_t data[BACKENDS][BURST_MAX][ROOM];
static struct sl_crypto_op ops[BACKENDS][BURST_MAX];
static uint64_t first_seed;
static unsigned round_number;

#define CHECK(truth, packet)                                                                     \
	do {                                                                                     \
		if (!(truth)) {                                                                  \
			print_error(                                                             \
				"UNIT_SEED=%llu UNIT_ROUNDS=%u %s: %s %s index %#llx header %u " \
				"len %u\n",                                                      \
				(unsigned long long)first_seed, round_number + 1,                \
				program_invocation_name, sl_suites[(packet)->flow->suite].name,  \
				(packet)->rtcp ? "SRTCP" : "SRTP",                               \
				(unsigned long long)(packet)->index, (packet)->header_len,       \
				(packet)->plain_len);                                            \
			assert_true(truth);                                                      \
		}                                                                                \
	} while (0)

static void flow_open(struct flow *flow)
{
	struct sl_master master;

	flow->suite = 1 + unit_below(SL_SUITE_COUNT - 1);
	unit_fill(&master, sizeof(master));
	master.suite = flow->suite;
	for (unsigned b = 0; b < BACKENDS; b++)
		assert_int_equal(backends[b]->key_new(&flow->key[b], &master),
			backends[b]->supports(flow->suite) ? 0 : -EINVAL);
	assert_non_null(flow->key[IMB]);
	assert_int_equal(
		sl_kdf_session(&master, &flow->session_keys[0], &flow->session_keys[1]), 0);
	/* Start close before a wrap, or at the ROC's extremes, more often than not. */
	const uint64_t roc =
		(uint64_t[]){0, 0, 1, 0x7fff, 0xffffff00, unit_random() >> 1}[unit_below(6)];
	flow->index[0] = roc << 16 | (unit_below(2) ? 0xffff - unit_below(200) : unit_below(65536));
	flow->index[1] = unit_below(2) ? unit_below(3) : unit_random() >> 2;
	flow->ssrc[0] = unit_random();
	flow->ssrc[1] = unit_below(2) ? flow->ssrc[0] : unit_random();
}

static void flow_close(struct flow *flow)
{
	for (unsigned b = 0; b < BACKENDS; b++)
		backends[b]->key_free(flow->key[b]);
}

/* Loss now and then, a long silence rarely. */
static uint64_t next_index(struct flow *flow, bool rtcp)
{
	const uint32_t dice = unit_below(1000);
	const uint64_t step = dice < 900   ? 1
			      : dice < 990 ? 1 + unit_below(200)
					   : 1 + unit_below(rtcp ? 1 << 20 : 1 << 18);

	return flow->index[rtcp] += step;
}

static void rtp_header(struct packet *p)
{
	uint8_t *at = p->plain;
	const unsigned csrcs = unit_below(3) ? 0 : unit_below(16);
	const bool extension = unit_below(3) == 0;
	const unsigned words = unit_below(41);
	const uint32_t ssrc = rte_cpu_to_be_32(p->ssrc);

	unit_fill(at, HEADER_MAX);
	at[0] = (uint8_t)(0x80 | extension << 4 | csrcs | (at[0] & 0x20));
	at[2] = (uint8_t)(p->index >> 8);
	at[3] = (uint8_t)p->index;
	memcpy(at + 8, &ssrc, sizeof(ssrc));
	p->header_len = (uint16_t)(12 + csrcs * 4);
	if (extension) {
		at[p->header_len + 2] = 0;
		at[p->header_len + 3] = (uint8_t)words;
		p->header_len += 4 + words * 4;
	}
}

static void rtcp_header(struct packet *p)
{
	const uint32_t ssrc = rte_cpu_to_be_32(p->ssrc);

	unit_fill(p->plain, 8);
	p->plain[0] = 0x80 | (p->plain[0] & 0x1f);
	memcpy(p->plain + 4, &ssrc, sizeof(ssrc));
	p->header_len = 8;
}

static void packet_make(struct packet *p)
{
	/* Few sizes hide errors at block boundaries, large ones cost time: mostly small. */
	const unsigned body = unit_below(4) ? unit_below(200) : unit_below(BODY_MAX + 1);

	p->flow = &flows[unit_below(FLOWS)];
	p->index = next_index(p->flow, p->rtcp);
	p->ssrc = p->flow->ssrc[p->rtcp];
	if (p->rtcp)
		rtcp_header(p);
	else
		rtp_header(p);
	unit_fill(p->plain + p->header_len, body);
	p->plain_len = (uint16_t)(p->header_len + body);
}

/* Runs one burst through one backend. */
static void run(unsigned b, unsigned n, bool rtcp, bool protect)
{
	struct sl_crypto_op *list[BURST_MAX];

	for (unsigned i = 0; i < n; i++)
		list[i] = &ops[b][i];
	if (rtcp)
		(protect ? backends[b]->rtcp_protect : backends[b]->rtcp_unprotect)(
			crypto[b], list, n);
	else
		(protect ? backends[b]->rtp_protect : backends[b]->rtp_unprotect)(
			crypto[b], list, n);
}

static void op_set(
	unsigned b, unsigned slot, const struct packet *p, const uint8_t *bytes, uint16_t len)
{
	/* As behind Ethernet, IPv4 and UDP: two bytes off a word. */
	uint8_t *at = data[b][slot] + 2;

	memcpy(at, bytes, len);
	memset(at + len, GUARD, SL_CRYPTO_TAILROOM + GUARD);
	ops[b][slot] = (struct sl_crypto_op){
		.data = at,
		.key = p->flow->key[b],
		.index = p->index,
		.ssrc = p->ssrc,
		.len = len,
		.header_len = p->header_len,
		.verdict = p->flow->key[b] ? SL_FORWARD : SL_DEFERRED,
	};
}

/* Stands in for a backend without the suite. */
static void protect_by_reference(struct sl_crypto_op *op, const struct packet *p)
{
	struct sl_ref_packet packet = {
		.data = op->data,
		.index = op->index,
		.ssrc = op->ssrc,
		.len = op->len,
		.header_len = op->header_len,
		.rtcp = p->rtcp,
	};

	CHECK(op->verdict == SL_DEFERRED, p);
	assert_int_equal(sl_ref_protect(&p->flow->session_keys[p->rtcp], &packet), 0);
	op->len = packet.len;
	op->verdict = SL_FORWARD;
}

static void protect_burst(unsigned n, bool rtcp)
{
	for (unsigned i = 0; i < n; i++) {
		packets[i].rtcp = rtcp;
		packet_make(&packets[i]);
		for (unsigned b = 0; b < BACKENDS; b++)
			op_set(b, i, &packets[i], packets[i].plain, packets[i].plain_len);
	}
	for (unsigned b = 0; b < BACKENDS; b++)
		run(b, n, rtcp, true);
	for (unsigned i = 0; i < n; i++) {
		struct packet *p = &packets[i];
		const struct sl_suite_info *info = &sl_suites[p->flow->suite];
		const unsigned added = rtcp ? info->rtcp_tag + 4u : info->rtp_tag;
		if (!p->flow->key[SRTP2])
			protect_by_reference(&ops[SRTP2][i], p);
		CHECK(ops[IMB][i].verdict == SL_FORWARD, p);
		CHECK(ops[SRTP2][i].verdict == SL_FORWARD, p);
		CHECK(ops[IMB][i].len == p->plain_len + added, p);
		for (unsigned b = 0; b < BACKENDS; b++)
			for (unsigned at = 0; at < GUARD; at++)
				CHECK(ops[b][i].data[p->plain_len + SL_CRYPTO_TAILROOM + at] ==
						GUARD,
					p);
		CHECK(ops[SRTP2][i].len == ops[IMB][i].len, p);
		CHECK(memcmp(ops[IMB][i].data, ops[SRTP2][i].data, ops[IMB][i].len) == 0, p);
		p->wire_len = ops[IMB][i].len;
		memcpy(p->wire, ops[IMB][i].data, p->wire_len);
		if (rtcp)
			CHECK(sl_srtcp_trailer(p->flow->suite, p->wire, p->wire_len) ==
					(UINT32_C(1) << 31 | p->index),
				p);
	}
}

/* Changes a bit, or the receiver's idea of the ROC. What stays is that the header parses as before.
 */
static void damage(unsigned slot, const struct packet *p)
{
	const bool wrong_roc = !p->rtcp && unit_below(8) == 0;
	unsigned at;

	do
		at = unit_below(p->wire_len);
	while (!p->rtcp && (at == 0 || ((p->wire[0] & 0x10) && at >= 12 && at < p->header_len)));
	const uint8_t bit = (uint8_t)(1u << unit_below(8));
	for (unsigned b = 0; b < BACKENDS; b++) {
		struct sl_crypto_op *op = &ops[b][slot];
		uint32_t ssrc;
		if (wrong_roc) {
			op->index ^= UINT64_C(1) << 16;
			continue;
		}
		op->data[at] ^= bit;
		memcpy(&ssrc, op->data + (p->rtcp ? 4 : 8), sizeof(ssrc));
		op->ssrc = rte_be_to_cpu_32(ssrc);
		op->index =
			p->rtcp ? sl_srtcp_trailer(p->flow->suite, op->data, op->len) & 0x7fffffff
				: (op->index & ~UINT64_C(0xffff)) | op->data[2] << 8 | op->data[3];
	}
}

/* The packets of the last burst arrive: some lost, some late, some twice, some damaged. */
static void unprotect_burst(unsigned n, bool rtcp)
{
	const struct packet *from[BURST_MAX];
	bool damaged[BURST_MAX];
	const unsigned arrivals = 1 + unit_below(n);

	for (unsigned i = 0; i < arrivals; i++) {
		/* In order with holes, or anything from the burst: late and repeated ones. */
		from[i] = &packets[unit_below(4) ? i * n / arrivals : unit_below(n)];
		damaged[i] = unit_below(5) == 0;
		for (unsigned b = 0; b < BACKENDS; b++)
			op_set(b, i, from[i], from[i]->wire, from[i]->wire_len);
		if (damaged[i])
			damage(i, from[i]);
	}
	for (unsigned b = 0; b < BACKENDS; b++)
		run(b, arrivals, rtcp, false);
	for (unsigned i = 0; i < arrivals; i++) {
		const struct packet *p = from[i];
		const uint8_t want = damaged[i] ? SL_DROP_AUTH : SL_FORWARD;
		for (unsigned b = 0; b < BACKENDS; b++) {
			const struct sl_crypto_op *op = &ops[b][i];
			if (!p->flow->key[b])
				continue;
			CHECK(op->verdict == want, p);
			CHECK(op->len == (damaged[i] ? p->wire_len : p->plain_len), p);
			CHECK(damaged[i] || memcmp(op->data, p->plain, op->len) == 0, p);
		}
		/* A refused packet's header is untouched: damaged alike in both. */
		CHECK(memcmp(ops[IMB][i].data, ops[SRTP2][i].data, p->header_len) == 0, p);
	}
}

static void same_bytes_same_verdicts(void **state)
{
	const char *rounds = getenv("UNIT_ROUNDS");
	const unsigned count = rounds ? (unsigned)strtoul(rounds, NULL, 0) : ROUNDS;

	for (round_number = 0; round_number < count; round_number++) {
		const unsigned n = 1 + unit_below(unit_below(3) ? 20 : BURST_MAX);
		const bool rtcp = unit_below(4) == 0;
		struct flow *renewed = &flows[unit_below(FLOWS)];
		protect_burst(n, rtcp);
		unprotect_burst(n, rtcp);
		flow_close(renewed);
		flow_open(renewed);
	}
}

static int start(void **state)
{
	const char *seed = getenv("UNIT_SEED");

	first_seed = seed ? strtoull(seed, NULL, 0) : 20260715;
	unit_seed = first_seed;
	if (unit_eal() < 0)
		return -1;
	for (unsigned b = 0; b < BACKENDS; b++) {
		crypto[b] = backends[b]->open();
		if (!crypto[b])
			return -1;
	}
	for (unsigned i = 0; i < FLOWS; i++)
		flow_open(&flows[i]);
	return 0;
}

static int stop(void **state)
{
	for (unsigned i = 0; i < FLOWS; i++)
		flow_close(&flows[i]);
	for (unsigned b = 0; b < BACKENDS; b++)
		backends[b]->close(crypto[b]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same_bytes_same_verdicts)};

	return cmocka_run_group_tests(tests, start, stop);
}
