/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/query_quality.h"

#include <stdio.h>

#include "ctrl/observe/medium_view.h"

enum { STREAM_TEXT = 1024 }; /* bytes of a reply, at most, and what closes it */

static void write_sample(struct sl_reply *reply, const char *key, const struct sl_quality_sample *s,
	unsigned samples)
{
	sl_reply_key(reply, key);
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "MOS", s->mos);
	sl_reply_key_integer(reply, "packet loss", s->loss);
	sl_reply_key_integer(reply, "jitter", s->jitter);
	sl_reply_key_integer(reply, "round-trip time", s->round_trip);
	sl_reply_key_integer(reply, "round-trip time leg", s->leg);
	if (samples)
		sl_reply_key_integer(reply, "samples", samples);
	else
		sl_reply_key_integer(reply, "reported at", s->at);
	sl_reply_end(reply);
}

static void write_judged(struct sl_reply *reply, const struct sl_stream_view *stream)
{
	const struct sl_quality_sample average = {.mos = (unsigned)stream->average.mos,
		.loss = (unsigned)stream->average.loss,
		.jitter = (unsigned)stream->average.jitter,
		.round_trip = (unsigned)stream->average.round_trip,
		.leg = (unsigned)stream->average.leg};

	write_sample(reply, "average MOS", &average, stream->samples);
	write_sample(reply, "lowest MOS", &stream->lowest, 0);
	write_sample(reply, "highest MOS", &stream->highest, 0);
}

static void write_stream(struct sl_reply *reply, const struct sl_stream_view *stream)
{
	const struct sl_quality_report *now = &stream->now;
	char ssrc[12];

	snprintf(ssrc, sizeof(ssrc), "%u", now->ssrc);
	sl_reply_key(reply, ssrc);
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "packets", now->packets);
	sl_reply_key_integer(reply, "bytes", (int64_t)now->bytes);
	sl_reply_key_integer(reply, "cumulative loss", now->lost);
	if (now->reordered)
		sl_reply_key_integer(reply, "reordered", now->reordered);
	if (now->duplicates)
		sl_reply_key_integer(reply, "duplicates", now->duplicates);
	if (stream->samples)
		write_judged(reply, stream);
	sl_reply_end(reply);
}

/* The dictionary is there only if something is in it: a reply has to fit into a datagram. */
struct listing {
	struct sl_reply *reply;
	bool begun;
	unsigned left_out;
	unsigned n_seen;
	uint32_t seen[SL_MAX_LEGS * SL_MAX_MEDIA * SL_LIVE_SSRCS]; /* 16 KiB */
};

/* A dictionary has each key once; a party that repeats another's SSRC is left out. */
static bool first_time(struct listing *l, uint32_t ssrc)
{
	for (unsigned i = 0; i < l->n_seen; i++)
		if (l->seen[i] == ssrc)
			return false;
	l->seen[l->n_seen++] = ssrc;
	return true;
}

static void list_stream(struct listing *l, const struct sl_stream_view *stream)
{
	if (!first_time(l, stream->now.ssrc))
		return;
	if (l->reply->len + STREAM_TEXT > l->reply->size) {
		l->left_out++;
		return;
	}
	if (!l->begun) {
		sl_reply_key(l->reply, "SSRC");
		sl_reply_dict(l->reply);
		l->begun = true;
	}
	write_stream(l->reply, stream);
}

static void list_leg(struct listing *l, const struct sl_leg_view *leg)
{
	for (unsigned m = 0; m < leg->n_media; m++) {
		struct sl_stream_view streams[SL_LIVE_SSRCS];
		unsigned n = sl_view_streams(leg, m, streams);

		for (unsigned k = 0; k < n; k++)
			list_stream(l, &streams[k]);
	}
}

void sl_query_quality(struct sl_reply *reply, const struct sl_call_view *call)
{
	struct listing l = {.reply = reply};

	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg_view leg;

		sl_view_leg(call, i, &leg);
		list_leg(&l, &leg);
	}
	if (l.begun)
		sl_reply_end(reply);
	if (l.left_out)
		sl_reply_key_integer(reply, "SSRC left out", l.left_out);
}
