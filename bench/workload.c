/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/workload.h"

#include <rte_byteorder.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/handoff/flow_new.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/parse.h"
#include "dataplane/path/pinhole.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/worker.h"

enum { IN, OUT, UPDATES = 512, RUN = 8 };

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x99};

static void die(const char *what)
{
	fprintf(stderr, "workload: %s\n", what);
	exit(1);
}

/* splitmix64 */
static uint64_t mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static enum sl_suite suite_of(const struct work *work, unsigned f, int side)
{
	const struct work_suites *s = work->spec.suites;

	return s->pair[f % s->n][side];
}

/* Returns the master key of a flow's incoming or outgoing leg, each time the same. */
static struct sl_master master_of(const struct work *work, unsigned f, int side)
{
	struct sl_master m = {.suite = suite_of(work, f, side)};
	uint64_t state = (uint64_t)f << 1 | (unsigned)side;

	for (unsigned i = 0; i < sizeof(m.key); i++)
		m.key[i] = (uint8_t)mix(&state);
	for (unsigned i = 0; i < sizeof(m.salt); i++)
		m.salt[i] = (uint8_t)mix(&state);
	return m;
}

static struct sl_key *key_of(
	const struct work *work, const struct sl_crypto_backend *backend, unsigned f, int side)
{
	struct sl_master m = master_of(work, f, side);
	struct sl_key *key = NULL;

	if (m.suite && backend->key_new(&key, &m) != 0)
		die("no memory for keys");
	return key;
}

/* The far endpoints: 10.x.y.z sends flow x.y.z, 11.x.y.z receives it. */
static struct sl_endpoint endpoint(unsigned f, int side, uint16_t port)
{
	return (struct sl_endpoint){
		.ip = {[10] = 0xff,
			0xff,
			(uint8_t)(10 + side),
			(uint8_t)(f >> 16),
			(uint8_t)(f >> 8),
			(uint8_t)f},
		.port = port,
	};
}

void work_addresses(unsigned flows)
{
	for (unsigned n = 0; n * WORK_FLOWS_PER_ADDRESS < flows + WORK_CHURN; n++) {
		struct sl_address_config address = {
			.ip = {[10] = 0xff, 0xff, 192, 0, 2, (uint8_t)n},
			.prefix = 24,
			.port_min = WORK_PORT_MIN,
			.port_max = WORK_PORT_MAX,
		};
		struct sl_error error = {0};
		uint8_t slot;

		if (sl_address_add(0, &address, &slot, &error) != 0)
			die(error.text);
	}
	sl_nexthop_set(&sl_nexthops[1], mac);
}

static size_t stride_of(const struct work_spec *spec)
{
	return RTE_ALIGN(sizeof(struct work_packet) + WORK_HEADERS + WORK_RTP + spec->payload +
				 SL_CRYPTO_TAILROOM,
		64);
}

uint64_t work_memory(const struct work_spec *spec)
{
	uint64_t per_flow = sizeof(struct sl_flow) + 2 * 1280 + 512 + 64;

	return (spec->flows + WORK_CHURN) * per_flow +
	       (uint64_t)spec->workers * spec->packets * stride_of(spec);
}

static struct sl_flow *make_flow(const struct work *work, unsigned f)
{
	uint8_t slot = (uint8_t)(f / WORK_FLOWS_PER_ADDRESS);
	uint16_t port = (uint16_t)(WORK_PORT_MIN + 2 * (f % WORK_FLOWS_PER_ADDRESS));
	struct sl_flow_spec spec = {
		.in_suite = suite_of(work, f, IN),
		.out_suite = suite_of(work, f, OUT),
		.in_key = key_of(work, work->spec.backend, f, IN),
		.out_key = key_of(work, work->spec.backend, f, OUT),
		.in_slot = slot,
		.out_slot = slot,
		.tos = 0xb8,
	};

	for (uint16_t c = 0; c < SL_COMPONENTS; c++) {
		spec.in_port[c] = spec.out_port[c] = port + c;
		spec.source[c] = endpoint(f, IN, 5000 + c);
		spec.destination[c] = endpoint(f, OUT, 6000 + c);
		spec.nexthop[c] = 1;
	}

	struct sl_flow *flow = sl_flow_new(&spec);

	if (!flow)
		die("no memory for flows");
	return flow;
}

