/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/quality.h"

#include <string.h>

#include "dataplane/base/shared.h"

#include "dataplane/base/packet_path.h"

enum { SR = 200, RR = 201, HEADER = 8, SENDER_INFO = 20, BLOCK = 24 };

static uint32_t factor_of(const struct sl_payload *payloads, uint8_t type)
{
	for (int i = 0; i < SL_PAYLOADS && payloads[i].hz; i++)
		if (payloads[i].type == type)
			return (uint32_t)(((uint64_t)payloads[i].hz << 32) / 1000000000);
	return 0;
}

/* Late ones may bring it below zero again: then more came than was expected. */
static uint32_t missing(
	uint32_t before, uint32_t base, uint32_t max, uint32_t packets, uint32_t run)
{
	int32_t lost = (int32_t)(max - base + 1 - (packets - run));

	return before + (lost > 0 ? (uint32_t)lost : 0);
}

enum {
	NO_TYPE = 0xff,
	FIRST_CYCLE = 65536, /* numbers begin there: what comes late is not below zero */
};

static void restart(struct sl_quality *q, uint16_t seq)
{
	uint32_t first = FIRST_CYCLE + (uint32_t)seq;

	if (q->started)
		SL_SHARED_SET(
			q->missing, missing(q->missing, q->base, q->max, q->packets, q->before));
	SL_SHARED_SET(q->before, q->packets);
	SL_SHARED_SET(q->base, first);
	SL_SHARED_SET(q->max, first);
	q->seen = 0;
	SL_SHARED_SET(q->started, true);
	SL_SHARED_SET(q->type, NO_TYPE); /* its timestamps begin anywhere, too */
}

/* True: the first time that this one comes. */
static bool count(struct sl_quality *q, uint16_t seq)
{
	int16_t ahead = (int16_t)(seq - (uint16_t)q->max);
	unsigned behind = (unsigned)-ahead;

	if (!q->started || ahead > SL_QUALITY_GAP || ahead < -SL_QUALITY_LATE) {
		restart(q, seq);
		ahead = 0;
		behind = 0;
	}
	if (ahead > 0) {
		q->seen = ahead < 64 ? q->seen << ahead | 1 : 1;
		SL_SHARED_ADD(q->max, (uint32_t)ahead);
		return true;
	}
	if (behind < 64) {
		if (q->seen >> behind & 1)
			return false;
		q->seen |= UINT64_C(1) << behind;
	}
	SL_SHARED_ADD(q->reordered, behind > 0);
	if (q->max - behind < q->base)
		SL_SHARED_SET(q->base, q->max - behind);
	return true;
}

/* RFC 3550 A.8, in integers. */
static void time(struct sl_quality *q, const struct sl_quality_packet *p)
{
	uint32_t arrival = (uint32_t)((__uint128_t)p->now * q->factor >> 32);
	uint32_t transit = arrival - p->timestamp;
	uint32_t d = transit - q->transit;

	q->transit = transit;
	if ((int32_t)d < 0)
		d = -d;
	SL_SHARED_ADD(q->jitter, d - ((q->jitter + 8) >> 4));
}

void sl_quality_rtp(
	struct sl_quality *q, const struct sl_quality_packet *p, const struct sl_payload *payloads)
{
	bool fresh = !q->started;

	if (q->ssrc != p->ssrc) {
		sl_quality_set(q, &(struct sl_quality){.ssrc = p->ssrc});
		fresh = true;
	}
	if (!count(q, p->seq)) {
		SL_SHARED_ADD(q->duplicates, 1);
		return;
	}
	SL_SHARED_ADD(q->packets, 1);
	SL_SHARED_ADD(q->bytes, p->len);
	if (fresh || q->type != p->type) { /* another clock */
		SL_SHARED_SET(q->type, p->type);
		SL_SHARED_SET(q->factor, factor_of(payloads, p->type));
		q->transit = (uint32_t)((__uint128_t)p->now * q->factor >> 32) - p->timestamp;
	} else if (q->factor) {
		time(q, p);
	}
}

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void take_sender(struct sl_reports *r, const uint8_t *packet, uint64_t now)
{
	const struct sl_sender_info info = {
		.at = now,
		.ssrc = word(packet + 4),
		.ntp_s = word(packet + 8),
		.ntp_fraction = word(packet + 12),
		.timestamp = word(packet + 16),
		.packets = word(packet + 20),
		.bytes = word(packet + 24),
	};
	const struct sl_sender_report sent = {
		.at = now,
		.ssrc = info.ssrc,
		.ntp = info.ntp_s << 16 | info.ntp_fraction >> 16,
	};

	sl_change_write(&r->info, &info, sizeof(info));
	sl_change_write(&r->sent[r->next], &sent, sizeof(sent));
	r->next = (uint8_t)((r->next + 1) % SL_REPORTS_SENT);
}

