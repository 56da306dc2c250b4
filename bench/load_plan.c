/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/load.h"
#include "bench/load_packet.h"
#include "bench/load_route.h"

enum {
	HEAD_UNTOUCHED = 32, /* packets before loss, duplicates, reordering begin */
	SWAP_MAX = 8,        /* reordering distance, packets */
	BAD_FIRST = 40,
	BAD_EVERY = 25,
	REPLAY_BEHIND = 20,      /* inside any window */
	REPLAY_OLD_BEHIND = 350, /* outside a window of 128 */
	TWIN_STEP = 0x4000,      /* sequence numbers; less than half their space */
};

static bool percent(unsigned share)
{
	return (unsigned)(random() % 100) < share;
}

static void make_order(const struct sl_load_options *opt, struct sl_stream *stream)
{
	uint32_t total = opt->packets + opt->after_delete;

	for (uint32_t i = 0; i < total; i++)
		stream->plan[i] = i;
	for (uint32_t i = HEAD_UNTOUCHED; i + SWAP_MAX < opt->packets; i++) {
		uint32_t other = i + 1 + (uint32_t)random() % SWAP_MAX;

		if (!percent(opt->reorder))
			continue;
		uint32_t number = stream->plan[i];
		stream->plan[i] = stream->plan[other];
		stream->plan[other] = number;
		i = other;
	}
	for (uint32_t i = 0; i < total; i++)
		stream->position[stream->plan[i]] = i;
	for (uint32_t i = HEAD_UNTOUCHED; i < opt->packets; i++) {
		if (percent(opt->loss))
			stream->plan[i] |= SL_PLAN_LOST;
		else if (opt->leg[stream->dir].suite->key_len && percent(opt->dup))
			stream->plan[i] |= SL_PLAN_DUP;
	}
	for (uint32_t i = 0; i < opt->packets; i++)
		stream->rtp.expected += !(stream->plan[i] & SL_PLAN_LOST);
}

static bool make_stream(struct sl_load *load, unsigned call, unsigned dir)
{
	const struct sl_load_options *opt = &load->opt;
	struct sl_stream *stream = &load->calls[call].stream[dir];
	uint32_t total = opt->packets + opt->after_delete;

	*stream = (struct sl_stream){.call = call, .dir = (uint8_t)dir};
	stream->ssrc = (uint32_t)random() ^ call << 1 ^ dir;
	stream->ts_start = (uint32_t)random();
	stream->seq_start = (uint16_t)(opt->seq_start < 0 ? random() & 0x7fff : opt->seq_start);
	stream->plan = calloc(total + 1, sizeof(*stream->plan));
	stream->position = calloc(total + 1, sizeof(*stream->position));
	stream->sent_ns = calloc(total + 1, sizeof(*stream->sent_ns));
	stream->seen = calloc(total / 64 + 1, sizeof(*stream->seen));
	stream->rtcp_seen = calloc(load->rtcp_packets / 64 + 1, sizeof(*stream->rtcp_seen));
	if (!stream->plan || !stream->position || !stream->sent_ns || !stream->seen ||
		!stream->rtcp_seen)
		return false;
	stream->rtcp.expected = load->rtcp_packets;
	make_order(opt, stream);
	return true;
}

static size_t arena_bytes(const struct sl_load *load)
{
	const struct sl_load_options *opt = &load->opt;

	return (size_t)opt->calls * 2 * (opt->packets + opt->after_delete) * load->tx_slot;
}

int sl_plan_make(struct sl_load *load)
{
	const struct sl_load_options *opt = &load->opt;

	srandom((unsigned)load->seed);
	load->rtcp_packets = 0;
	if (opt->rtcp_ms)
		load->rtcp_packets =
			(unsigned)((uint64_t)opt->packets * 1000 / opt->pps / opt->rtcp_ms);
	/* Two bytes of length, the packet, and room for libsrtp to append. */
	load->tx_slot = 2 + SL_PACKET_RTP_HEADER + opt->payload + SRTP_MAX_TRAILER_LEN;
	for (unsigned call = 0; call < opt->calls; call++)
		for (unsigned dir = 0; dir < 2; dir++)
			if (!make_stream(load, call, dir))
				return -ENOMEM;
	return 0;
}

static uint8_t *arena_slot(
	const struct sl_load *load, const struct sl_stream *stream, uint32_t number)
{
	uint64_t total = load->opt.packets + load->opt.after_delete;

	return load->tx_arena + ((stream->call * 2 + stream->dir) * total + number) * load->tx_slot;
}

static unsigned protect(struct sl_session *session, uint8_t *data, unsigned len)
{
	if (session && sl_session_protect(session, false, data, &len) != SL_SESSION_OK)
		return 0;
	return len;
}

unsigned sl_plan_packet(struct sl_load *load, struct sl_stream *stream, uint32_t number,
	uint8_t *scratch, uint8_t **data)
{
	uint16_t len;

	if (load->tx_arena) {
		uint8_t *slot = arena_slot(load, stream, number);

		memcpy(&len, slot, sizeof(len));
		*data = slot + sizeof(len);
		return len;
	}
	*data = scratch;
	return protect(load->calls[stream->call].leg[stream->dir].tx, scratch,
		sl_packet_rtp(load, stream, number, scratch));
}

