/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of a request. */
#include "ctrl/ng/ng_option_keys.h"

#include <string.h>
#include <sys/socket.h>

#include "ctrl/base/address.h"
#include "ctrl/sdp/sdes.h"

static void read_proto(struct sl_ng_reader *r, struct sl_text text)
{
	struct sl_request *o = r->o;
	struct sl_text rest;

	if (sl_ng_is(text, "accept")) {
		o->proto_accept = true;
		return;
	}
	if (sl_ng_starts(text, "UDP/TLS/", &rest)) {
		sl_ng_refuse(r, -SL_E_UNSUPPORTED, "DTLS-SRTP is not supported:", text);
		return;
	}
	o->proto = SL_SDP_OTHER;
	for (int i = SL_SDP_OTHER + 1; i < SL_SDP_PROTO_COUNT; i++)
		if (sl_ng_is(text, sl_sdp_proto_name(i)))
			o->proto = i;
	if (o->proto == SL_SDP_OTHER)
		sl_ng_refuse(r, -SL_E_REQUEST, "unknown transport-protocol", text);
}

static void read_family(struct sl_ng_reader *r, struct sl_text text)
{
	if (sl_ng_is(text, "IP4"))
		r->o->family = SL_IPV4;
	else if (sl_ng_is(text, "IP6"))
		r->o->family = SL_IPV6;
	else
		sl_ng_refuse(r, -SL_E_REQUEST, "unknown address family", text);
}

/* A session keeps these by itself: its version, name and user go through as the endpoint says. */
static const char *const quiet_replace[] = {"SDP-version", "username", "session-name",
	"zero-address", "origin-full", "force-increment-sdp-ver", NULL};

static void read_replace(struct sl_ng_reader *r, struct sl_text text)
{
	if (sl_ng_is(text, "origin") || sl_ng_is(text, "origin-full")) {
		r->o->replace_origin = true;
		return;
	}
	if (sl_ng_is(text, "session-connection")) {
		r->o->replace_connection = true;
		return;
	}
	for (unsigned i = 0; quiet_replace[i]; i++)
		if (sl_ng_is(text, quiet_replace[i]))
			return;
	sl_ng_ignore(r, "replace", text);
}

static void read_rtcp_mux(struct sl_ng_reader *r, struct sl_text text)
{
	static const char *const names[] = {"offer", "require", "demux", "accept", "reject"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sl_ng_is(text, names[i])) {
			r->o->rtcp_mux |= 1u << i;
			return;
		}
	sl_ng_ignore(r, "rtcp-mux", text);
}

/* "A;B;" (a comma is tolerated); names we do not know are passed over: they are never offered. */
static void read_suites(struct sl_suite_list *list, struct sl_text text)
{
	while (text.len) {
		uint32_t len = 0;
		enum sl_suite suite;

		while (len < text.len && text.at[len] != ';' && text.at[len] != ',')
			len++;
		suite = sl_sdes_suite(text.at, len);
		if (suite)
			sl_suite_list_add(list, suite);
		len += len < text.len;
		text.at += len;
		text.len -= len;
	}
}

static bool read_sdes_suites(struct sl_ng_reader *r, struct sl_text text)
{
	struct sl_sdes_options *sdes = &r->o->sdes;
	struct sl_text rest;
	enum sl_suite suite;

	if (sl_ng_starts(text, "order:", &rest)) {
		read_suites(&sdes->order, rest);
	} else if (sl_ng_starts(text, "offerer_pref:", &rest)) {
		read_suites(&sdes->offerer_pref, rest);
	} else if (sl_ng_starts(text, "no-", &rest)) {
		suite = sl_sdes_suite(rest.at, rest.len);
		sdes->no |= suite ? sl_suite_bit(suite) : 0;
	} else if (sl_ng_starts(text, "only-", &rest)) {
		/* Bit 0 is no suite: something was asked for, and maybe nothing we have. */
		sdes->only |= sl_suite_bit(sl_sdes_suite(rest.at, rest.len));
	} else {
		return false;
	}
	return true;
}

