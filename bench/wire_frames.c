/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/load_packet.h"
#include "bench/wire.h"
#include "sluice/drop.h"

enum { CHUNK = 64 }; /* packets that are protected at once */

bool wire_frames_open(struct wire *wire)
{
	const char *why = "no memory";

	wire->backend = sl_crypto_select("auto", &why);
	wire->crypto = wire->backend ? wire->backend->open() : NULL;
	if (!wire->crypto)
		fprintf(stderr, "SRTP: %s\n", why);
	return wire->crypto;
}

void wire_frames_close(struct wire *wire)
{
	for (unsigned i = 0; i < wire->n_streams; i++)
		wire->backend->key_free(wire->streams[i].key);
	wire->backend->close(wire->crypto);
}

static enum sl_suite suite_named(const char *name)
{
	enum sl_suite suite = SL_SUITE_NONE;

	while (suite < SL_SUITE_COUNT && strcmp(sl_suites[suite].name, name) != 0)
		suite++;
	return suite;
}

/* The key that a leg sends with. */
static bool set_key(struct wire *wire, const struct sl_stream *stream, struct sl_key **key)
{
	const struct sl_load *load = wire->load;
	const struct sl_leg *leg = &load->calls[stream->call].leg[stream->dir];
	struct sl_master master = {.suite = suite_named(load->opt.leg[stream->dir].suite->name)};
	const struct sl_suite_info *info = &sl_suites[master.suite];

	wire->backend->key_free(*key);
	*key = NULL;
	if (!master.suite)
		return true;
	memcpy(master.key, leg->tx_key.bytes, info->key_len);
	memcpy(master.salt, leg->tx_key.bytes + info->key_len, info->salt_len);
	return wire->backend->key_new(key, &master) == 0;
}

bool wire_streams_init(struct wire *wire)
{
	srandom((unsigned)wire->load->seed);
	for (unsigned i = 0; i < wire->n_streams; i++) {
		struct sl_stream *stream = &wire->load->calls[i / 2].stream[i % 2];

		*stream = (struct sl_stream){.call = i / 2, .dir = (uint8_t)(i % 2)};
		wire->streams[i].base = 0;
		stream->ssrc = (uint32_t)random() ^ i;
		stream->ts_start = (uint32_t)random();
		stream->seq_start = (uint16_t)(random() & 0x7fff);
		if (!set_key(wire, stream, &wire->streams[i].key))
			return false;
	}
	return true;
}

static uint16_t header_sum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static uint8_t *put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

/* Ethernet, IPv4, and UDP without a checksum, as RFC 768 allows: no receiver pays for one. */
static void put_headers(
	const struct wire *wire, const struct sl_stream *stream, unsigned len, uint8_t *frame)
{
	const struct sl_load *load = wire->load;
	const struct sl_leg *leg = &load->calls[stream->call].leg[stream->dir];
	uint8_t *ip = frame + 14, *udp = ip + 20;

	memcpy(frame, wire->opt.relay_mac, 6);
	memcpy(frame + 6, wire->own_mac, 6);
	put16(frame + 12, 0x0800);
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, 28 + len);
	ip[6] = 0x40; /* don't fragment */
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, &wire->address[stream->dir], 4);
	memcpy(ip + 16, &leg->relay.sin6_addr.s6_addr[12], 4);
	put16(ip + 10, header_sum(ip));
	put16(udp, load->opt.leg[stream->dir].port + stream->call * 2);
	memcpy(udp + 2, &leg->relay.sin6_port, 2);
	put16(udp + 4, 8 + len);
	put16(udp + 6, 0);
}

/* Packet `i` of the trial as it is before protection. */
static struct sl_crypto_op make_plain(struct wire *wire, uint64_t i)
{
	unsigned number = (unsigned)(i / wire->n_streams), index = (unsigned)(i % wire->n_streams);
	const struct sl_stream *stream = &wire->load->calls[index / 2].stream[index % 2];
	const struct wire_stream *of = &wire->streams[index];
	struct wire_slot *slot = wire_slot(wire, i);
	uint8_t *packet = slot->frame + WIRE_HEADERS;

