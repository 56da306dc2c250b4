/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker_check.h"

#include <rte_ethdev.h>
#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/base/buffer.h"
#include "dataplane/base/media_address.h"
#include "dataplane/crypto/slab.h"
#include "dataplane/path/pool.h"
#include "dataplane/port/ethdev.h"

uint64_t fuzz_now;

uint64_t __wrap_sl_clock(void);
uint64_t __wrap_sl_clock(void)
{
	return fuzz_now;
}

/* Objects of slabs. */
static int live;

void *__wrap_sl_slab_take(struct sl_slab *slab);
void __wrap_sl_slab_give(void *object);

void *__wrap_sl_slab_take(struct sl_slab *slab)
{
	void *object = aligned_alloc(64, slab->size);

	DEMAND(object);
	live++;
	return memset(object, 0, slab->size);
}

void __wrap_sl_slab_give(void *object)
{
	live -= object != NULL;
	free(object);
}

/* A protected packet: its key, SSRC, index and bytes. */
static struct {
	uint64_t index;
	unsigned serial;
	uint32_t ssrc;
	uint8_t component;
} sent[1 << 14];
static unsigned n_sent;

static uint64_t known[1 << 14];
static unsigned n_known;

static uint64_t digest(const uint8_t *p, unsigned len)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ len;

	for (unsigned i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

static void note_index(const struct line *line, const struct sl_packet *p)
{
	for (unsigned i = 0; i < n_sent; i++)
		DEMAND(sent[i].index != p->op.index || sent[i].serial != line->serial ||
			sent[i].component != p->component ||
			(p->component == SL_RTP && sent[i].ssrc != p->op.ssrc));
	DEMAND(n_sent < RTE_DIM(sent));
	sent[n_sent].index = p->op.index;
	sent[n_sent].serial = line->serial;
	sent[n_sent].ssrc = p->op.ssrc;
	sent[n_sent++].component = p->component;
}

static void authenticates(const struct sl_packet *p)
{
	struct line *line = fuzz_line_of(p->op.key);
	int len = p->op.len;
	uint8_t copy[2048];

	DEMAND(line && len <= (int)sizeof(copy));
	note_index(line, p);
	DEMAND(n_known < RTE_DIM(known));
	known[n_known++] = digest(p->op.data, p->op.len);
	memcpy(copy, p->op.data, p->op.len);
	DEMAND((p->component == SL_RTP ? srtp_unprotect : srtp_unprotect_rtcp)(
		       line->srtp, copy, &len) == srtp_err_status_ok);
}

static void close_buffer(struct rte_mbuf *m)
{
	uint8_t *from = m->buf_addr, *data = rte_pktmbuf_mtod(m, uint8_t *);

	ASAN_POISON_MEMORY_REGION(from, m->buf_len);
	ASAN_UNPOISON_MEMORY_REGION(data, m->data_len);
}

static void open_buffer(struct rte_mbuf *m)
{
	ASAN_UNPOISON_MEMORY_REGION(m->buf_addr, m->buf_len);
}

void __real_sl_stage_parse(struct sl_worker *w, struct sl_burst *b);
void __wrap_sl_stage_parse(struct sl_worker *w, struct sl_burst *b);

void __wrap_sl_stage_parse(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b)
		for (struct rte_mbuf *m = p->m; m; m = m->next)
			close_buffer(m);
	__real_sl_stage_parse(w, b);
}

void __real_sl_stage_protect(struct sl_worker *w, struct sl_burst *b);
void __wrap_sl_stage_protect(struct sl_worker *w, struct sl_burst *b);

void __wrap_sl_stage_protect(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b) {
		const struct sl_egress *egress = &p->flow->egress[p->component];
		unsigned before = 14 + (egress->vlan ? 4 : 0) + egress->header_len;
		unsigned behind = p->flow->out_key ? SL_CRYPTO_TAILROOM : 0;
		uint8_t *buffer = p->m->buf_addr, *from = p->op.data - before;

		DEMAND(from >= buffer);
		DEMAND(p->op.data + p->op.len + behind <= buffer + p->m->buf_len);
		ASAN_UNPOISON_MEMORY_REGION(from, before + p->op.len + behind);
	}
	__real_sl_stage_protect(w, b);
	SL_BURST_FOREACH (p, b)
		if (p->flow->out_key)
			authenticates(p);
}