static void read_sdes(struct sl_ng_reader *r, struct sl_text text)
{
	/* Done anyway, or a choice that is none without DTLS. */
	static const char *const quiet[] = {"pad", "prefer", "encrypted_srtp", "encrypted_srtcp",
		"authenticated_srtp", "on", "yes", NULL};
	static const char *const weak[] = {
		"unencrypted_srtp", "unencrypted_srtcp", "unauthenticated_srtp", NULL};
	struct sl_sdes_options *sdes = &r->o->sdes;

	for (unsigned i = 0; weak[i]; i++)
		if (sl_ng_is(text, weak[i])) {
			sl_ng_refuse(r, -SL_E_UNSUPPORTED,
				"SRTP is always encrypted and authenticated, not", text);
			return;
		}
	for (unsigned i = 0; quiet[i]; i++)
		if (sl_ng_is(text, quiet[i]))
			return;
	if (sl_ng_is(text, "off") || sl_ng_is(text, "no") || sl_ng_is(text, "disable"))
		sdes->off = true;
	else if (sl_ng_is(text, "nonew"))
		sdes->nonew = true;
	else if (sl_ng_is(text, "static"))
		sdes->keep = true;
	else if (sl_ng_is(text, "lifetime"))
		sdes->lifetime = true;
	else if (!read_sdes_suites(r, text))
		sl_ng_ignore(r, "SDES", text);
}

static void read_osrtp(struct sl_ng_reader *r, struct sl_text text)
{
	if (sl_ng_is(text, "offer") || sl_ng_is(text, "offer-RFC"))
		r->o->osrtp_offer = true;
	else if (sl_ng_is(text, "accept") || sl_ng_is(text, "accept-RFC"))
		r->o->osrtp_accept = true;
	else if (sl_ng_is(text, "offer-legacy") || sl_ng_is(text, "accept-legacy"))
		sl_ng_refuse(
			r, -SL_E_UNSUPPORTED, "only OSRTP as in RFC 8643 is supported, not", text);
	else
		sl_ng_ignore(r, "OSRTP", text);
}

static void read_ice(struct sl_ng_reader *r, struct sl_text text)
{
	/* Media has to come through us, so candidates are always removed: there is nothing to
	 * choose. */
	if (!sl_ng_is(text, "remove") && !sl_ng_is(text, "default"))
		sl_ng_ignore(r, "ICE", text);
}

static void read_from_interface(struct sl_ng_reader *r, struct sl_text text)
{
	r->o->direction[0] = text;
}

static void read_to_interface(struct sl_ng_reader *r, struct sl_text text)
{
	r->o->direction[1] = text;
}

static void read_direction(struct sl_ng_reader *r, struct sl_text text)
{
	if (!r->o->direction[0].at)
		r->o->direction[0] = text;
	else if (!r->o->direction[1].at)
		r->o->direction[1] = text;
	else
		sl_ng_refuse(r, -SL_E_REQUEST, "more than two interfaces in direction:", text);
}

static void read_media_remove(struct sl_ng_reader *r, struct sl_text text)
{
	for (unsigned i = 0; i < SL_MEDIA_REMOVE; i++)
		if (!r->o->media_remove[i].at) {
			r->o->media_remove[i] = text;
			return;
		}
	sl_ng_refuse(
		r, -SL_E_REQUEST, "sdp-media-remove: too many types, at most 4, the last is", text);
}

static void read_transcode(struct sl_ng_reader *r, struct sl_text text)
{
	if (!sl_codec_filter_add(&r->o->filter.codec, SL_CODEC_TRANSCODE, text))
		sl_ng_refuse(
			r, -SL_E_REQUEST, "codec: too many codecs, at most 64, the last is", text);
}

static void read_supports(struct sl_ng_reader *r, struct sl_text text)
{
	if (sl_ng_is(text, "load-limit"))
		r->o->load_limit = true;
}

static void read_emergency(struct sl_ng_reader *r, struct sl_text text)
{
	r->o->emergency = sl_ng_is(text, "yes") || sl_ng_is(text, "on") || sl_ng_is(text, "1") ||
			  sl_ng_is(text, "true");
}

enum { DELETE_DELAY_MAX = 24 * 3600 }; /* seconds */

