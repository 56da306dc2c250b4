/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/negotiate.h"

#include <string.h>
#include <sys/socket.h>

#include "ctrl/offer/negotiate_keys.h"
#include "ctrl/sdp/sdes_policy.h"

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

static int check_address(const struct sl_sdp_media *media, const struct sl_sdp_address *said,
	const uint8_t ip[16], struct sl_error *error)
{
	char text[SL_ADDRESS_TEXT];
	const char *refused = sl_address_refused(ip);

	if (!refused && said->family == AF_INET6 && sl_address_is_ipv4(ip))
		refused = "an IPv4-mapped address: write IN IP4";

	if (!refused)
		return 0;
	return sl_refuse(error, -SL_E_ADDRESS, "line %u: media cannot be sent to %s, %s",
		media->line, sl_address_text(ip, text), refused);
}

static uint32_t announced_bytes(const struct sl_sdp_media *media)
{
	if (media->bandwidth.as_kbps)
		return media->bandwidth.as_kbps < UINT32_MAX / 125 ? media->bandwidth.as_kbps * 125
								   : UINT32_MAX;
	return media->bandwidth.tias_bps / 8;
}

/*
 * Endpoints may send shorter packets than they are asked for: audio of 10 ms at least, unless
 * a=ptime says less still. What is not audio by its bandwidth, in packets that are smaller than any
 * encoder's average.
 */
static uint32_t announced_pps(const struct sl_sdp_media *media)
{
	enum { AUDIO = 100, OTHER = 5000, OTHER_LEAST = 500, SMALL = 150 };
	uint32_t bytes = announced_bytes(media);

	if (sl_text_is(media->type, "audio"))
		return media->ptime && 1000u / media->ptime > AUDIO ? 1000u / media->ptime : AUDIO;
	if (!bytes)
		return OTHER;
	return bytes / SMALL > OTHER_LEAST ? bytes / SMALL : OTHER_LEAST;
}

/*
 * a=rtcp names where RTCP is wanted (RFC 3605), unless it is one of those that name nothing: no
 * address at all and the port of the discard service, as RFC 8829 5.2.1 prescribes. One that cannot
 * be used counts as absent.
 */
static bool takes_rtcp(const struct sl_sdp_media *media, struct sl_error *error)
{
	enum { DISCARD = 9 };
	const struct sl_sdp_address *said = &media->rtcp_address;
	struct sl_error refused;
	uint8_t ip[16];

	if (!media->has_rtcp || !media->rtcp_port || media->rtcp_port == DISCARD)
		return false;
	if (!said->family)
		return true;
	if (unspecified(said))
		return false;
	sl_address_from_sdp(said, ip);
	if (!check_address(media, said, ip, &refused) && said->family == media->connection.family)
		return true;
	sl_remark(
		error, "line %u: a=rtcp counts as absent: RTCP cannot be sent there", media->line);
	return false;
}

/* Where the party listens; RTCP at the next port unless a=rtcp says otherwise. */
static int read_endpoints(
	const struct sl_sdp_media *media, struct sl_media_params *params, struct sl_error *error)
{
	struct sl_endpoint *rtp = &params->remote[SL_RTP], *rtcp = &params->remote[SL_RTCP];

	sl_address_from_sdp(&media->connection, rtp->ip);
	rtp->port = media->port;
	*rtcp = *rtp;
	if (takes_rtcp(media, error)) {
		rtcp->port = media->rtcp_port;
		if (media->rtcp_address.family)
			sl_address_from_sdp(&media->rtcp_address, rtcp->ip);
	} else if (media->port < UINT16_MAX) {
		rtcp->port = (uint16_t)(media->port + 1);
	} else if (!params->mux)
		return sl_refuse(error, -SL_E_ADDRESS, "line %u: port 65535 leaves none for RTCP",
			media->line);
	if (unspecified(&media->connection)) {
		params->held = true;
		return 0;
	}
	return check_address(media, &media->connection, rtp->ip, error);
}

static int read_media(
	const struct sl_sdp_media *media, struct sl_media_params *params, struct sl_error *error)
{
	memset(params, 0, sizeof(*params));
	params->active = media->port != 0;
	params->media = media->proto != SL_SDP_OTHER;
	params->proto = media->proto;
	params->direction = media->direction;
	params->pps = announced_pps(media);
	params->bytes = announced_bytes(media);
	params->mid = media->mid.at != NULL;
	if (!params->active || !params->media)
		return 0;
	if (media->proto == SL_SDP_DTLS_SAVP || media->proto == SL_SDP_DTLS_SAVPF)
		return sl_refuse(error, -SL_E_UNSUPPORTED,
			"line %u: %s: DTLS-SRTP is not supported, only SDES", media->line,
			sl_sdp_proto_name(media->proto));
	if (media->port_count != 1)
		return sl_refuse(error, -SL_E_UNSUPPORTED, "line %u: more than one port per medium",
			media->line);
	params->mux = media->rtcp_mux || media->rtcp_mux_only;
	return read_endpoints(media, params, error);
}

int sl_negotiate_offer(const struct sl_sdp *sdp, unsigned m, const struct sl_offer_policy *policy,
	struct sl_media_params *params, struct sl_error *error)
{
	const struct sl_sdp_media *media = &sdp->media[m];
	int rc = read_media(media, params, error);

	if (rc || !params->active)
		return rc;
	if (!params->media)
		return 0;
	if (sl_proto_secure(params->proto))
		return sl_keys_choose(media, policy, params, error);
	/* Keys of which none can be served are as good as none: it is plain RTP that was offered.
	 */
	if (media->n_crypto) {
		int none = sl_keys_choose(media, policy, params, error);

		if (none)
			error->code = 0; /* but a remark */
		params->osrtp = !none && !policy->secure_only;
	}
	if (policy->secure_only && params->theirs.suite == SL_SUITE_NONE)
		return sl_refuse(error, -SL_E_PROFILE,
			"line %u: plain RTP is not allowed on this interface (allow-rtp)",
			media->line);
	return 0;
}

