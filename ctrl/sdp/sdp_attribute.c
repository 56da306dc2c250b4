/* SPDX-License-Identifier: BSD-3-Clause */
/* The a= lines that the relay acts on or reports. All others are passed on. */
#include <errno.h>
#include <string.h>

#include "ctrl/sdp/sdp_parse.h"

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
	value = sl_sdp_trim(value);
	if (value.len && sl_sdp_connection(p, "a=rtcp", value, &media->rtcp_address))
		return -EBADMSG;
	media->has_rtcp = true;
	media->rtcp_port = (uint16_t)number;
	return 0;
}

static int parse_crypto(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp_media *media = p->media;

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

	if (p->media && sl_sdp_number(sl_sdp_trim(value), UINT16_MAX, &number))
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
	bool media_only; /* in the session section it means nothing, and stays */
} attributes[] = {
	{"acap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"acfg", NOTHING, SL_SDP_LINE_STAYS, false},
	{"altc", NOTHING, SL_SDP_LINE_STAYS, false},
	{"bcap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"bundle-only", NOTHING, SL_SDP_LINE_BUNDLE_ONLY, true},
	{"candidate", NOTHING, SL_SDP_LINE_ICE, false},
	{"ccap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"creq", NOTHING, SL_SDP_LINE_STAYS, false},
	{"crypto", CRYPTO, SL_SDP_LINE_CRYPTO, true},
	{"csup", NOTHING, SL_SDP_LINE_STAYS, false},
	{"end-of-candidates", NOTHING, SL_SDP_LINE_ICE, false},
	{"extmap", NOTHING, SL_SDP_LINE_OTHER, false},
	{"fingerprint", FINGERPRINT, SL_SDP_LINE_DTLS, false},
	{"fmtp", NOTHING, SL_SDP_LINE_OTHER, false},
	{"framerate", NOTHING, SL_SDP_LINE_OTHER, false},
	{"group", NOTHING, SL_SDP_LINE_GROUP, false},
	{"ice-lite", ICE_LITE, SL_SDP_LINE_ICE, false},
	{"ice-mismatch", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-options", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-pacing", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-pwd", NOTHING, SL_SDP_LINE_ICE, false},
	{"ice-ufrag", ICE_UFRAG, SL_SDP_LINE_ICE, false},
	{"inactive", INACTIVE, SL_SDP_LINE_DIRECTION, false},
	{"key-mgmt", NOTHING, SL_SDP_LINE_STAYS, false},
	{"label", NOTHING, SL_SDP_LINE_OTHER, false},
	{"lcfg", NOTHING, SL_SDP_LINE_STAYS, false},
	{"maxptime", NOTHING, SL_SDP_LINE_OTHER, false},
	{"mfcap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"mid", MID, SL_SDP_LINE_MID, true},
	{"mscap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"omcap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"pcfg", NOTHING, SL_SDP_LINE_STAYS, false},
	{"ptime", PTIME, SL_SDP_LINE_OTHER, false},
	{"recvonly", RECVONLY, SL_SDP_LINE_DIRECTION, false},
	{"remote-candidates", NOTHING, SL_SDP_LINE_ICE, false},
	{"rmcap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"rtcp", RTCP, SL_SDP_LINE_RTCP, true},
	{"rtcp-fb", NOTHING, SL_SDP_LINE_OTHER, false},
	{"rtcp-mux", RTCP_MUX, SL_SDP_LINE_RTCP_MUX, true},
	{"rtcp-mux-only", RTCP_MUX_ONLY, SL_SDP_LINE_RTCP_MUX_ONLY, true},
	{"rtcp-rsize", NOTHING, SL_SDP_LINE_OTHER, false},
	{"rtpmap", NOTHING, SL_SDP_LINE_OTHER, false},
	{"sendonly", SENDONLY, SL_SDP_LINE_DIRECTION, false},
	{"sendrecv", SENDRECV, SL_SDP_LINE_DIRECTION, false},
	{"sescap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"setup", SETUP, SL_SDP_LINE_DTLS, false},
	{"source-filter", NOTHING, SL_SDP_LINE_STAYS, false},
	{"ssrc", NOTHING, SL_SDP_LINE_OTHER, false},
	{"tcap", NOTHING, SL_SDP_LINE_STAYS, false},
	{"tls-id", NOTHING, SL_SDP_LINE_DTLS, false},
};

enum { ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]) };

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
		media->mid = sl_sdp_trim(value);
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

struct sl_text sl_sdp_attribute_cut(struct sl_text *value)
{
	struct sl_text rest = *value, name;

	for (; rest.len > 0 && sl_sdp_blank(*rest.at); rest.at++)
		rest.len--;
	name = (struct sl_text){rest.at, 0};
	for (; name.len < rest.len && rest.at[name.len] != ':' && !sl_sdp_blank(rest.at[name.len]);)
		name.len++;
	rest = (struct sl_text){rest.at + name.len, rest.len - name.len};
	for (; rest.len > 0 && sl_sdp_blank(*rest.at); rest.at++)
		rest.len--;
	if (rest.len > 0 && *rest.at == ':')
		rest = (struct sl_text){rest.at + 1, rest.len - 1};
	*value = rest;
	return name;
}

int sl_sdp_attribute(struct sl_sdp_parser *p, struct sl_sdp_line *line, struct sl_text value)
{
	struct sl_text name = sl_sdp_attribute_cut(&value);

	for (unsigned i = 0; i < ATTRIBUTES; i++) {
		if (!sl_text_same(name, attributes[i].name))
			continue;
		if (attributes[i].media_only && !p->media)
			return sl_sdp_fail(p, "a=%s before the first m=", attributes[i].name);
		line->kind = attributes[i].kind;
		line->attribute = (uint8_t)(i + 1);
		return take(p, attributes[i].attribute, value);
	}
	return 0;
}

const char *sl_sdp_attribute_name(const struct sl_sdp_line *line)
{
	return line->attribute ? attributes[line->attribute - 1].name : NULL;
}

bool sl_sdp_attribute_is(const struct sl_sdp_line *line, const char *name, struct sl_text *value)
{
	if (line->text.len < 2 || (line->text.at[0] | 0x20) != 'a' || line->text.at[1] != '=')
		return false;
	*value = (struct sl_text){line->text.at + 2, line->text.len - 2};
	return sl_text_same(sl_sdp_attribute_cut(value), name);
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
	for (unsigned i = 0; i < sdp->n_lines; i++) {
		const struct sl_sdp_line *line = &sdp->lines[i];
		struct sl_text value;

		if (line->media == media && sl_sdp_attribute_is(line, "rtpmap", &value) &&
			parse_rtpmap(value, payload_type, rtpmap))
			return true;
	}
	return false;
}
