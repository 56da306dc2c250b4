/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/query_quality.h"

#include <stdio.h>

#include "ctrl/observe/quality.h"

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

static void write_stream(struct sl_reply *reply, const struct sl_quality_report *now,
	const struct sl_quality_track *track)
{
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
	if (track) {
		unsigned n = track->samples;
		const struct sl_quality_sample average = {.mos = (unsigned)(track->mos / n),
			.loss = (unsigned)(track->loss / n),
			.jitter = (unsigned)(track->jitter / n),
			.round_trip = (unsigned)(track->round_trip / n),
			.leg = (unsigned)(track->leg / n)};

		write_sample(reply, "average MOS", &average, n);
		write_sample(reply, "lowest MOS", &track->lowest, 0);
		write_sample(reply, "highest MOS", &track->highest, 0);
	}
	sl_reply_end(reply);
}

/* A dictionary has each key once; a party that repeats another's SSRC is left out. */
static bool first_time(const struct sl_call *call, unsigned leg, unsigned medium, uint32_t ssrc)
{
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS];
	struct sl_quality_report now[SL_LIVE_SSRCS];

	for (unsigned i = 0; i <= leg; i++)
		for (unsigned m = 0; m < (i < leg ? call->leg[i]->n_media : medium); m++) {
			unsigned n = sl_quality_now(call->leg[i], m, now, tracks);

			for (unsigned k = 0; k < n; k++)
				if (now[k].ssrc == ssrc)
					return false;
		}
	return true;
}

/* The dictionary is there only if something is in it: a reply has to fit into a datagram. */
struct listing {
	bool begun;
	unsigned left_out;
};

static void write_medium(struct sl_reply *reply, const struct sl_call *call, unsigned leg,
	unsigned m, struct listing *l)
{
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS];
	struct sl_quality_report now[SL_LIVE_SSRCS];
	unsigned n = sl_quality_now(call->leg[leg], m, now, tracks);

	for (unsigned k = 0; k < n; k++) {
		if (!first_time(call, leg, m, now[k].ssrc))
			continue;
		if (reply->len + STREAM_TEXT > reply->size) {
			l->left_out++;
			continue;
		}
		if (!l->begun) {
			sl_reply_key(reply, "SSRC");
			sl_reply_dict(reply);
			l->begun = true;
		}
		write_stream(reply, &now[k], tracks[k]);
	}
}

void sl_query_quality(struct sl_reply *reply, const struct sl_call *call)
{
	struct listing l = {0};

	for (unsigned i = 0; i < call->n_legs; i++)
		for (unsigned m = 0; m < call->leg[i]->n_media; m++)
			write_medium(reply, call, i, m, &l);
	if (l.begun)
		sl_reply_end(reply);
	if (l.left_out)
		sl_reply_key_integer(reply, "SSRC left out", l.left_out);
}