static int propose_suites(const struct sl_media_params *from, const struct sl_request *options,
	const struct sl_config_interface *to, enum sl_suite in_force, struct sl_proposal *proposal,
	struct sl_error *error)
{
	const struct sl_sdes_options *sdes = &options->sdes;

	if (sdes->off)
		return sl_refuse(error, -SL_E_NO_KEY, "SDES is switched off and %s needs it",
			sl_sdp_proto_name(proposal->proto));
	proposal->suites = sl_sdes_propose(sdes, from->suites, in_force, to->min_suite);
	proposal->may_shorten = !sdes->only && !(sdes->nonew && from->suites);
	if (!proposal->suites.n)
		return sl_refuse(error, -SL_E_NO_KEY,
			"the SDES flags and min-suite leave no suite to offer");
	return 0;
}

int sl_negotiate_propose(const struct sl_media_params *from, const struct sl_request *options,
	const struct sl_config_interface *to, enum sl_suite in_force, struct sl_proposal *proposal,
	struct sl_error *error)
{
	bool osrtp;

	memset(proposal, 0, sizeof(*proposal));
	if (!from->active || !from->media)
		return 0;
	proposal->proto = options->proto == SL_SDP_OTHER ? from->proto : options->proto;
	if (proposal->proto == SL_SDP_DTLS_SAVP || proposal->proto == SL_SDP_DTLS_SAVPF)
		return sl_refuse(error, -SL_E_UNSUPPORTED,
			"transport-protocol %s: DTLS-SRTP is not supported, only SDES",
			sl_sdp_proto_name(proposal->proto));
	proposal->mux = from->mux && !(options->rtcp_mux & SL_MUX_DEMUX);
	if (options->rtcp_mux & (SL_MUX_OFFER | SL_MUX_REQUIRE))
		proposal->mux = true;
	if (sl_proto_secure(proposal->proto))
		return propose_suites(from, options, to, in_force, proposal, error);
	osrtp = options->osrtp_offer || (from->osrtp && !options->sdes.off);
	if (to->secure_only && !options->osrtp_offer)
		return sl_refuse(error, -SL_E_PROFILE,
			"interface %s does not allow plain RTP (allow-rtp): transport-protocol has "
			"to be RTP/SAVP",
			to->name);
	proposal->secure_only = to->secure_only;
	return osrtp ? propose_suites(from, options, to, in_force, proposal, error) : 0;
}

/* RFC 8643 3.1: the answer has a key, and SRTP is used, or it has none. */
static int answer_osrtp(const struct sl_sdp_media *media, const struct sl_proposal *proposal,
	struct sl_media_params *to, struct sl_error *error)
{
	if (media->n_crypto)
		return sl_keys_answer(media, proposal, to, error);
	if (proposal->secure_only)
		return sl_refuse(error, -SL_E_PROFILE,
			"line %u: the answer has no key, and its interface does not allow plain "
			"RTP (allow-rtp)",
			media->line);
	return 0;
}

int sl_negotiate_answer(const struct sl_sdp *sdp, unsigned m, const struct sl_proposal *proposal,
	unsigned rtcp_mux, struct sl_media_params *to, struct sl_error *error)
{
	const struct sl_sdp_media *media = &sdp->media[m];
	bool secure = sl_proto_secure(proposal->proto);
	int rc = read_media(media, to, error);

	if (rc || !to->active || !to->media)
		return rc;
	/* AVP for AVPF is a common slip that does no harm; RTP for SRTP would. */
	if (sl_proto_secure(to->proto) != secure && !(proposal->suites.n && !secure))
		return sl_refuse(error, -SL_E_PROFILE,
			"line %u: the answer says %s, the offer said %s", media->line,
			sl_sdp_proto_name(to->proto), sl_sdp_proto_name(proposal->proto));
	if (!proposal->mux)
		to->mux = false;
	if (!to->mux && rtcp_mux & SL_MUX_REQUIRE)
		return sl_refuse(error, -SL_E_PROFILE,
			"line %u: rtcp-mux is required and not in the answer", media->line);
	if (secure || sl_proto_secure(to->proto))
		return sl_keys_answer(media, proposal, to, error);
	return proposal->suites.n ? answer_osrtp(media, proposal, to, error) : 0;
}

static bool settle_mux(
	const struct sl_media_params *from, const struct sl_media_params *to, unsigned rtcp_mux)
{
	if (!from->mux || rtcp_mux & SL_MUX_REJECT)
		return false;
	return to->mux || rtcp_mux & (SL_MUX_ACCEPT | SL_MUX_DEMUX);
}

void sl_negotiate_settle(struct sl_media_params *from, const struct sl_media_params *to,
	const struct sl_request *options, unsigned rtcp_mux)
{
	from->mux = settle_mux(from, to, rtcp_mux);
	if (options->sdes.keep && from->kept.theirs.suite != SL_SUITE_NONE) {
		from->tag = from->kept.tag;
		from->draft_name = from->kept.draft_name;
		from->theirs = from->kept.theirs;
	}
	/* Opportunistic keys are passed on: one side takes them if the other does. */
	if (from->osrtp && to->theirs.suite == SL_SUITE_NONE && !options->osrtp_accept)
		explicit_bzero(&from->theirs, sizeof(from->theirs));
	if (options->proto_accept && sl_proto_secure(from->proto) == sl_proto_secure(to->proto))
		from->proto = to->proto;
}
