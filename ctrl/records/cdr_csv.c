/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "ctrl/observe/medium_view.h"
#include "ctrl/records/cdr.h"
#include "ctrl/records/csv.h"
#include "ctrl/records/record_time.h"

/* The columns of a party, with the letter of a party before each. */
#define PARTY(p)                                                                               \
	"," p "_tag," p "_interface," p "_suite," p "_signalled," p "_seen," p "_packets," p   \
	"_bytes," p "_rtcp_packets," p "_rtcp_bytes," p "_drops," p "_lost," p "_jitter_ms," p \
	"_mos," p "_round_trip_ms"

const char sl_cdr_csv_header[] =
	"call,set_up,answered,ended,duration_ms,talk_ms,cause,emergency,legs,packets,bytes,"
	"rtcp_packets,rtcp_bytes,drops,latency_us_average,latency_us_highest" PARTY("a")
		PARTY("b") "\r\n";

/* Sums over all media and streams that a party sent. */
struct party {
	struct sl_leg_view leg;
	char signalled[SL_ENDPOINT_TEXT], seen[SL_ENDPOINT_TEXT]; /* RTP of the first medium */
	uint64_t lost;
	double jitter_ms, round_trip_ms; /* the highest */
	double mos;                      /* the lowest of the averages; 0: not judged */
};

static void add_stream(struct party *party, const struct sl_stream_view *stream)
{
	double mos = stream->average.mos / 10, round_trip = stream->average.round_trip / 1000;

	party->lost += stream->now.lost;
	if (stream->now.jitter_us / 1000.0 > party->jitter_ms)
		party->jitter_ms = stream->now.jitter_us / 1000.0;
	if (!stream->samples)
		return;
	if (!party->mos || mos < party->mos)
		party->mos = mos;
	if (round_trip > party->round_trip_ms)
		party->round_trip_ms = round_trip;
}

static void add_addresses(struct party *party, const struct sl_cdr *cdr, unsigned m)
{
	struct sl_medium_view medium;
	struct sl_detail_view detail;
	const struct sl_endpoint *seen = &detail.source[SL_RTP].current;

	sl_view_medium(&party->leg, m, &medium);
	if (!medium.active || party->signalled[0])
		return;
	sl_endpoint_text(
		medium.signalled[SL_RTP].ip, medium.signalled[SL_RTP].port, party->signalled);
	sl_view_detail(cdr->sessions, &party->leg, m, &detail);
	if (detail.has_flow && medium.from.count.packets[SL_RTP] && seen->port)
		sl_endpoint_text(seen->ip, seen->port, party->seen);
}

static void describe(struct party *party, const struct sl_cdr *cdr)
{
	for (unsigned m = 0; m < party->leg.n_media; m++) {
		struct sl_stream_view streams[SL_LIVE_SSRCS];
		unsigned n = sl_view_streams(&party->leg, m, streams);

		add_addresses(party, cdr, m);
		for (unsigned i = 0; i < n; i++)
			add_stream(party, &streams[i]);
	}
}

static void put_carried(struct sl_csv *csv, const struct sl_carried *c)
{
	sl_csv_number(csv, (int64_t)c->packets[SL_RTP]);
	sl_csv_number(csv, (int64_t)c->bytes[SL_RTP]);
	sl_csv_number(csv, (int64_t)c->packets[SL_RTCP]);
	sl_csv_number(csv, (int64_t)c->bytes[SL_RTCP]);
	sl_csv_number(csv, (int64_t)c->drops);
}

static void put_call(struct sl_csv *csv, const struct sl_cdr *cdr)
{
	const struct sl_latency_view *l = &cdr->totals.latency;
	char text[SL_RECORD_TIME];

	sl_csv_text(csv, cdr->call.id);
	sl_csv_text(csv, sl_record_time(cdr->set_up, text));
	sl_csv_text(csv, sl_record_time(cdr->answered, text));
	sl_csv_text(csv, sl_record_time(cdr->ended, text));
	sl_csv_number(csv, sl_cdr_duration(cdr));
	if (cdr->answered)
		sl_csv_number(csv, sl_cdr_talk(cdr));
	else
		sl_csv_text(csv, NULL);
	sl_csv_text(csv, cdr->cause);
	sl_csv_text(csv, cdr->call.emergency ? "yes" : "no");
	sl_csv_number(csv, cdr->call.n_legs);
	put_carried(csv, &cdr->totals.carried);
	sl_csv_real(csv, l->packets, l->packets ? (double)l->total / (double)l->packets / 1000 : 0);
	sl_csv_real(csv, l->packets, l->highest / 1000.0);
}

/* A party that there is not has empty columns. */
static void put_party(struct sl_csv *csv, const struct party *party, bool known)
{
	enum { COLUMNS = 14 };

	for (int i = 0; !known && i < COLUMNS; i++)
		sl_csv_text(csv, NULL);
	if (!known)
		return;
	sl_csv_text(csv, party->leg.tag);
	sl_csv_text(csv, party->leg.interface);
	sl_csv_text(csv, party->leg.suite);
	sl_csv_text(csv, party->signalled);
	sl_csv_text(csv, party->seen);
	put_carried(csv, &party->leg.carried);
	sl_csv_number(csv, (int64_t)party->lost);
	sl_csv_real(csv, true, party->jitter_ms);
	sl_csv_real(csv, party->mos > 0, party->mos);
	sl_csv_real(csv, party->mos > 0, party->round_trip_ms);
}

char *sl_cdr_csv(const struct sl_cdr *cdr, size_t *len)
{
	struct sl_csv csv = {.len = 0};
	struct sl_leg_view pair[2];
	unsigned n = sl_view_pair(&cdr->call, pair);
	char *line;

	put_call(&csv, cdr);
	for (unsigned i = 0; i < 2; i++) {
		struct party party = {.lost = 0};

		if (i < n) {
			party.leg = pair[i];
			describe(&party, cdr);
		}
		put_party(&csv, &party, i < n);
	}
	sl_csv_end(&csv);
	line = csv.overflow ? NULL : malloc(csv.len);
	if (line)
		memcpy(line, csv.text, csv.len);
	*len = csv.len;
	return line;
}
