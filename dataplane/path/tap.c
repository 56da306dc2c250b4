/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/tap.h"

#include <string.h>

#include "dataplane/base/clock.h"
#include "dataplane/base/media_address.h"
#include "dataplane/base/shared.h"
#include "dataplane/path/probe.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

static const char *const stages[SL_STAGE_COUNT] = {
#define X(id, name) name,
	SL_STAGES(X)
#undef X
};

static const char *const reasons[SL_VERDICTS] = {
#define X(id, label, text) [SL_DROP_##id] = label,
	SL_DROP_REASONS(X)
#undef X
};

const struct sl_tap_record *sl_tap_peek(const struct sl_tap *tap, unsigned worker)
{
	const struct sl_tap_ring *ring = &tap->ring[worker];

	if (__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == ring->tail)
		return NULL;
	return &ring->records[ring->tail % SL_TAP_RECORDS];
}

void sl_tap_done(struct sl_tap *tap, unsigned worker)
{
	__atomic_store_n(&tap->ring[worker].tail, tap->ring[worker].tail + 1, __ATOMIC_RELEASE);
}

uint64_t sl_tap_lost(const struct sl_tap *tap)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < SL_MAX_WORKERS; i++)
		lost += SL_SHARED_GET(tap->ring[i].lost);
	return lost;
}

/* The watched port that a packet is for, or NULL. */
static const struct sl_tap_port *find(const struct sl_tap_ports *ports, const struct sl_packet *p)
{
	uint16_t port = p->view.destination_port;
	int slot;

	if (!p->view.ports || !(ports->bitmap[port >> 3] & 1 << (port & 7)))
		return NULL;
	slot = sl_address_find(
		sl_ethdev_by_dpdk[p->m->port], p->view.vlan, p->view.destination, port);
	for (unsigned i = 0; slot >= 0 && i < ports->n; i++)
		if (ports->port[i].udp_port == port && ports->port[i].slot == slot)
			return &ports->port[i];
	return NULL;
}

static void keep(struct sl_tap_frame *frame, const void *data, uint16_t len, uint64_t at)
{
	frame->at = at;
	frame->len = len;
	frame->kept = len < SL_TAP_FRAME ? len : SL_TAP_FRAME;
	memcpy(frame->data, data, frame->kept);
}

/* A record of the ring, to be filled. NULL: it is full. */
static struct sl_tap_record *take(struct sl_tap_ring *ring)
{
	uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);

	if (ring->filled - tail == SL_TAP_RECORDS) {
		SL_SHARED_ADD(ring->lost, 1);
		return NULL;
	}
	return &ring->records[ring->filled++ % SL_TAP_RECORDS];
}

static void note(struct sl_worker *w, struct sl_packet *p, uint64_t now)
{
	const struct sl_tap *tap = w->tap;
	struct sl_tap_ring *ring = &w->tap->ring[w->index];
	const struct sl_tap_ports *ports = __atomic_load_n(&tap->ports, __ATOMIC_ACQUIRE);
	const struct sl_tap_port *port = find(ports, p);
	struct sl_tap_record *r = port ? take(ring) : NULL;

	if (!r)
		return;
	r->buffer = p->m;
	r->cookie = port->cookie;
	r->elsewhere = r->ended = false;
	r->verdict = SL_FORWARD;
	r->payload = r->payload_len = 0;
	if (p->verdict == SL_FORWARD && !p->view.fragment) {
		r->payload = p->view.payload;
		r->payload_len = p->view.payload_len;
	}
	r->frame[SL_TAP_CLEAR].len = r->frame[SL_TAP_SENT].len = 0;
	keep(&r->frame[SL_TAP_RECEIVED], rte_pktmbuf_mtod(p->m, void *), p->m->data_len, now);
	p->record = (uint16_t)((ring->filled - 1) % SL_TAP_RECORDS + 1);
}

void sl_tap_begin(struct sl_worker *w, struct sl_burst *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		b->packet[i].record = 0;
		b->packet[i].left = false;
		if (w->tap)
			note(w, &b->packet[i], b->now);
	}
}

