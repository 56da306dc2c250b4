/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ceiling: what no relay built on this library can do without, and nothing else. The same
 * packets in the same order with the same keys, at the same places in memory, as the path meets
 * them. The clock runs over
 *  - finding each packet's flow by its address and port: one array, one cache line per flow that
 *    holds what SRTP cannot be without (the two keys, the SSRC, the highest index, which is
 *    written);
 *  - filling in IPsec-MB's jobs (pointers, lengths, IVs);
 *  - the library's calls: one HMAC-SHA1 burst and one AES-CTR burst per key size and direction,
 *    without the library's argument checks, or the direct AES-GCM calls;
 *  - comparing the tags that came, writing those that go.
 * It does not run over receiving, parsing, replay windows, sources, counters, headers, checksums,
 * sending, and what the path pays for being able to refuse a packet in all of these places.
 *
 * State is cold, as random arrival makes it. So the prefetching kind looks at the headers of the
 * next burst and asks for its flows before it verifies this one, and for the first lines of their
 * keys before it signs; the rest of a key it asks for as the job is filled in, or some packets
 * ahead of a direct call. (Asking for whole keys at once took 90 cycles longer at 40,000 flows.)
 * The plain kind asks for nothing early. bench_path runs both with bursts of 16, 32 and 64 and
 * holds the path against whichever is best. Packets lie in the cache, as on the path: the port
 * writes them just before, outside the clock.
 */
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>
#include <string.h>

#include "bench/lane.h"
#include "dataplane/crypto/ipsecmb.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

enum { GCM_TAG = 16, WORD = 4, LINE = 64 };

struct ceiling_flow {
	const struct sl_key *in, *out; /* as the path has them */
	uint64_t top;
	uint32_t ssrc;
} __attribute__((aligned(64)));

struct packet {
	uint8_t *rtp;
	struct ceiling_flow *flow;
	const struct sl_key *in, *out;
	uint64_t index;
	uint32_t ssrc;
	uint16_t len;
	bool genuine;
};

struct batch {
	struct rte_mbuf *m[SL_BURST];
	struct packet packet[SL_BURST];
	unsigned n;
};

struct jobs {
	IMB_JOB hash[SL_BURST], cipher[SL_BURST];
	struct packet *hashed[SL_BURST];
	uint8_t mac[SL_BURST][16], tag[SL_BURST][16];
	uint8_t gcm_tag[16];
	uint8_t iv[SL_BURST][16] __attribute__((aligned(16)));
	struct gcm_context_data gcm;
};

static struct ceiling_flow *flows;

static void fill(struct batch *b, struct lane *lane)
{
	const struct work *work = lane->work;

	b->n = RTE_MIN(lane->burst, work->spec.packets - lane->at);
	for (unsigned i = 0; i < b->n; i++) {
		const struct work_packet *p = work_packet(work, lane->worker, lane->at + i);

		rte_memcpy(rte_pktmbuf_mtod(b->m[i], uint8_t *), p->frame, p->len);
		b->m[i]->data_len = p->len;
	}
	lane->at += b->n;
}

static void find(struct batch *b, bool prefetch)
{
	for (unsigned i = 0; i < b->n; i++) {
		struct packet *p = &b->packet[i];
		const uint8_t *frame = rte_pktmbuf_mtod(b->m[i], const uint8_t *);
		unsigned port = frame[36] << 8 | frame[37];

		p->rtp = rte_pktmbuf_mtod_offset(b->m[i], uint8_t *, WORK_HEADERS);
		p->len = b->m[i]->data_len - WORK_HEADERS;
		p->flow = &flows[frame[33] * WORK_FLOWS_PER_ADDRESS + (port - WORK_PORT_MIN) / 2];
		if (prefetch)
			rte_prefetch0(p->flow);
	}
}

static inline __attribute__((always_inline)) void prefetch_key(const struct sl_key *key)
{
	const uint8_t *at = (const uint8_t *)key;
	const uint8_t *end = at + sizeof(struct ipsecmb_gcm);
	unsigned lines = key->aead ? 5 : 1 + (key->key_len / 4 + 7) * 16 / LINE;

	for (unsigned line = 0; line < lines; line++)
		rte_prefetch0(at + line * LINE);
	for (unsigned line = 1; key->aead && line <= 4; line++)
		rte_prefetch0(end - line * LINE);
}