/* Memory of others: how much of it is out, and packets that were given to the relay. */
static unsigned foreign;
static uint64_t given;

static void given_back(void *memory, void *context)
{
	DEMAND(foreign);
	foreign--;
	free(memory);
	free(context);
}

static void attach(struct rte_mbuf *m, uint16_t before, uint16_t len, uint16_t behind)
{
	uint16_t size = (uint16_t)(before + len + behind);
	struct rte_mbuf_ext_shared_info *info = malloc(sizeof(*info));
	uint8_t *bytes = malloc(size ? size : 1);

	DEMAND(info && bytes);
	info->free_cb = given_back;
	info->fcb_opaque = info;
	rte_mbuf_ext_refcnt_set(info, 1);
	rte_pktmbuf_attach_extbuf(m, bytes, RTE_BAD_IOVA, size, info);
	m->data_off = before;
	foreign++;
}

static struct rte_mbuf *buffer(void)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);

	DEMAND(m);
	open_buffer(m);
	return m;
}

/* The second half of a frame in a buffer of its own. */
static void split(struct rte_mbuf *m)
{
	struct rte_mbuf *rest = buffer();
	uint16_t half = m->data_len / 2;

	memcpy(rte_pktmbuf_append(rest, (uint16_t)(m->data_len - half)),
		rte_pktmbuf_mtod_offset(m, uint8_t *, half), (size_t)(m->data_len - half));
	m->data_len = half;
	m->next = rest;
	m->nb_segs = 2;
}

/* Somebody else's, who lets go of it when the relay has. */
static struct rte_mbuf *held[64];
static unsigned n_held;

void deliver(int port, unsigned queue, const uint8_t *frame, uint16_t len, enum delivery how)
{
	struct rte_mbuf *m = buffer();

	if (how == IN_FOREIGN_MEMORY)
		attach(m, RTE_PKTMBUF_HEADROOM, len, 64);
	else if (how == EXACT)
		attach(m, 0, len, 0);
	else if (how == WITHOUT_HEADROOM)
		m->data_off = 0;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
	m->data_len = len;
	m->pkt_len = len;
	if (how == IN_PIECES && len > 1)
		split(m);
	if (how == SHARED && n_held < RTE_DIM(held)) {
		rte_pktmbuf_refcnt_update(m, 1);
		held[n_held++] = m;
	}
	m->port = sl_ethdevs[port].dpdk_port;
	if (rte_ring_enqueue(relay.rx[port][queue], m) == 0)
		given++;
	else
		rte_pktmbuf_free(m);
}