/* In the place of an earlier one about the same stream, else of the oldest. */
static void take_block(struct sl_reports *r, uint32_t by, const uint8_t *block, uint64_t now)
{
	uint32_t ssrc = word(block);
	struct sl_reception *to = &r->heard[0];

	for (int i = 0; i < SL_LIVE_SSRCS; i++) {
		if (r->heard[i].at && r->heard[i].ssrc == ssrc) {
			to = &r->heard[i];
			break;
		}
		if (r->heard[i].at < to->at)
			to = &r->heard[i];
	}
	const struct sl_reception heard = {
		.at = now,
		.by = by,
		.ssrc = ssrc,
		.loss = word(block + 4),
		.highest = word(block + 8),
		.jitter = word(block + 12),
		.last = word(block + 16),
		.delay = word(block + 20),
	};

	sl_change_write(to, &heard, sizeof(heard));
}

static void take(struct sl_reports *r, const uint8_t *packet, uint16_t len, uint64_t now)
{
	uint16_t at = packet[1] == SR ? HEADER + SENDER_INFO : HEADER;

	if (packet[1] == SR && len >= at)
		take_sender(r, packet, now);
	for (int left = packet[0] & 0x1f; left > 0 && at + BLOCK <= len; left--, at += BLOCK)
		take_block(r, word(packet + 4), packet + at, now);
}

void sl_quality_rtcp(struct sl_reports *r, const uint8_t *data, uint16_t len, uint64_t now)
{
	sl_change_begin(&r->version);
	while (len >= HEADER && data[0] >> 6 == 2) {
		unsigned size = 4 * ((unsigned)(data[2] << 8 | data[3]) + 1);

		if (size > len)
			break;
		if (size >= HEADER && (data[1] == SR || data[1] == RR))
			take(r, data, (uint16_t)size, now);
		data += size;
		len = (uint16_t)(len - size);
	}
	sl_change_end(&r->version);
}

void sl_quality_set(struct sl_quality *q, const struct sl_quality *to)
{
	uint64_t *words = (uint64_t *)q;

	for (size_t i = 0; i < sizeof(*q) / sizeof(*words); i++)
		SL_SHARED_SET(words[i], ((const uint64_t *)to)[i]);
}

#define READ(field) SL_SHARED_GET(q->field)

void sl_quality_read(const struct sl_quality *q, struct sl_quality_report *out)
{
	uint32_t factor = READ(factor);
	uint64_t jitter = READ(jitter) >> 4;

	*out = (struct sl_quality_report){
		.bytes = READ(bytes),
		.ssrc = READ(ssrc),
		.packets = READ(packets),
		.reordered = READ(reordered),
		.duplicates = READ(duplicates),
		.jitter_us = factor ? (uint32_t)((jitter << 32) / factor / 1000) : 0,
		.type = READ(type),
	};
	if (READ(started)) {
		uint32_t max = READ(max);

		out->highest = max - FIRST_CYCLE;
		out->lost = missing(READ(missing), READ(base), max, out->packets, READ(before));
	}
}

void sl_reports_read(const struct sl_reports *r, struct sl_reports *out)
{
	uint32_t version;

	*out = (struct sl_reports){0};
	do {
		version = sl_change_version(&r->version);
		sl_change_read(out->sent, r->sent, sizeof(out->sent));
		sl_change_read(&out->info, &r->info, sizeof(out->info));
		sl_change_read(out->heard, r->heard, sizeof(out->heard));
	} while (!sl_change_is_whole(&r->version, version));
}

uint64_t sl_reports_round_trip(
	const struct sl_reports *there, const struct sl_reports *back, uint32_t ssrc)
{
	for (int i = 0; i < SL_LIVE_SSRCS; i++) {
		const struct sl_reception *b = &back->heard[i];

		if (!b->at || b->ssrc != ssrc || !b->last)
			continue;
		for (int k = 0; k < SL_REPORTS_SENT; k++) {
			const struct sl_sender_report *s = &there->sent[k];
			uint64_t held = (uint64_t)b->delay * 1000000000 >> 16;

			if (s->at && s->ssrc == ssrc && s->ntp == b->last && s->at < b->at &&
				held < b->at - s->at)
				return b->at - s->at - held;
		}
	}
	return 0;
}