static void take_flows(struct batch *b, bool prefetch)
{
	for (unsigned i = 0; i < b->n; i++) {
		struct packet *p = &b->packet[i];

		p->in = p->flow->in;
		p->out = p->flow->out;
		p->ssrc = p->flow->ssrc;
		p->index = (p->flow->top & ~UINT64_C(0xffff)) | (p->rtp[2] << 8 | p->rtp[3]);
		p->flow->top = p->index;
		p->genuine = !p->in;
		if (prefetch && p->in)
			rte_prefetch0(p->in);
		if (prefetch && p->out)
			rte_prefetch0(p->out);
	}
}

typedef uint64_t vector __attribute__((vector_size(16)));

/* RFC 3711 4.1.1 and RFC 7714 8.1: the two differ in where SSRC and index stand. */
static void make_iv(uint8_t iv[16], const struct packet *p, const struct sl_key *key)
{
	const struct ipsecmb_cm *cm = (const void *)key;
	uint64_t head = p->ssrc, tail = p->index << 16;
	vector v;

	if (key->aead) {
		head = head << 16 | p->index >> 32;
		tail = p->index << 32;
	}
	memcpy(&v, cm->salt, sizeof(v));
	v ^= (vector){__builtin_bswap64(head), __builtin_bswap64(tail)};
	memcpy(iv, &v, sizeof(v));
}

static void gcm(struct sl_worker *w, struct jobs *j, struct packet *p, bool seal)
{
	const struct ipsecmb_gcm *key = (const void *)(seal ? p->out : p->in);
	const IMB_MGR *mgr = w->crypto->mgr;
	aes_gcm_enc_dec_t call = key->head.key_len == 32
					 ? (seal ? mgr->gcm256_enc : mgr->gcm256_dec)
					 : (seal ? mgr->gcm128_enc : mgr->gcm128_dec);
	uint8_t *body = p->rtp + WORK_RTP, *tag;

	p->len -= seal ? 0 : GCM_TAG;
	tag = seal ? p->rtp + p->len : j->gcm_tag;
	make_iv(j->iv[0], p, &key->head);
	call(&key->expanded, &j->gcm, body, body, p->len - WORK_RTP, j->iv[0], p->rtp, WORK_RTP,
		tag, GCM_TAG);
	if (seal)
		p->len += GCM_TAG;
	else
		p->genuine = memcmp(tag, p->rtp + p->len, GCM_TAG) == 0;
}

static void add_hash(struct jobs *j, unsigned n, struct packet *p, const struct sl_key *key)
{
	const struct ipsecmb_cm *cm = (const void *)key;
	uint32_t roc = __builtin_bswap32((uint32_t)(p->index >> 16));
	IMB_JOB *job = &j->hash[n];

	prefetch_key(key);
	memcpy(p->rtp + p->len, &roc, WORD);
	job->src = p->rtp;
	job->msg_len_to_hash_in_bytes = p->len + WORD;
	job->u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)cm->inner;
	job->u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)cm->outer;
	job->auth_tag_output = j->mac[n];
	job->auth_tag_output_len_in_bytes = 12;
	job->hash_alg = IMB_AUTH_HMAC_SHA_1;
	j->hashed[n] = p;
}

/* The AES-CM packets among the first `n`, those with keys of one size at a time. */
static void cipher(struct sl_worker *w, struct jobs *j, unsigned n, bool seal)
{
	for (unsigned key_len = 16, done = 0; done < n && key_len <= 32; key_len += 8) {
		unsigned jobs = 0;

		for (unsigned i = 0; i < n; i++) {
			const struct packet *p = j->hashed[i];
			const struct sl_key *key = seal ? p->out : p->in;
			IMB_JOB *job = &j->cipher[jobs];

			if (key->key_len != key_len)
				continue;
			make_iv(j->iv[jobs], p, key);
			job->src = job->dst = p->rtp + WORK_RTP;
			job->msg_len_to_cipher_in_bytes = p->len - WORK_RTP;
			job->enc_keys = job->dec_keys =
				((const struct ipsecmb_cm *)key)->round_keys;
			job->key_len_in_bytes = key_len;
			job->iv = j->iv[jobs++];
			job->iv_len_in_bytes = 16;
			job->cipher_mode = IMB_CIPHER_CNTR;
			job->cipher_direction = IMB_DIR_ENCRYPT;
		}
		done += jobs;
		if (jobs)
			IMB_SUBMIT_CIPHER_BURST_NOCHECK(w->crypto->mgr, j->cipher, jobs,
				IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, key_len);
	}
}

