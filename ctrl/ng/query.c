/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/query.h"

#include <string.h>
#include <time.h>

#include "ctrl/call/leg.h"
#include "ctrl/media/counters.h"
#include "ctrl/ng/query_quality.h"
#include "ctrl/observe/quality.h"
#include "ctrl/observe/snapshot.h"

/* What a reply tells: less and less. */
enum detail {
	ALL,
	NO_DETAILS, /* but where media goes, and its SSRC */
	BRIEF,      /* but its SSRC, and of `why` the causes alone */
	NO_MEDIA,   /* only who is in the call */
	FEW,        /* and not all of them, by their tags alone */
};

/* Drops are not told apart by component: they stand with RTP. */
static void write_stats(struct sl_reply *reply, const struct sl_flow_counters *counters,
	enum sl_component component)
{
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "packets", (int64_t)counters->packets[component]);
	sl_reply_key_integer(reply, "bytes", (int64_t)counters->bytes[component]);
	sl_reply_key_integer(
		reply, "errors", component == SL_RTP ? (int64_t)sl_path_drops(counters) : 0);
	sl_reply_end(reply);
}

static void write_endpoint(
	struct sl_reply *reply, const char *key, const uint8_t ip[16], uint16_t port)
{
	char text[SL_ADDRESS_TEXT];

	sl_reply_key(reply, key);
	sl_reply_dict(reply);
	sl_reply_key_string(reply, "family", sl_address_is_ipv4(ip) ? "IPv4" : "IPv6");
	sl_reply_key_string(reply, "address", sl_address_text(ip, text));
	sl_reply_key_integer(reply, "port", port);
	sl_reply_end(reply);
}

/* Of RTCP, SDP mostly says nothing: the port after that of RTP, at the same address (RFC 3550 11).
 */
static bool follows_rtp(const struct sl_endpoint remote[SL_COMPONENTS], bool mux)
{
	return !memcmp(remote[SL_RTP].ip, remote[SL_RTCP].ip, 16) &&
	       remote[SL_RTCP].port == remote[SL_RTP].port + !mux;
}

/* Where media goes; and what SDP said, if that is elsewhere by now. */
static void write_endpoints(
	struct sl_reply *reply, const struct sl_leg_media *media, enum sl_component component)
{
	const struct sl_terms *terms = &media->terms;
	struct sl_endpoint said[SL_COMPONENTS], remote[SL_COMPONENTS];

	sl_terms_remote(terms, said);
	sl_leg_remote(media, terms, remote);
	if (component == SL_RTCP && follows_rtp(remote, terms->mux))
		return;
	write_endpoint(reply, "endpoint", remote[component].ip, remote[component].port);
	if (!sl_endpoint_equal(&remote[component], &said[component]))
		write_endpoint(
			reply, "advertised endpoint", said[component].ip, said[component].port);
}

static void write_flags(
	struct sl_reply *reply, const struct sl_terms *terms, enum sl_component component)
{
	sl_reply_key(reply, "flags");
	sl_reply_list(reply);
	sl_reply_string(reply, component == SL_RTP ? "RTP" : "RTCP");
	if (terms->mux)
		sl_reply_string(reply, "rtcp-mux");
	if (terms->held)
		sl_reply_string(reply, "held");
	sl_reply_end(reply);
}

static void write_stream(struct sl_reply *reply, const struct sl_leg_media *media,
	enum sl_component component, const struct sl_flow_counters *counters, enum detail detail)
{
	const struct sl_terms *terms = &media->terms;
	unsigned port = media->local->rtp + (component == SL_RTCP && !terms->mux);

	sl_reply_dict(reply);
	if (detail < BRIEF)
		sl_reply_key_integer(reply, "local port", port);
	if (component == SL_RTP && media->path.flow) {
		struct sl_quality_report stream;

		sl_flow_quality(media->path.flow, 0, &stream);
		if (stream.packets)
			sl_reply_key_integer(reply, "SSRC", stream.ssrc);
	}
	if (terms->active && detail < BRIEF)
		write_endpoints(reply, media, component);
	if (detail == ALL) {
		if (component == SL_RTP && terms->theirs.suite != SL_SUITE_NONE)
			sl_reply_key_string(
				reply, "crypto suite", sl_suites[terms->theirs.suite].name);
		if (component == SL_RTP)
			sl_reply_key_integer(reply, "last packet", sl_path_last(counters));
		write_flags(reply, terms, component);
		sl_reply_key(reply, "stats");
		write_stats(reply, counters, component);
	}
	sl_reply_end(reply);
}

static void write_medium(
	struct sl_reply *reply, const struct sl_leg_media *media, unsigned m, enum detail detail)
{
	const char *protocol = sl_sdp_proto_name(media->terms.proto);
	struct sl_flow_counters counters;