	slot->sent = 0;
	slot->got = false;
	return (struct sl_crypto_op){
		.data = packet,
		.key = of->key,
		.index = (uint64_t)stream->seq_start + of->base + number,
		.ssrc = stream->ssrc,
		.len = (uint16_t)sl_packet_rtp(wire->load, stream, of->base + number, packet),
		.header_len = SL_PACKET_RTP_HEADER,
	};
}

static bool make_frames(struct wire *wire, uint64_t first, unsigned n)
{
	struct sl_crypto_op op[CHUNK], *keyed[CHUNK];
	unsigned n_keyed = 0;
	bool ok = true;

	for (unsigned k = 0; k < n; k++) {
		op[k] = make_plain(wire, first + k);
		if (op[k].key)
			keyed[n_keyed++] = &op[k];
	}
	wire->backend->rtp_protect(wire->crypto, keyed, n_keyed);
	for (unsigned k = 0; k < n; k++) {
		unsigned index = (unsigned)((first + k) % wire->n_streams);
		struct wire_slot *slot = wire_slot(wire, first + k);

		ok &= op[k].verdict == SL_FORWARD;
		put_headers(wire, &wire->load->calls[index / 2].stream[index % 2], op[k].len,
			slot->frame);
		slot->len = (uint16_t)(WIRE_HEADERS + op[k].len);
	}
	return ok;
}

static bool room(struct wire *wire, uint64_t packets)
{
	uint64_t bytes = packets * wire->slot_size;

	if (bytes <= wire->arena_size)
		return true;
	if (wire->arena)
		munmap(wire->arena, wire->arena_size);
	void *arena = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	wire->arena = arena == MAP_FAILED ? NULL : arena;
	wire->arena_size = wire->arena ? bytes : 0;
	if (wire->arena)
		madvise(wire->arena, bytes, MADV_HUGEPAGE);
	return wire->arena;
}

bool wire_frames_make(struct wire *wire, struct wire_trial *trial)
{
	unsigned each = (unsigned)(trial->rate * trial->seconds / wire->n_streams);

	wire->slot_size =
		(unsigned)(offsetof(struct wire_slot, frame) + WIRE_HEADERS + SL_PACKET_RTP_HEADER +
			   wire->load->opt.payload + SL_CRYPTO_TAILROOM + 63) &
		~63u;
	trial->packets = (uint64_t)(each ? each : 1) * wire->n_streams;
	if (!room(wire, trial->packets))
		return false;
	for (unsigned i = 0; i < wire->n_streams; i++)
		wire->streams[i].last = 0;
	for (uint64_t i = 0, n; i < trial->packets; i += n) {
		n = trial->packets - i < CHUNK ? trial->packets - i : CHUNK;
		if (!make_frames(wire, i, (unsigned)n))
			return false;
	}
	wire->n_samples = 0;
	wire->sample_every = (unsigned)(trial->packets / (wire->opt.samples + 1)) | 1;
	return true;
}

/* A receiver has a session from its first sample on: few of many calls have any. */
static struct sl_session *session_of(const struct wire *wire, struct sl_leg *receiver, unsigned leg)
{
	const struct sl_load_suite *suite = wire->load->opt.leg[leg].suite;

	if (!receiver->rx && suite->key_len)
		receiver->rx = sl_session_new(suite, &receiver->rx_key, true);
	return receiver->rx;
}

static bool is_what_was_sent(struct wire *wire, struct wire_sample *sample)
{
	struct sl_call *call = &wire->load->calls[sample->stream / 2];
	unsigned leg = !(sample->stream % 2);
	struct sl_session *rx = session_of(wire, &call->leg[leg], leg);
	uint8_t expected[SL_PACKET_MAX];
	unsigned len = sample->len;

	if (rx ? sl_session_unprotect(rx, false, sample->data, &len) != SL_SESSION_OK
	       : wire->load->opt.leg[leg].suite->key_len != 0)
		return false;
	return len == sl_packet_rtp(wire->load, &call->stream[sample->stream % 2], sample->number,
			      expected) &&
	       !memcmp(expected, sample->data, len);
}

void wire_frames_judge(struct wire *wire, struct wire_trial *trial)
{
	for (unsigned i = 0; i < wire->n_samples; i++)
		trial->bad += !is_what_was_sent(wire, &wire->samples[i]);
	trial->judged = wire->n_samples;
	for (unsigned i = 0; i < wire->n_streams; i++)
		wire->streams[i].base += (uint32_t)(trial->packets / wire->n_streams);
}