static void hash(struct sl_worker *w, struct jobs *j, unsigned n)
{
	if (n)
		IMB_SUBMIT_HASH_BURST_NOCHECK(w->crypto->mgr, j->hash, n, IMB_AUTH_HMAC_SHA_1);
}

static void verify(struct sl_worker *w, struct jobs *j, struct batch *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n; i++) {
		struct packet *p = &b->packet[i];

		if (i + 4 < b->n && p[4].in && p[4].in->aead)
			prefetch_key(p[4].in);
		if (p->in && p->in->aead) {
			gcm(w, j, p, false);
		} else if (p->in) {
			p->len -= p->in->tag_len;
			memcpy(j->tag[n], p->rtp + p->len, 10);
			add_hash(j, n++, p, p->in);
		}
	}
	hash(w, j, n);
	for (unsigned i = 0; i < n; i++)
		j->hashed[i]->genuine = j->hashed[i]->in->tag_len == 10
						? memcmp(j->mac[i], j->tag[i], 10) == 0
						: memcmp(j->mac[i], j->tag[i], 4) == 0;
	cipher(w, j, n, false);
}

static void seal(struct sl_worker *w, struct jobs *j, struct batch *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n; i++) {
		struct packet *p = &b->packet[i];

		if (i + 4 < b->n && p[4].out && p[4].out->aead)
			prefetch_key(p[4].out);
		if (p->out && p->out->aead)
			gcm(w, j, p, true);
		else if (p->out)
			add_hash(j, n++, p, p->out);
	}
	cipher(w, j, n, true);
	hash(w, j, n);
	for (unsigned i = 0; i < n; i++) {
		struct packet *p = j->hashed[i];

		memcpy(p->rtp + p->len, j->mac[i], 10); /* of which tag_len are sent */
		p->len += p->out->tag_len;
	}
}

void ceiling_open(const struct work *work)
{
	flows = rte_zmalloc("ceiling", work->spec.flows * sizeof(*flows), LINE);
	if (!flows)
		rte_exit(1, "no memory for the ceiling's flows\n");
	for (unsigned f = 0; f < work->spec.flows; f++)
		flows[f] = (struct ceiling_flow){.in = work->flow[f].flow->in_key,
			.out = work->flow[f].flow->out_key,
			.ssrc = work->flow[f].ssrc};
}

void ceiling_close(void)
{
	rte_free(flows);
	flows = NULL;
}

static void count(struct lane *lane, const struct batch *b, uint64_t cycles)
{
	if (lane->at > lane->warm && b->n == lane->burst) {
		lane->cycles[lane->bursts++] = (uint32_t)RTE_MIN(cycles, UINT32_MAX);
		lane->packets += b->n;
	}
	for (unsigned i = 0; i < b->n; i++)
		lane->sent += b->packet[i].genuine;
}

void ceiling_lap(struct lane *lane, bool prefetch)
{
	struct sl_worker *w = &sl_workers[lane->worker];
	static __thread struct batch batch[2];
	static __thread struct jobs jobs;
	struct batch *now = &batch[0], *next = &batch[1];

	if (rte_pktmbuf_alloc_bulk(sl_mbufs, now->m, SL_BURST) != 0 ||
		rte_pktmbuf_alloc_bulk(sl_mbufs, next->m, SL_BURST) != 0)
		rte_exit(1, "no packet buffers\n");
	fill(now, lane);
	find(now, prefetch);
	take_flows(now, prefetch);
	while (now->n) {
		struct batch *swap = now;

		fill(next, lane);

		uint64_t start = rte_rdtsc();

		find(next, prefetch);
		verify(w, &jobs, now);
		if (prefetch)
			take_flows(next, true);
		seal(w, &jobs, now);
		if (!prefetch)
			take_flows(next, false);

		count(lane, now, rte_rdtsc() - start);
		now = next;
		next = swap;
	}
	rte_pktmbuf_free_bulk(batch[0].m, SL_BURST);
	rte_pktmbuf_free_bulk(batch[1].m, SL_BURST);
}