static void read_delay(struct sl_ng_reader *r, const struct sl_node *node)
{
	if (!sl_node_number(node, &r->o->delete_delay))
		sl_ng_refuse(r, -SL_E_REQUEST,
			"delete-delay is no number of seconds:", sl_ng_text(node));
	else if (r->o->delete_delay < -1 || r->o->delete_delay > DELETE_DELAY_MAX)
		sl_ng_refuse(r, -SL_E_REQUEST, "delete-delay is out of range:", sl_ng_text(node));
}

static void read_tos(struct sl_ng_reader *r, const struct sl_node *node)
{
	int64_t tos;

	if (!sl_node_number(node, &tos) || tos < -1 || tos > 255)
		sl_ng_refuse(r, -SL_E_REQUEST, "TOS is not between 0 and 255:", sl_ng_text(node));
	else
		r->o->tos = (int)tos;
}

/* An advertised address of the proxy's choosing; it has to lead here. */
static void read_media_address(struct sl_ng_reader *r, struct sl_text text)
{
	uint8_t ip[16];
	char address[SL_ADDRESS_TEXT];

	if (text.len >= sizeof(address)) {
		sl_ng_refuse(r, -SL_E_REQUEST, "media-address is no address:", text);
		return;
	}
	memcpy(address, text.at, text.len);
	address[text.len] = '\0';
	if (sl_address_parse(address, ip)) {
		sl_ng_refuse(r, -SL_E_REQUEST, "media-address is no address:", text);
		return;
	}
	memset(&r->o->media_address, 0, sizeof(r->o->media_address));
	r->o->media_address.family = sl_address_is_ipv4(ip) ? AF_INET : AF_INET6;
	if (sl_address_is_ipv4(ip))
		memcpy(r->o->media_address.ip, ip + 12, 4);
	else
		memcpy(r->o->media_address.ip, ip, 16);
}

static void read_label(struct sl_ng_reader *r, struct sl_text text)
{
	if (!text.len || text.len > SL_CALL_NAME)
		sl_ng_refuse(r, -SL_E_REQUEST, "a label has 1 to 256 characters:", text);
	else if (sl_ng_has_control(text))
		sl_ng_refuse(r, -SL_E_REQUEST, "there is a control character in label", text);
	else
		r->o->label = text;
}

/* Where the sender is: ["IP4", "192.0.2.1"]. What cannot be read was not said. */
static void read_received(struct sl_ng_reader *r, const struct sl_node *node)
{
	const struct sl_node *address =
		node->type == SL_NODE_LIST && node->first ? node->first->next : NULL;
	char text[SL_ADDRESS_TEXT];

	if (!address || address->type != SL_NODE_STRING || address->len >= sizeof(text))
		return;
	memcpy(text, address->str, address->len);
	text[address->len] = '\0';
	r->o->source.received = !sl_address_parse(text, r->o->source.received_from);
}

const struct sl_ng_key sl_ng_keys[] = {
	{"transport-protocol", read_proto, NULL, false},
	{"address-family", read_family, NULL, false},
	{"replace", read_replace, NULL, true},
	{"rtcp-mux", read_rtcp_mux, NULL, true},
	{"SDES", read_sdes, NULL, true},
	{"OSRTP", read_osrtp, NULL, true},
	{"ICE", read_ice, NULL, false},
	{"direction", read_direction, NULL, false},
	{"from-interface", read_from_interface, NULL, false},
	{"to-interface", read_to_interface, NULL, false},
	{"interface", read_from_interface, NULL, false},
	{"label", read_label, NULL, false},
	{"from-label", read_label, NULL, false},
	{"received-from", NULL, read_received, false},
	{"TOS", NULL, read_tos, false},
	{"media-address", read_media_address, NULL, false},
	{"delete-delay", NULL, read_delay, false},
	{"supports", read_supports, NULL, false},
	{"emergency", read_emergency, NULL, false},
	{"sdp-media-remove", read_media_remove, NULL, true},
	{"transcode", read_transcode, NULL, true},
	{"sdp-attr", sl_ng_sdp_attr_flag, sl_ng_sdp_attr, true},
	{"codec", sl_ng_codec_flag, sl_ng_codec, true},
	{NULL, NULL, NULL, false},
};
