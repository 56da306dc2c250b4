/* SPDX-License-Identifier: BSD-3-Clause */
/* The a= lines that the relay acts on or reports. All others are passed on. */
#include <string.h>

#include "ctrl/sdp_parse.h"

static int parse_rtcp(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp_media *media = p->media;
	struct sl_text port = sl_sdp_word(&value);
	uint32_t number;

	if (media->has_rtcp)
		return sl_sdp_fail(p, "a second a=rtcp in the same media");
	if (!sl_sdp_number(port, 65535, &number))
		return sl_sdp_fail(p, "a=rtcp has port '%.*s', not a number from 0 to 65535",
			SL_SDP_QUOTE(port));
	media->has_rtcp = true;
	media->rtcp_port = (uint16_t)number;
	for (; value.len > 0 && *value.at == ' '; value.at++)
		value.len--;
	return value.len ? sl_sdp_connection(p, "a=rtcp", value, &media->rtcp_address) : 0;
}

static int parse_crypto(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp_media *media = p->media;

	if (!media)
		return sl_sdp_fail(p, "a=crypto before the first m= (RFC 4568 5)");
	if (media->n_crypto == SL_SDP_CRYPTO_MAX)
		return sl_sdp_fail(p, "more than %d a=crypto in one media", SL_SDP_CRYPTO_MAX);
	media->crypto[media->n_crypto++] = value;
	return 0;
}

/* Hints and flags: they cannot fail. */
static void set_direction(struct sl_sdp_parser *p, enum sl_sdp_direction direction)
{
	if (p->media)
		p->media->direction = direction;
	else
		p->sdp->direction = direction;
}

static void set_ptime(struct sl_sdp_parser *p, struct sl_text value)
{
	uint32_t number;

	if (p->media && sl_sdp_number(value, UINT16_MAX, &number))
		p->media->ptime = (uint16_t)number;
}

enum attribute {
	NOTHING, /* beyond the kind of its line */
	CRYPTO,
	FINGERPRINT,
	ICE_LITE,
	ICE_UFRAG,
	MID,
	PTIME,
	RTCP,
	RTCP_MUX,
	RTCP_MUX_ONLY,
	SETUP,
	SENDRECV,
	SENDONLY,
	RECVONLY,
	INACTIVE,
};

static const struct {
	const char *name;
	enum attribute attribute;
	enum sl_sdp_kind kind;
	bool media_only; /* in the session section it means nothing and is passed on */
} attributes[] = {
	{"bundle-only", NOTHING, SL_SDP_LINE_BUNDLE_ONLY, true},
	{"candidate", NOTHING, SL_SDP_LINE_ICE, false},
	{"crypto", CRYPTO, SL_SDP_LINE_CRYPTO, false},
	{"end-of-candidates", NOTHING, SL_SDP_LINE_ICE, false},
	{"fingerprint", FINGERPRINT, SL_SDP_LINE_DTLS, false},
	{"group", NOTHING, SL_SDP_LINE_GROUP, false},
	{"ice-lite", ICE_LITE, SL_SDP_LINE_ICE, false},
	{"ice-mismatch", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-options", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-pacing", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-pwd", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-ufrag", ICE_UFRAG, SL_SDP_LINE_ICE, false},
	{"inactive", INACTIVE, SL_SDP_LINE_OTHER, false},
	{"key-mgmt", NOTHING, SL_SDP_LINE_KEY, false},
	{"mid", MID, SL_SDP_LINE_MID, true},
	{"ptime", PTIME, SL_SDP_LINE_OTHER, true},
	{"recvonly", RECVONLY, SL_SDP_LINE_OTHER, false},
	{"remote-candidates", NOTHING, SL_SDP_LINE_ICE, false},
	{"rtcp", RTCP, SL_SDP_LINE_RTCP, true},
	{"rtcp-mux", RTCP_MUX, SL_SDP_LINE_RTCP_MUX, true},
	{"rtcp-mux-only", RTCP_MUX_ONLY, SL_SDP_LINE_RTCP_MUX_ONLY, true},
	{"sendonly", SENDONLY, SL_SDP_LINE_OTHER, false},
	{"sendrecv", SENDRECV, SL_SDP_LINE_OTHER, false},
	{"setup", SETUP, SL_SDP_LINE_DTLS, false},
	{"tls-id", NOTHING, SL_SDP_LINE_DTLS, false},
};