/* All flows, a piece at a time: open, or closed. */
static void exchange(struct work *work, bool open)
{
	struct sl_flow_update x[UPDATES];

	for (unsigned f = 0, n; f < work->spec.flows; f += n) {
		for (n = 0; n < UPDATES && f + n < work->spec.flows; n++) {
			struct sl_flow *flow = work->flow[f + n].flow;

			x[n] = (struct sl_flow_update){
				.flow = open ? flow : NULL, .old = open ? NULL : flow};
		}

		int err = sl_flows_update(x, n);

		if (err)
			die(strerror(-err));
	}
}

static void fill_rtp(const struct work *work, unsigned f, uint16_t seq, uint8_t *rtp)
{
	uint32_t ssrc = work->flow[f].ssrc;
	uint8_t header[WORK_RTP] = {0x80, 8, (uint8_t)(seq >> 8), (uint8_t)seq, 0, 0, 0, 0,
		(uint8_t)(ssrc >> 24), (uint8_t)(ssrc >> 16), (uint8_t)(ssrc >> 8), (uint8_t)ssrc};

	memcpy(rtp, header, sizeof(header));
	for (unsigned i = 0; i < work->spec.payload; i++)
		rtp[WORK_RTP + i] = (uint8_t)(seq * 31u + f + i);
}

/* The next packet of a flow, protected as its sender would. */
static void make_packet(struct work *work, unsigned f, struct work_packet *p)
{
	struct work_flow *wf = &work->flow[f];
	const struct sl_flow *flow = wf->flow;
	struct sl_endpoint from = endpoint(f, IN, 5000);
	struct sl_endpoint to = {.port = flow->local[SL_RTP].port};
	struct sl_egress header;
	struct sl_crypto_op op =
				    {
					    .data = p->frame + WORK_HEADERS,
					    .key = flow->in_key,
					    .index = wf->next,
					    .ssrc = wf->ssrc,
					    .len = WORK_RTP + work->spec.payload,
					    .header_len = WORK_RTP,
				    },
			    *ops = &op;

	p->flow = f;
	p->seq = wf->next++;
	fill_rtp(work, f, p->seq, op.data);
	if (op.key)
		work->spec.backend->rtp_protect(work->maker, &ops, 1);
	memcpy(to.ip, sl_addresses[flow->local[SL_RTP].slot].ip, 16);
	sl_egress_build(&header, &from, &to, 0xb8);
	memcpy(p->frame, mac, 6);
	memcpy(p->frame + 6, mac, 6);
	p->frame[12] = 0x08;
	p->frame[13] = 0x00;
	sl_rewrite(&header, op.data, op.len);
	p->len = WORK_HEADERS + op.len;
}

static void shuffle(struct work *work, uint32_t *of, unsigned n)
{
	for (unsigned i = n; i > 1; i--) {
		unsigned j = (unsigned)(mix(&work->random) % i);
		uint32_t t = of[i - 1];

		of[i - 1] = of[j];
		of[j] = t;
	}
}

/* Which flow of `n` sends packet i of the lap. */
static uint32_t draw(struct work *work, unsigned i, const uint32_t *of, unsigned n, uint32_t last)
{
	switch (work->spec.arrival) {
	case WORK_PERIODIC:
		return of[i % n];
	case WORK_BURSTY:
		return i % RUN ? last : of[mix(&work->random) % n];
	default:
		return of[mix(&work->random) % n];
	}
}

static void make_lap(struct work *work, unsigned worker)
{
	uint32_t *of = calloc(work->spec.flows, sizeof(*of)), f = 0;
	unsigned n = 0;

	work->lap[worker] = rte_malloc("lap", work->spec.packets * work->stride, 64);
	if (!work->lap[worker] || !of)
		die("no memory for the lap's packets");
	for (unsigned i = 0; i < work->spec.flows; i++)
		if (work->flow[i].flow->worker == worker)
			of[n++] = i;
	shuffle(work, of, n);
	for (unsigned i = 0; i < work->spec.packets; i++) {
		f = draw(work, i, of, n, f);
		make_packet(work, f, work_packet(work, worker, i));
	}
	free(of);
}

/* The flow knows the SSRC from the start: its history has room for one without a page. */
static void hear(struct sl_flow *flow, uint32_t ssrc)
{
	const struct sl_stream_keys keys = sl_flow_keys(flow, NULL);

	sl_streams_admit(&flow->streams, &keys, ssrc, 0);
}

void work_open(struct work *work, const struct work_spec *spec)
{
	*work = (struct work){.spec = *spec, .stride = stride_of(spec), .random = 42};
	work->flow = calloc(spec->flows, sizeof(*work->flow));
	work->lap = calloc(spec->workers, sizeof(*work->lap));
	work->maker = spec->backend->open();
	if (!work->flow || !work->lap || !work->maker)
		die("no memory");
	for (unsigned f = 0; f < spec->flows; f++) {
		struct work_flow *wf = &work->flow[f];

		wf->flow = make_flow(work, f);
		wf->ssrc = (uint32_t)mix(&work->random);
		wf->first = wf->next = (uint16_t)(1 + mix(&work->random) % 1000);
		hear(wf->flow, wf->ssrc);
	}
	for (unsigned w = 0; w < spec->workers; w++)
		make_lap(work, w);
	exchange(work, true);
}