static unsigned sum(const uint8_t *p, unsigned len, unsigned sum)
{
	for (unsigned i = 0; i < len; i++)
		sum += i & 1 ? p[i] : (unsigned)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* From the IP header on, `len` bytes: right lengths and checksums, and nothing behind. */
static void headers_are_sound(const uint8_t *ip, unsigned len, uint8_t tos)
{
	unsigned header = ip[0] >> 4 == 6 ? 40 : 20, udp_len = len - header;
	const uint8_t *udp = ip + header;

	DEMAND(len >= header + 8);
	if (header == 20) {
		DEMAND(ip[0] == 0x45 && ip[1] == tos && ip[9] == 17);
		DEMAND((unsigned)(ip[2] << 8 | ip[3]) == len);
		DEMAND(sum(ip, 20, 0) == 0xffff);
		DEMAND(sum(udp, udp_len, sum(ip + 12, 8, 17 + udp_len)) == 0xffff);
	} else {
		DEMAND(ip[6] == 17 && (unsigned)(ip[4] << 8 | ip[5]) == udp_len);
		DEMAND((uint8_t)(ip[0] << 4 | ip[1] >> 4) == tos);
		DEMAND(sum(udp, udp_len, sum(ip + 8, 32, 17 + udp_len)) == 0xffff);
	}
	DEMAND((unsigned)(udp[4] << 8 | udp[5]) == udp_len);
	DEMAND(udp[6] | udp[7]);
}

/* The party whom it is for by where it leaves, and the component. */
static struct party *receiver_of(
	int port, const struct sl_view *v, struct fuzz_call **call, int *from)
{
	for (unsigned k = 0; k < CALLS; k++)
		for (int i = 0; i < 2 && world[k].open; i++) {
			struct party *to = &world[k].party[i];
			const struct sl_address *a = &sl_addresses[to->at.slot];
			unsigned step = (unsigned)v->source_port - to->at.port;

			if (a->port != port || a->vlan != v->vlan || step > !world[k].mux ||
				memcmp(a->ip, v->source, 16) != 0)
				continue;
			DEMAND(v->destination_port == to->at.address.port + step);
			*call = &world[k];
			*from = !i;
			return to;
		}
	return NULL;
}

static bool is_known(const uint8_t *payload, unsigned len)
{
	uint64_t d = digest(payload, len);

	for (unsigned i = 0; i < n_known; i++)
		if (known[i] == d)
			return true;
	return false;
}

static void is_sound(int port, const struct rte_mbuf *m)
{
	static const uint8_t next_mac[6] = {2, 0, 0, 0, 0, 0x99};
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	struct fuzz_call *call = NULL;
	struct party *to;
	struct sl_view v;
	unsigned ether;
	int from = 0;

	DEMAND(m->nb_segs == 1 && m->pkt_len == m->data_len && rte_mbuf_refcnt_read(m) == 1);
	DEMAND(!(m->ol_flags & ~SL_BUFFER_FLAGS));
	DEMAND(sl_parse_frame(frame, m->data_len, &v) == SL_FORWARD && !v.fragment);
	DEMAND(memcmp(frame, next_mac, 6) == 0);
	DEMAND(memcmp(frame + 6, sl_ethdevs[port].mac, 6) == 0);
	ether = v.vlan ? 18 : 14;
	DEMAND(m->data_len - ether <= sl_ethdevs[port].mtu);
	to = receiver_of(port, &v, &call, &from);
	DEMAND(to && call->published[from] && !(call->nowhere));
	DEMAND(memcmp(v.destination, to->at.address.ip, 16) == 0);
	headers_are_sound(frame + ether, m->data_len - ether, call->tos[from]);
	if (call->flow[from]->out_key)
		DEMAND(is_known(frame + v.payload, v.payload_len));
}

static uint64_t left;

void check_output(void)
{
	struct rte_mbuf *m;

	for (int port = 0; port < PORTS; port++)
		for (unsigned q = 0; q < relay.workers; q++)
			while (rte_ring_dequeue(relay.tx[port][q], (void **)&m) == 0) {
				left++;
				is_sound(port, m);
				rte_pktmbuf_free(m);
			}
}

static uint64_t told(enum sl_verdict v)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < sl_n_workers; i++)
		n += sl_workers[i].stats.verdicts[v];
	return n;
}

static int live_before = -1;

void check_begin(void)
{
	if (live_before < 0)
		live_before = live;
	n_sent = n_known = 0;
	given = left = 0;
	for (unsigned i = 0; i < sl_n_workers; i++) {
		memset(&sl_workers[i].stats, 0, sizeof(sl_workers[i].stats));
		memset(&sl_workers[i].burst, 0, sizeof(sl_workers[i].burst));
		sl_workers[i].turns = 0;
		sl_workers[i].events_lost = 0;
	}
}

/* Every packet is told of once, and everything has gone back to where it was from. */
void check_end(void)
{
	struct sl_drop_sample samples[64];
	struct sl_event events[64];
	uint64_t all = 0;

	while (sl_events_take(events, 64) || sl_drop_samples_take(samples, 64))
		;
	for (int v = 0; v < SL_VERDICTS; v++)
		all += told((enum sl_verdict)v);
	DEMAND(all == given);
	DEMAND(told(SL_FORWARD) == left);
	while (n_held)
		rte_pktmbuf_free(held[--n_held]);
	DEMAND(foreign == 0);
	DEMAND(buffers_in_use() == 0);
	sl_pools_fill();
	DEMAND(live == live_before);
}