static int take(struct sl_sdp_parser *p, enum attribute attribute, struct sl_text value)
{
	struct sl_sdp_media *media = p->media;

	switch (attribute) {
	case CRYPTO:
		return parse_crypto(p, value);
	case RTCP:
		return parse_rtcp(p, value);
	case RTCP_MUX:
		media->rtcp_mux = true;
		return 0;
	case RTCP_MUX_ONLY:
		media->rtcp_mux_only = true;
		return 0;
	case ICE_UFRAG:
		*(media ? &media->ice : &p->sdp->ice) = true;
		return 0;
	case ICE_LITE:
		p->sdp->ice_lite = true;
		return 0;
	case FINGERPRINT:
		*(media ? &media->fingerprint : &p->sdp->fingerprint) = true;
		return 0;
	case SETUP:
		*(media ? &media->setup : &p->sdp->setup) = true;
		return 0;
	case MID:
		media->mid = value;
		return 0;
	case PTIME:
		set_ptime(p, value);
		return 0;
	case SENDRECV:
		set_direction(p, SL_SDP_SENDRECV);
		return 0;
	case SENDONLY:
		set_direction(p, SL_SDP_SENDONLY);
		return 0;
	case RECVONLY:
		set_direction(p, SL_SDP_RECVONLY);
		return 0;
	case INACTIVE:
		set_direction(p, SL_SDP_INACTIVE);
		return 0;
	case NOTHING:
		return 0;
	}
	return 0;
}

int sl_sdp_attribute(struct sl_sdp_parser *p, struct sl_sdp_line *line, struct sl_text value)
{
	struct sl_text name = sl_sdp_split(&value, ':');

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (!sl_text_is(name, attributes[i].name))
			continue;
		if (attributes[i].media_only && !p->media)
			return 0;
		line->kind = attributes[i].kind;
		return take(p, attributes[i].attribute, value);
	}
	return 0;
}

/* "96 opus/48000/2" */
static bool parse_rtpmap(struct sl_text value, uint8_t payload_type, struct sl_sdp_rtpmap *rtpmap)
{
	struct sl_text type = sl_sdp_word(&value), map = sl_sdp_word(&value), rate;
	uint32_t number;

	if (!sl_sdp_number(type, 127, &number) || number != payload_type)
		return false;
	rtpmap->encoding = sl_sdp_split(&map, '/');
	rate = sl_sdp_split(&map, '/');
	if (rtpmap->encoding.len == 0 || !sl_sdp_number(rate, UINT32_MAX, &rtpmap->clock_rate) ||
		rtpmap->clock_rate == 0)
		return false;
	rtpmap->channels = sl_sdp_number(map, 255, &number) && number > 0 ? number : 1;
	return true;
}

bool sl_sdp_rtpmap(const struct sl_sdp *sdp, unsigned media, uint8_t payload_type,
	struct sl_sdp_rtpmap *rtpmap)
{
	static const char prefix[] = "a=rtpmap:";
	const uint32_t len = sizeof(prefix) - 1;

	for (unsigned i = 0; i < sdp->n_lines; i++) {
		const struct sl_sdp_line *line = &sdp->lines[i];
		struct sl_text value = line->text;

		if (line->media != media || value.len < len || memcmp(value.at, prefix, len))
			continue;
		value.at += len;
		value.len -= len;
		if (parse_rtpmap(value, payload_type, rtpmap))
			return true;
	}
	return false;
}