static struct sl_tap_record *record_of(const struct sl_worker *w, const struct sl_packet *p)
{
	struct sl_tap_ring *ring = &w->tap->ring[w->index];

	return &ring->records[p->record - 1];
}

/* Behind these two stages a packet is in clear, or as it will be on the wire. */
static void copy(struct sl_worker *w, const struct sl_packet *p, enum sl_stage stage)
{
	struct sl_tap_record *r = record_of(w, p);

	if (stage == SL_STAGE_UNPROTECT && w->tap->clear)
		keep(&r->frame[SL_TAP_CLEAR], p->op.data, p->op.len, w->burst.now);
	if (stage == SL_STAGE_REWRITE)
		keep(&r->frame[SL_TAP_SENT], rte_pktmbuf_mtod(p->m, void *), p->m->data_len,
			sl_clock());
}

static void end(struct sl_worker *w, const struct sl_packet *p, enum sl_stage stage)
{
	struct sl_tap_record *r = record_of(w, p);
	bool dropped = p->verdict < SL_VERDICTS && p->verdict != SL_FORWARD;

	if (r->ended) /* the device has refused it already */
		return;
	r->ended = true;
	r->stage = (uint8_t)stage;
	r->verdict = dropped ? p->verdict : SL_FORWARD;
	r->elsewhere = !dropped && stage != SL_STAGE_TX;
	if (dropped)
		r->frame[SL_TAP_SENT].len = 0;
}

/* Does its way end here? Behind `tx` it does for all. A packet that waits for the second round goes
 * on. */
static bool leaves(const struct sl_packet *p, enum sl_stage stage)
{
	if (p->left || p->verdict == SL_DEFERRED)
		return false;
	return p->verdict != SL_FORWARD || stage == SL_STAGE_TX;
}

static void leave(struct sl_worker *w, struct sl_packet *p, enum sl_stage stage)
{
	p->left = true;
	if (p->verdict < SL_VERDICTS && p->verdict != SL_FORWARD)
		sl_probe_drop(w->index, stages[stage], reasons[p->verdict],
			p->view.ports ? p->view.destination_port : 0);
	if (w->tap && p->record)
		end(w, p, stage);
}

void sl_tap_stage(struct sl_worker *w, struct sl_burst *b, enum sl_stage stage)
{
	unsigned on_their_way = 0;

	for (unsigned i = 0; i < b->n; i++) {
		struct sl_packet *p = &b->packet[i];

		on_their_way += p->verdict == SL_FORWARD;
		if (leaves(p, stage))
			leave(w, p, stage);
		else if (w->tap && p->record && p->verdict == SL_FORWARD)
			copy(w, p, stage);
	}
	sl_probe_stage(w->index, stages[stage], on_their_way);
}

/* The newest record of it counts: an earlier one is of a packet that had the buffer before. */
static void refuse(struct sl_tap_ring *ring, const struct rte_mbuf *m, enum sl_verdict verdict)
{
	for (uint32_t i = ring->filled; i != ring->head; i--) {
		struct sl_tap_record *r = &ring->records[(i - 1) % SL_TAP_RECORDS];

		if (r->buffer != m)
			continue;
		if (r->verdict == SL_FORWARD && !r->elsewhere) {
			r->ended = true;
			r->verdict = verdict;
			r->stage = SL_STAGE_TX;
			r->frame[SL_TAP_SENT].len = 0;
		}
		return;
	}
}

void sl_tap_refused(
	struct sl_worker *w, struct rte_mbuf *const *m, unsigned n, enum sl_verdict verdict)
{
	for (unsigned i = 0; i < n; i++)
		refuse(&w->tap->ring[w->index], m[i], verdict);
}

void sl_tap_publish(struct sl_worker *w)
{
	struct sl_tap_ring *ring = &w->tap->ring[w->index];

	__atomic_store_n(&ring->head, ring->filled, __ATOMIC_RELEASE);
}
