/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/query.h"

#include <string.h>

#include "ctrl/ng/query_quality.h"
#include "ctrl/observe/medium_view.h"
#include "ctrl/observe/quality.h"

/* Levels of detail of a reply: each tells less than the one before. */
enum detail {
	ALL,
	NO_DETAILS, /* but where media goes, and its SSRC */
	BRIEF,      /* but its SSRC, and of `why` the causes alone */
	NO_MEDIA,   /* only who is in the call */
	FEW,        /* and not all of them, by their tags alone */
};

/* Drops are not told apart by component: they stand with RTP. */
static void write_stats(struct sl_reply *reply, uint64_t packets, uint64_t bytes, uint64_t drops)
{
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "packets", (int64_t)packets);
	sl_reply_key_integer(reply, "bytes", (int64_t)bytes);
	sl_reply_key_integer(reply, "errors", (int64_t)drops);
	sl_reply_end(reply);
}

static void write_endpoint(struct sl_reply *reply, const char *key, const struct sl_endpoint *at)
{
	char text[SL_ADDRESS_TEXT];

	sl_reply_key(reply, key);
	sl_reply_dict(reply);
	sl_reply_key_string(reply, "family", sl_address_is_ipv4(at->ip) ? "IPv4" : "IPv6");
	sl_reply_key_string(reply, "address", sl_address_text(at->ip, text));
	sl_reply_key_integer(reply, "port", at->port);
	sl_reply_end(reply);
}

/* SDP mostly says nothing of RTCP: it has the port after that of RTP, at the same address (RFC 3550
 * 11). */
static bool follows_rtp(const struct sl_endpoint remote[SL_COMPONENTS], bool mux)
{
	return !memcmp(remote[SL_RTP].ip, remote[SL_RTCP].ip, 16) &&
	       remote[SL_RTCP].port == remote[SL_RTP].port + !mux;
}

/* Writes where media goes; and what SDP said, if that is elsewhere by now. */
static void write_endpoints(
	struct sl_reply *reply, const struct sl_medium_view *medium, enum sl_component component)
{
	const struct sl_endpoint *remote = &medium->remote[component];
	const struct sl_endpoint *signalled = &medium->signalled[component];

	if (component == SL_RTCP && follows_rtp(medium->remote, medium->mux))
		return;
	write_endpoint(reply, "endpoint", remote);
	if (!sl_endpoint_equal(remote, signalled))
		write_endpoint(reply, "advertised endpoint", signalled);
}

static void write_flags(
	struct sl_reply *reply, const struct sl_medium_view *medium, enum sl_component component)
{
	sl_reply_key(reply, "flags");
	sl_reply_list(reply);
	sl_reply_string(reply, component == SL_RTP ? "RTP" : "RTCP");
	if (medium->mux)
		sl_reply_string(reply, "rtcp-mux");
	if (medium->held)
		sl_reply_string(reply, "held");
	sl_reply_end(reply);
}

static void write_details(
	struct sl_reply *reply, const struct sl_medium_view *medium, enum sl_component component)
{
	const struct sl_path_view *from = &medium->from;

	if (component == SL_RTP && medium->suite != SL_SUITE_NONE)
		sl_reply_key_string(reply, "crypto suite", sl_suites[medium->suite].name);
	if (component == SL_RTP)
		sl_reply_key_integer(reply, "last packet", from->last);
	write_flags(reply, medium, component);
	sl_reply_key(reply, "stats");
	write_stats(reply, from->count.packets[component], from->count.bytes[component],
		component == SL_RTP ? from->drops : 0);
}

static void write_stream(struct sl_reply *reply, const struct sl_medium_view *medium,
	enum sl_component component, enum detail detail)
{
	sl_reply_dict(reply);
	if (detail < BRIEF)
		sl_reply_key_integer(reply, "local port", medium->local[component].port);
	if (component == SL_RTP && medium->heard)
		sl_reply_key_integer(reply, "SSRC", medium->ssrc);
	if (medium->active && detail < BRIEF)
		write_endpoints(reply, medium, component);
	if (detail == ALL)
		write_details(reply, medium, component);
	sl_reply_end(reply);
}

static void write_medium(
	struct sl_reply *reply, const struct sl_leg_view *leg, unsigned m, enum detail detail)
{
	struct sl_medium_view medium;

	sl_view_medium(leg, m, &medium);
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "index", m + 1);
	sl_reply_key_string(reply, "type", medium.kind);
	if (medium.protocol && detail < BRIEF)
		sl_reply_key_string(reply, "protocol", medium.protocol);
	sl_reply_key(reply, "streams");
	sl_reply_list(reply);
	if (medium.has_ports)
		write_stream(reply, &medium, SL_RTP, detail);
	if (medium.has_ports && detail == ALL)
		write_stream(reply, &medium, SL_RTCP, detail);
	sl_reply_end(reply);
	sl_reply_end(reply);
}

