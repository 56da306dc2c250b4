/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which payload types of an m-line pass, and in which order, as the `codec` options of a request
 * ask: by rewriting alone. Nothing is transcoded, so a codec that was not offered cannot be added.
 * A pure leaf.
 */
#ifndef SL_CTRL_CODEC_FILTER_H
#define SL_CTRL_CODEC_FILTER_H

#include "ctrl/sdp/sdp.h"
#include "sluice/error.h"

/* X(identifier, name of the option) */
#define SL_CODEC_OPTIONS(X)                                              \
	X(STRIP, "strip")         /* remove; `all`: every one */         \
	X(MASK, "mask")           /* as strip, in offers only */         \
	X(CONSUME, "consume")     /* as mask */                          \
	X(EXCEPT, "except")       /* stays although all are removed */   \
	X(OFFER, "offer")         /* as except, and goes to the front */ \
	X(TRANSCODE, "transcode") /* as except; must have been offered */

enum sl_codec_option {
#define X(id, name) SL_CODEC_##id,
	SL_CODEC_OPTIONS(X)
#undef X
		SL_CODEC_OPTION_COUNT,
};

extern const char *const sl_codec_option_names[SL_CODEC_OPTION_COUNT];

enum { SL_CODEC_RULES = 64 };

struct sl_codec_filter {
	bool single; /* an answer keeps its first codec only, and telephone-event */
	unsigned n;
	struct sl_codec_rule {
		uint8_t option; /* enum sl_codec_option */
		/* NAME[/RATE[/CHANNELS[/BIT RATE[/EXTRA[/PARAMETERS]]]]], a payload type, `all` or
		 * `full`; bit rate and extra are for an encoder, and mean nothing here. */
		struct sl_text codec;
	} rule[SL_CODEC_RULES];
};

/* False: there is no room for another rule. */
bool sl_codec_filter_add(
	struct sl_codec_filter *filter, enum sl_codec_option option, struct sl_text codec);

static inline bool sl_codec_filter_any(const struct sl_codec_filter *filter)
{
	return filter->n || filter->single;
}

/*
 * The payload types that pass of medium `m`, which is RTP with a port, in their new order, into
 * kept[]. Their number, never 0: when the rules leave no codec the list stays as it was. -ENOTSUP
 * with `error`: the rules ask for transcoding.
 */
int sl_codec_filter_apply(const struct sl_codec_filter *filter, const struct sl_sdp *sdp,
	unsigned m, bool offer, uint8_t kept[SL_SDP_FORMATS_MAX], struct sl_error *error);

/* Finds the codec of a payload type of medium `m`, by a=rtpmap or RFC 3551 6; clock_rate 0:
 * nothing.
 */
void sl_codec_of(
	const struct sl_sdp *sdp, unsigned m, uint8_t payload_type, struct sl_sdp_rtpmap *map);

#endif