/* The stream's own key, walked to the index of `number` with packets that are never sent. */
static unsigned protect_as_twin(struct sl_load *load, struct sl_stream *stream, uint32_t number,
	const struct sl_load_key *key, uint8_t *data)
{
	const struct sl_load_suite *suite = load->opt.leg[stream->dir].suite;
	struct sl_session *session = suite->key_len ? sl_session_new(suite, key, false) : NULL;
	uint8_t step[SL_PACKET_MAX];

	for (uint32_t i = 0; session && i < number; i += TWIN_STEP)
		protect(session, step, sl_packet_rtp(load, stream, i, step));
	unsigned len =
		protect(session, data, sl_packet_rtp(load, stream, number | SL_PACKET_ROGUE, data));
	sl_session_free(session);
	return len;
}

static uint16_t closed_port(const struct sl_load *load, uint16_t near)
{
	for (unsigned step = 2; step < 65536; step += 2) {
		uint16_t port = (uint16_t)((near & ~1u) + step);

		bool open = port < 1024;

		for (unsigned i = 0; i < 2 * load->n_relays; i++) {
			const uint32_t *route = &load->route[i % 2][i / 2 * 65536 + port];

			open |= route[0] || route[1];
		}
		if (!open)
			return port;
	}
	return 9;
}

static bool make_bad(struct sl_load *load, struct sl_stream *stream, uint32_t after, unsigned kind)
{
	struct sl_bad_packet *bad = &load->bad[load->bad_count];
	struct sl_leg *leg = &load->calls[stream->call].leg[stream->dir];
	struct sl_load_key key = leg->tx_key;
	uint8_t *sent;

	*bad = (struct sl_bad_packet){.kind = (uint8_t)kind,
		.after = after,
		.to = leg->relay,
		.stream = stream->call * 2 + stream->dir};
	if (!leg->tx && kind != SL_INJECT_WRONG_SOURCE && kind != SL_INJECT_CLOSED)
		return true;
	if (kind == SL_INJECT_REPLAY || kind == SL_INJECT_REPLAY_OLD) {
		uint32_t behind = kind == SL_INJECT_REPLAY ? REPLAY_BEHIND : REPLAY_OLD_BEHIND;

		if (after < behind + HEAD_UNTOUCHED)
			return true;
		uint32_t number = after - behind;
		while (number && stream->plan[stream->position[number]] & SL_PLAN_LOST)
			number--;
		bad->len = (uint16_t)sl_plan_packet(load, stream, number, NULL, &sent);
		memcpy(bad->data, sent, bad->len);
	} else {
		if (kind == SL_INJECT_WRONG_KEY)
			sl_load_key_random(&key);
		if (kind == SL_INJECT_CLOSED)
			bad->to.sin6_port = htons(closed_port(load, ntohs(bad->to.sin6_port)));
		bad->len = (uint16_t)protect_as_twin(load, stream, after + 1, &key, bad->data);
	}
	load->bad_count++;
	return bad->len;
}

static int make_all_bad(struct sl_load *load)
{
	const struct sl_load_options *opt = &load->opt;
	size_t most = (size_t)opt->calls * 2 * (opt->packets / BAD_EVERY + 1);

	load->bad = calloc(most, sizeof(*load->bad));
	if (!load->bad)
		return -ENOMEM;
	for (unsigned i = 0; i < opt->calls * 2; i++) {
		struct sl_stream *stream = &load->calls[i / 2].stream[i % 2];
		unsigned kind = i;

		for (uint32_t at = BAD_FIRST; at + BAD_EVERY < opt->packets; at += BAD_EVERY)
			if (!make_bad(load, stream, at, kind++ % SL_INJECT_KINDS))
				return -EIO;
	}
	return 0;
}

int sl_plan_protect(struct sl_load *load)
{
	const struct sl_load_options *opt = &load->opt;
	uint32_t total = opt->packets + opt->after_delete;

	if (!total || opt->live)
		return 0;
	if (arena_bytes(load) >> 20 > opt->memory_mb / 2) {
		load->opt.live = true;
		return opt->bad || opt->dup ? -EFBIG : 0;
	}
	void *arena = mmap(NULL, arena_bytes(load), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		return -ENOMEM;
	load->tx_arena = arena;
	for (unsigned i = 0; i < opt->calls * 2; i++) {
		struct sl_stream *stream = &load->calls[i / 2].stream[i % 2];

		for (uint32_t number = 0; number < total; number++) {
			uint8_t *slot = arena_slot(load, stream, number);
			uint16_t len = (uint16_t)protect(load->calls[i / 2].leg[i % 2].tx, slot + 2,
				sl_packet_rtp(load, stream, number, slot + 2));

			if (!len)
				return -EIO;
			memcpy(slot, &len, sizeof(len));
		}
	}
	return opt->bad ? make_all_bad(load) : 0;
}

void sl_plan_free(struct sl_load *load)
{
	if (load->tx_arena)
		munmap(load->tx_arena, arena_bytes(load));
	load->tx_arena = NULL;
	free(load->bad);
	load->bad = NULL;
	load->bad_count = 0;
	for (unsigned i = 0; i < load->opt.calls * 2; i++) {
		struct sl_stream *stream = &load->calls[i / 2].stream[i % 2];

		free(stream->plan);
		free(stream->position);
		free(stream->sent_ns);
		free(stream->seen);
		free(stream->rtcp_seen);
		*stream = (struct sl_stream){0};
	}
}