	sl_path_counters(&media->path, &counters);
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "index", m + 1);
	sl_reply_key_string(reply, "type", media->kind);
	if (protocol && detail < BRIEF)
		sl_reply_key_string(reply, "protocol", protocol);
	sl_reply_key(reply, "streams");
	sl_reply_list(reply);
	if (media->local)
		write_stream(reply, media, SL_RTP, &counters, detail);
	if (media->local && detail == ALL)
		write_stream(reply, media, SL_RTCP, &counters, detail);
	sl_reply_end(reply);
	sl_reply_end(reply);
}

static void write_leg(struct sl_reply *reply, const struct sl_call *call, const struct sl_leg *leg,
	enum detail detail)
{
	const struct sl_leg *other = sl_call_other(call, leg);

	sl_reply_key(reply, leg->tag);
	sl_reply_dict(reply);
	if (leg->label && detail < FEW)
		sl_reply_key_string(reply, "label", leg->label);
	if (detail == ALL) {
		sl_reply_key_string(reply, "tag", leg->tag);
		sl_reply_key_integer(reply, "created", leg->created);
		if (other && other->tag)
			sl_reply_key_string(reply, "in dialogue with", other->tag);
	}
	if (detail < NO_MEDIA) {
		sl_reply_key(reply, "medias");
		sl_reply_list(reply);
		for (unsigned m = 0; m < leg->n_media; m++)
			write_medium(reply, &leg->media[m], m, detail);
		sl_reply_end(reply);
	}
	sl_reply_end(reply);
}

static void write_totals(struct sl_reply *reply, const struct sl_call *call)
{
	struct sl_flow_counters total = call->left;

	for (unsigned i = 0; i < call->n_legs; i++)
		sl_leg_counters_add(call->leg[i], &total);
	sl_reply_key(reply, "totals");
	sl_reply_dict(reply);
	sl_reply_key(reply, "RTP");
	write_stats(reply, &total, SL_RTP);
	sl_reply_key(reply, "RTCP");
	write_stats(reply, &total, SL_RTCP);
	sl_reply_end(reply);
}

/* Microseconds that media was in here, of all directions. */
static void write_latency(struct sl_reply *reply, const struct sl_call *call)
{
	uint64_t total = 0, packets = 0;
	uint32_t highest = 0;

	for (unsigned i = 0; i < call->n_legs; i++)
		for (unsigned m = 0; m < call->leg[i]->n_media; m++) {
			struct sl_latency one = {0};

			if (call->leg[i]->media[m].path.flow)
				sl_flow_latency(call->leg[i]->media[m].path.flow, &one);
			total += one.total;
			packets += one.packets;
			if (one.highest > highest)
				highest = one.highest;
		}
	if (!packets)
		return;
	sl_reply_key(reply, "relay latency");
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "average", (int64_t)(total / packets / 1000));
	sl_reply_key_integer(reply, "highest", highest / 1000);
	sl_reply_end(reply);
}

static void write_why(struct sl_reply *reply, const struct sl_call *call,
	const struct sl_sessions *sessions, enum detail detail)
{
	struct sl_why why;

	sl_call_why(sessions, call, &why);
	sl_reply_key(reply, "why");
	sl_reply_list(reply);
	for (unsigned i = 0; i < why.n; i++) {
		sl_reply_dict(reply);
		sl_reply_key_string(reply, "cause", sl_cause_labels[why.list[i].cause]);
		if (detail < BRIEF)
			sl_reply_key_string(reply, "text", why.list[i].text);
		sl_reply_end(reply);
	}
	sl_reply_end(reply);
}

static void write_call(struct sl_reply *reply, const struct sl_call *call, const struct sl_query *q,
	enum detail detail)
{
	static const char *const cut[] = {NULL, "details", "streams", "media", "parties"};

	sl_reply_key_integer(reply, "created", call->created);
	if (cut[detail])
		sl_reply_key_string(reply, "cut", cut[detail]);
	sl_reply_key(reply, "tags");
	sl_reply_dict(reply);
	/* Half of the room is for what comes behind. */
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->tag && (detail < FEW || reply->len < reply->size / 2))
			write_leg(reply, call, call->leg[i], detail);
	sl_reply_end(reply);
	write_totals(reply, call);
	write_latency(reply, call);
	if (q->why)
		write_why(reply, call, q->sessions, detail);
	sl_query_quality(reply, call);
}

/*
 * With as much as fits: into a datagram, if it is not too much that has to go for that; else into
 * what proxies read at once.
 */
void sl_query_write(
	struct sl_reply *reply, const struct sl_call *call, const struct sl_query *query)
{
	const struct sl_reply empty = *reply;
	const size_t rooms[] = {SL_QUERY_DATAGRAM, reply->size - SL_QUERY_REST};

	sl_quality_sample((struct sl_call *)call); /* of what came last; changes nothing else */
	for (unsigned i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		for (enum detail detail = ALL; detail <= (i ? FEW : BRIEF); detail++) {
			*reply = empty;
			write_call(reply, call, query, detail);
			if (!reply->overflow && reply->len <= rooms[i])
				return;
		}
}
