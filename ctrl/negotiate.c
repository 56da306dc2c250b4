/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/negotiate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "ctrl/sdes.h"

/* Strongest first, and few: an INVITE should stay inside one MTU. */
static const enum sl_suite default_suites[] = {
	SL_SUITE_AEAD_AES_256_GCM,
	SL_SUITE_AES_256_CM_HMAC_SHA1_80,
	SL_SUITE_AES_CM_128_HMAC_SHA1_80,
};

static int refuse(char why[SL_NG_WHY], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(char why[SL_NG_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, SL_NG_WHY, format, args);
	va_end(args);
	return -EINVAL;
}

bool sl_proto_secure(enum sl_sdp_proto proto)
{
	return proto == SL_SDP_SAVP || proto == SL_SDP_SAVPF;
}

void sl_address_from_sdp(const struct sl_sdp_address *address, uint8_t ip[16])
{
	memset(ip, 0, 16);
	if (address->family == AF_INET) {
		ip[10] = ip[11] = 0xff;
		memcpy(ip + 12, address->ip, 4);
	} else if (address->family == AF_INET6) {
		memcpy(ip, address->ip, 16);
	}
}

void sl_address_to_sdp(const uint8_t ip[16], struct sl_sdp_address *address)
{
	memset(address, 0, sizeof(*address));
	if (sl_address_is_ipv4(ip)) {
		address->family = AF_INET;
		memcpy(address->ip, ip + 12, 4);
	} else {
		address->family = AF_INET6;
		memcpy(address->ip, ip, 16);
	}
}

static bool unspecified(const struct sl_sdp_address *address)
{
	static const struct sl_sdp_address zero;

	return !memcmp(address->ip, zero.ip, sizeof(zero.ip));
}

static int check_address(
	const struct sl_sdp_media *media, const uint8_t ip[16], char why[SL_NG_WHY])
{
	char text[SL_ADDRESS_TEXT];
	const char *refused = sl_address_refused(ip);

	if (!refused)
		return 0;
	return refuse(why, "line %u: media cannot be sent to %s, %s", media->line,
		sl_address_text(ip, text), refused);
}

/* Where the party listens; RFC 3605 for RTCP, else the next port. */
static int read_endpoints(
	const struct sl_sdp_media *media, struct sl_terms *terms, char why[SL_NG_WHY])
{
	struct sl_endpoint *rtp = &terms->remote[SL_RTP], *rtcp = &terms->remote[SL_RTCP];

	sl_address_from_sdp(&media->connection, rtp->ip);
	rtp->port = media->port;
	*rtcp = *rtp;
	if (media->has_rtcp && media->rtcp_port) {
		rtcp->port = media->rtcp_port;
		if (media->rtcp_address.family)
			sl_address_from_sdp(&media->rtcp_address, rtcp->ip);
	} else if (media->port < UINT16_MAX) {
		rtcp->port = (uint16_t)(media->port + 1);
	} else if (!media->rtcp_mux) {
		return refuse(why, "line %u: port 65535 leaves none for RTCP", media->line);
	}
	if (unspecified(&media->connection)) {
		terms->held = true;
		return 0;
	}
	if (check_address(media, rtp->ip, why) || check_address(media, rtcp->ip, why))
		return -EINVAL;
	if (sl_address_family(rtp->ip) != sl_address_family(rtcp->ip))
		return refuse(
			why, "line %u: RTP and RTCP in different address families", media->line);
	return 0;
}

static int read_media(const struct sl_sdp_media *media, struct sl_terms *terms, char why[SL_NG_WHY])
{
	memset(terms, 0, sizeof(*terms));
	terms->active = media->port != 0;
	terms->media = media->proto != SL_SDP_OTHER;
	terms->proto = media->proto;
	if (!terms->active || !terms->media)
		return 0;
	if (media->proto == SL_SDP_DTLS_SAVP || media->proto == SL_SDP_DTLS_SAVPF)
		return refuse(why, "line %u: %s: DTLS-SRTP is not supported, only SDES",
			media->line, sl_sdp_proto_name(media->proto));
	if (media->port_count != 1)
		return refuse(why, "line %u: more than one port per medium", media->line);
	terms->mux = media->rtcp_mux || media->rtcp_mux_only;
	return read_endpoints(media, terms, why);
}

static void take_line(struct sl_terms *terms, const struct sl_sdes *line)
{
	terms->tag = line->tag;
	terms->draft_name = line->draft_name;
	terms->theirs = line->master;
}

int sl_negotiate_offer(
	const struct sl_sdp *sdp, unsigned m, struct sl_terms *terms, char why[SL_NG_WHY])
{
	const struct sl_sdp_media *media = &sdp->media[m];
	const char *reason = "there is none";
	struct sl_sdes line;
	int rc = read_media(media, terms, why);

	if (rc || !terms->active || !sl_proto_secure(terms->proto))
		return rc;
	for (unsigned i = 0; i < media->n_crypto; i++) {
		rc = sl_sdes_parse(&line, media->crypto[i].at, media->crypto[i].len, &reason);
		if (!rc) {
			take_line(terms, &line);
			explicit_bzero(&line, sizeof(line));
			return 0;
		}
		if (rc == -EINVAL)
			return refuse(why, "line %u: a=crypto: %s", media->line, reason);
	}
	return refuse(why, "line %u: no a=crypto that can be served: %s", media->line, reason);
}

static void propose_suites(const struct sl_ng_options *options, struct sl_proposal *proposal)
{
	uint16_t asked = options->sdes_only;

	for (unsigned i = 0; i < sizeof(default_suites) / sizeof(default_suites[0]); i++) {
		uint16_t bit = (uint16_t)(1u << default_suites[i]);

		if ((!options->sdes_only || options->sdes_only & bit) && !(options->sdes_no & bit))
			proposal->suites[proposal->n_suites++] = (uint8_t)default_suites[i];
		asked &= (uint16_t)~bit;
	}
	/* What is not offered by default is, when the request insists. */
	for (unsigned i = SL_SUITE_NONE + 1; i < SL_SUITE_COUNT; i++)
		if (asked & (1u << i) && !(options->sdes_no & (1u << i)))
			proposal->suites[proposal->n_suites++] = (uint8_t)i;
}

int sl_negotiate_propose(const struct sl_terms *from, const struct sl_ng_options *options,
	struct sl_proposal *proposal, char why[SL_NG_WHY])
{
	memset(proposal, 0, sizeof(*proposal));
	if (!from->active || !from->media)
		return 0;
	proposal->proto = options->proto == SL_SDP_OTHER ? from->proto : options->proto;
	if (proposal->proto == SL_SDP_DTLS_SAVP || proposal->proto == SL_SDP_DTLS_SAVPF)
		return refuse(why, "transport-protocol %s: DTLS-SRTP is not supported, only SDES",
			sl_sdp_proto_name(proposal->proto));
	proposal->mux = from->mux && !(options->rtcp_mux & SL_NG_MUX_DEMUX);
	if (options->rtcp_mux & (SL_NG_MUX_OFFER | SL_NG_MUX_REQUIRE))
		proposal->mux = true;
	if (!sl_proto_secure(proposal->proto))
		return 0;
	if (options->sdes_off)
		return refuse(why, "SDES is switched off and %s needs it",
			sl_sdp_proto_name(proposal->proto));
	propose_suites(options, proposal);
	if (!proposal->n_suites)
		return refuse(why, "the SDES flags leave no suite to offer");
	return 0;
}

static int answer_keys(const struct sl_sdp_media *media, const struct sl_proposal *proposal,
	struct sl_terms *to, char why[SL_NG_WHY])
{
	const char *reason = "";
	struct sl_sdes line;

	if (media->n_crypto != 1)
		return refuse(why, "line %u: an answer has one a=crypto (RFC 4568 5.1.2), not %u",
			media->line, media->n_crypto);
	if (sl_sdes_parse(&line, media->crypto[0].at, media->crypto[0].len, &reason))
		return refuse(why, "line %u: a=crypto: %s", media->line, reason);
	take_line(to, &line);
	explicit_bzero(&line, sizeof(line));
	if (to->tag < 1 || to->tag > proposal->n_suites)
		return refuse(
			why, "line %u: a=crypto tag %u was not offered", media->line, to->tag);
	if (proposal->suites[to->tag - 1] != to->theirs.suite)
		return refuse(why, "line %u: a=crypto tag %u was offered with %s, not %s",
			media->line, to->tag, sl_suites[proposal->suites[to->tag - 1]].name,
			sl_suites[to->theirs.suite].name);
	return 0;
}

int sl_negotiate_answer(const struct sl_sdp *sdp, unsigned m, const struct sl_proposal *proposal,
	unsigned rtcp_mux, struct sl_terms *to, char why[SL_NG_WHY])
{
	const struct sl_sdp_media *media = &sdp->media[m];
	int rc = read_media(media, to, why);

	if (rc || !to->active || !to->media)
		return rc;
	/* AVP for AVPF is a common slip that does no harm; RTP for SRTP would. */
	if (sl_proto_secure(to->proto) != sl_proto_secure(proposal->proto))
		return refuse(why, "line %u: the answer says %s, the offer said %s", media->line,
			sl_sdp_proto_name(to->proto), sl_sdp_proto_name(proposal->proto));
	if (!proposal->mux)
		to->mux = false;
	if (!to->mux && rtcp_mux & SL_NG_MUX_REQUIRE)
		return refuse(
			why, "line %u: rtcp-mux is required and not in the answer", media->line);
	return sl_proto_secure(to->proto) ? answer_keys(media, proposal, to, why) : 0;
}

bool sl_negotiate_mux(const struct sl_terms *from, const struct sl_terms *to, unsigned rtcp_mux)
{
	if (!from->mux || rtcp_mux & SL_NG_MUX_REJECT)
		return false;
	return to->mux || rtcp_mux & (SL_NG_MUX_ACCEPT | SL_NG_MUX_DEMUX);
}