static void give_up(struct work *work, struct sl_flow *const flow[2])
{
	struct sl_flow_update x[2] = {{.old = flow[0]}, {.old = flow[1]}};

	if (sl_flows_update(x, 2) != 0)
		die("a call could not be ended");
	for (unsigned i = 0; i < 2; i++) {
		struct sl_key *keys[2] = {flow[i]->in_key, flow[i]->out_key};

		sl_flow_free(flow[i]);
		work->spec.backend->key_free(keys[0]);
		work->spec.backend->key_free(keys[1]);
	}
}

void work_churn(struct work *work, unsigned i)
{
	unsigned at = 2 * i % WORK_CHURN;
	struct sl_flow **flow = &work->churn[at];
	struct sl_flow_update x[2] = {0};

	if (flow[0])
		give_up(work, flow);
	for (unsigned k = 0; k < 2; k++)
		x[k].flow = flow[k] = make_flow(work, work->spec.flows + at + k);
	if (sl_flows_update(x, 2) != 0)
		die("a call could not be set up");
}

void work_churn_end(struct work *work)
{
	for (unsigned at = 0; at < WORK_CHURN; at += 2)
		if (work->churn[at])
			give_up(work, &work->churn[at]);
	memset(work->churn, 0, sizeof(work->churn));
}

void work_close(struct work *work)
{
	exchange(work, false);
	for (unsigned f = 0; f < work->spec.flows; f++) {
		work->spec.backend->key_free(work->flow[f].flow->in_key);
		work->spec.backend->key_free(work->flow[f].flow->out_key);
		sl_flow_free(work->flow[f].flow);
	}
	for (unsigned w = 0; w < work->spec.workers; w++)
		rte_free(work->lap[w]);
	work->spec.backend->close(work->maker);
	free(work->flow);
	free(work->lap);
}

void work_rewind(struct work *work, unsigned worker)
{
	for (unsigned f = 0; f < work->spec.flows; f++) {
		struct work_flow *wf = &work->flow[f];
		struct sl_stream *live = &wf->flow->streams.first;

		if (wf->flow->worker != worker)
			continue;
		live->in = live->out = (struct sl_replay){0};
		sl_replay_commit(&live->in, wf->first - 1u);
		sl_replay_commit(&live->out, wf->first - 1u);
	}
}

/* With the oracle's key, whichever backend the workers use. */
static bool unprotect(
	const struct work *work, unsigned f, uint16_t seq, uint8_t *rtp, uint16_t *len)
{
	const struct sl_crypto_backend *oracle = &sl_crypto_srtp2;
	struct sl_key *key = key_of(work, oracle, f, OUT);
	struct sl_crypto *crypto = oracle->open();
	struct sl_crypto_op op =
				    {
					    .data = rtp,
					    .key = key,
					    .index = seq,
					    .ssrc = work->flow[f].ssrc,
					    .len = *len,
					    .header_len = WORK_RTP,
				    },
			    *ops = &op;

	if (key && crypto)
		oracle->rtp_unprotect(crypto, &ops, 1);
	*len = op.len;
	oracle->key_free(key);
	oracle->close(crypto);
	return op.verdict == SL_FORWARD;
}

bool work_verify(const struct work *work, const uint8_t *frame, uint16_t len)
{
	uint8_t rtp[2048], want[2048];
	struct sl_view view;

	if (sl_parse_frame(frame, len, &view) != SL_FORWARD || view.payload_len < WORK_RTP)
		return false;

	unsigned f = view.destination[13] << 16 | view.destination[14] << 8 | view.destination[15];
	struct sl_endpoint to = endpoint(f, OUT, 6000);
	uint16_t n = view.payload_len;

	if (f >= work->spec.flows || memcmp(view.destination, to.ip, 16) != 0 ||
		view.destination_port != to.port)
		return false;
	memcpy(rtp, frame + view.payload, n);

	uint16_t seq = (uint16_t)(rtp[2] << 8 | rtp[3]);

	fill_rtp(work, f, seq, want);
	return unprotect(work, f, seq, rtp, &n) && n == WORK_RTP + work->spec.payload &&
	       memcmp(rtp, want, n) == 0;
}
