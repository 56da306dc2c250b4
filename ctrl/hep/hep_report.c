/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/hep/hep_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { SR = 200, RR = 201 }; /* RFC 3550 6.4 */

struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *out, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(out->at, out->left, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= out->left)
		len = out->left ? (int)out->left - 1 : 0;
	out->at += len;
	out->left -= (size_t)len;
}

/* The latest that was said after `since`: when; 0: nothing was. */
static uint64_t latest(const struct sl_reports *r, uint64_t since, uint32_t *reporter)
{
	uint64_t at = 0;

	if (r->info.at > since) {
		at = r->info.at;
		*reporter = r->info.ssrc;
	}
	for (int i = 0; i < SL_LIVE_SSRCS; i++)
		if (r->heard[i].at > since && r->heard[i].at > at) {
			at = r->heard[i].at;
			*reporter = r->heard[i].by;
		}
	return at;
}

/* "usec" is the fraction of NTP's timestamp as it is, which is how all agents fill it. */
static void say_sender(struct text *out, const struct sl_sender_info *info)
{
	say(out,
		"\"sender_information\":{\"ntp_timestamp_sec\":%" PRIu32
		",\"ntp_timestamp_usec\":%" PRIu32 ",\"rtp_timestamp\":%" PRIu32
		",\"packets\":%" PRIu32 ",\"octets\":%" PRIu32 "},",
		info->ntp_s, info->ntp_fraction, info->timestamp, info->packets, info->bytes);
}

/* Packets lost, 24 bits with their sign: more may come than were expected. */
static int32_t lost_of(uint32_t loss)
{
	return (int32_t)(loss << 8) >> 8;
}

static void say_block(struct text *out, const struct sl_reception *b)
{
	say(out,
		"{\"source_ssrc\":%" PRIu32 ",\"fraction_lost\":%" PRIu32
		",\"packets_lost\":%" PRId32 ",\"highest_seq_no\":%" PRIu32
		",\"ia_jitter\":%" PRIu32 ",\"lsr\":%" PRIu32 ",\"dlsr\":%" PRIu32 "}",
		b->ssrc, b->loss >> 24, lost_of(b->loss), b->highest, b->jitter, b->last, b->delay);
}

uint64_t sl_hep_report_rtcp(const struct sl_reports *r, uint64_t since, char text[SL_HEP_REPORT])
{
	struct text out = {.at = text, .left = SL_HEP_REPORT};
	uint32_t reporter = 0;
	uint64_t at = latest(r, since, &reporter);
	bool sender = r->info.at > since && r->info.ssrc == reporter;
	const struct sl_reception *said[SL_LIVE_SSRCS];
	unsigned n = 0;

	for (int i = 0; i < SL_LIVE_SSRCS; i++)
		if (r->heard[i].at > since && r->heard[i].by == reporter)
			said[n++] = &r->heard[i];
	say(&out, "{");
	if (sender)
		say_sender(&out, &r->info);
	say(&out, "\"ssrc\":%" PRIu32 ",\"type\":%d,\"report_count\":%u,\"report_blocks\":[",
		reporter, sender ? SR : RR, n);
	for (unsigned i = 0; i < n; i++) {
		say(&out, "%s", i ? "," : "");
		say_block(&out, said[i]);
	}
	say(&out, "]}");
	return at;
}

void sl_hep_report_measured(const struct sl_hep_measured *m, char text[SL_HEP_REPORT])
{
	struct text out = {.at = text, .left = SL_HEP_REPORT};
	const struct sl_quality_report *t = &m->total;

	say(&out,
		"{\"SSRC\":%" PRIu32 ",\"CODEC_PT\":%u,\"SEQ\":%" PRIu32 ",\"TOTAL_PK\":%" PRIu32
		",\"EXPECTED_PK\":%" PRIu64 ",\"PACKET_LOSS\":%" PRIu32
		",\"CUM_PACKET_LOSS\":%" PRIu32 ",\"TL_BYTE\":%" PRIu64 ",\"OUT_ORDER\":%" PRIu32
		",\"JITTER\":%" PRIu32 ".%03" PRIu32 ",\"MOS\":%u.%u}",
		t->ssrc, t->type, t->highest, m->packets, (uint64_t)m->packets + m->lost, m->lost,
		t->lost, t->bytes, t->reordered, t->jitter_us / 1000, t->jitter_us % 1000,
		m->mos / 10, m->mos % 10);
}