static void write_leg(struct sl_reply *reply, const struct sl_leg_view *leg, enum detail detail)
{
	sl_reply_key(reply, leg->tag);
	sl_reply_dict(reply);
	if (leg->label && detail < FEW)
		sl_reply_key_string(reply, "label", leg->label);
	if (detail == ALL) {
		sl_reply_key_string(reply, "tag", leg->tag);
		sl_reply_key_integer(reply, "created", leg->created);
		if (leg->dialogue)
			sl_reply_key_string(reply, "in dialogue with", leg->dialogue);
	}
	if (detail < NO_MEDIA) {
		sl_reply_key(reply, "medias");
		sl_reply_list(reply);
		for (unsigned m = 0; m < leg->n_media; m++)
			write_medium(reply, leg, m, detail);
		sl_reply_end(reply);
	}
	sl_reply_end(reply);
}

/* Writes those whose tag is known. Half of the room is for what comes behind. */
static void write_legs(struct sl_reply *reply, const struct sl_call_view *call, enum detail detail)
{
	sl_reply_key(reply, "tags");
	sl_reply_dict(reply);
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg_view leg;

		sl_view_leg(call, i, &leg);
		if (leg.tag && (detail < FEW || reply->len < reply->size / 2))
			write_leg(reply, &leg, detail);
	}
	sl_reply_end(reply);
}

static void write_carried(struct sl_reply *reply, const struct sl_carried *c)
{
	sl_reply_key(reply, "totals");
	sl_reply_dict(reply);
	sl_reply_key(reply, "RTP");
	write_stats(reply, c->packets[SL_RTP], c->bytes[SL_RTP], c->drops);
	sl_reply_key(reply, "RTCP");
	write_stats(reply, c->packets[SL_RTCP], c->bytes[SL_RTCP], 0);
	sl_reply_end(reply);
}

/* In microseconds. */
static void write_latency(struct sl_reply *reply, const struct sl_latency_view *latency)
{
	if (!latency->packets)
		return;
	sl_reply_key(reply, "relay latency");
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "average", (int64_t)(latency->total / latency->packets / 1000));
	sl_reply_key_integer(reply, "highest", latency->highest / 1000);
	sl_reply_end(reply);
}

static void write_totals(struct sl_reply *reply, const struct sl_call_view *call)
{
	struct sl_totals_view totals;

	sl_view_totals(call, &totals);
	write_carried(reply, &totals.carried);
	write_latency(reply, &totals.latency);
}

static void write_why(struct sl_reply *reply, const struct sl_why *why, enum detail detail)
{
	sl_reply_key(reply, "why");
	sl_reply_list(reply);
	for (unsigned i = 0; i < why->n; i++) {
		sl_reply_dict(reply);
		sl_reply_key_string(reply, "cause", sl_cause_labels[why->list[i].cause]);
		if (detail < BRIEF)
			sl_reply_key_string(reply, "text", why->list[i].text);
		sl_reply_end(reply);
	}
	sl_reply_end(reply);
}

static void write_call(struct sl_reply *reply, const struct sl_call_view *call,
	const struct sl_why *why, enum detail detail)
{
	static const char *const cut[] = {NULL, "details", "streams", "media", "parties"};

	sl_reply_key_integer(reply, "created", call->created);
	if (cut[detail])
		sl_reply_key_string(reply, "cut", cut[detail]);
	write_legs(reply, call, detail);
	write_totals(reply, call);
	if (why)
		write_why(reply, why, detail);
	sl_query_quality(reply, call);
}

/*
 * With as much as fits: into a datagram, if it is not too much that has to go for that; else into
 * what proxies read at once.
 */
void sl_query_write(
	struct sl_reply *reply, const struct sl_call_view *call, const struct sl_why *why)
{
	const struct sl_reply empty = *reply;
	const size_t rooms[] = {SL_QUERY_DATAGRAM, reply->size - SL_QUERY_REST};

	for (unsigned i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		for (enum detail detail = ALL; detail <= (i ? FEW : BRIEF); detail++) {
			*reply = empty;
			write_call(reply, call, why, detail);
			if (!reply->overflow && reply->len <= rooms[i])
				return;
		}
}

void sl_query_call(struct sl_reply *reply, const struct sl_call *call, const struct sl_why *why)
{
	struct sl_call_view view;

	sl_quality_sample((struct sl_call *)call); /* it changes nothing else */
	sl_view_call(call, &view);
	sl_query_write(reply, &view, why);
}
