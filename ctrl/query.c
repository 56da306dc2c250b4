/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/query.h"

#include <string.h>
#include <time.h>

#include "ctrl/leg.h"
#include "ctrl/snapshot.h"
#include "dataplane/port.h"

void sl_path_counters(const struct sl_path *path, struct sl_flow_counters *out)
{
	memset(out, 0, sizeof(*out));
	if (path->flow)
		sl_flow_counters(path->flow, out);
}

uint64_t sl_path_drops(const struct sl_flow_counters *counters)
{
	uint64_t drops = 0;

	for (unsigned i = SL_FORWARD + 1; i < SL_VERDICTS; i++)
		drops += counters->drops[i];
	return drops;
}

int64_t sl_path_last(const struct sl_flow_counters *counters)
{
	if (!counters->last)
		return 0;
	return time(NULL) - (int64_t)((sl_clock() - counters->last) / 1000000000);
}

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

/* Microseconds that media was in here. */
static void write_latency(struct sl_reply *reply, const struct sl_flow *flow)
{
	struct sl_latency latency;

	sl_flow_latency(flow, &latency);
	if (!latency.packets)
		return;
	sl_reply_key(reply, "relay latency");
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "average", (int64_t)(latency.total / latency.packets / 1000));
	sl_reply_key_integer(reply, "highest", latency.highest / 1000);
	sl_reply_end(reply);
}

static void write_stream(struct sl_reply *reply, const struct sl_leg_media *media,
	enum sl_component component, const struct sl_flow_counters *counters)
{
	const struct sl_terms *terms = &media->terms;
	unsigned port = media->local->rtp + (component == SL_RTCP && !terms->mux);

	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "local port", port);
	if (terms->active) {
		struct sl_endpoint said[SL_COMPONENTS], remote[SL_COMPONENTS];

		sl_terms_remote(terms, said);
		sl_leg_remote(media, terms, remote);
		write_endpoint(reply, "endpoint", remote[component].ip, remote[component].port);
		/* What SDP said, if media goes elsewhere by now: a reply has to fit into a
		 * datagram. */
		if (!sl_endpoint_equal(&remote[component], &said[component]))
			write_endpoint(reply, "advertised endpoint", said[component].ip,
				said[component].port);
	}
	if (terms->theirs.suite != SL_SUITE_NONE)
		sl_reply_key_string(reply, "crypto suite", sl_suites[terms->theirs.suite].name);
	sl_reply_key_integer(reply, "last packet", sl_path_last(counters));
	if (component == SL_RTP && media->path.flow) {
		struct sl_quality_report stream;

		sl_quality_read(&media->path.flow->quality[0], &stream);
		if (stream.packets)
			sl_reply_key_integer(reply, "SSRC", stream.ssrc);
	}
	sl_reply_key(reply, "flags");
	sl_reply_list(reply);
	sl_reply_string(reply, component == SL_RTP ? "RTP" : "RTCP");
	if (terms->mux)
		sl_reply_string(reply, "rtcp-mux");
	if (terms->held)
		sl_reply_string(reply, "held");
	sl_reply_end(reply);
	sl_reply_key(reply, "stats");
	write_stats(reply, counters, component);
	if (component == SL_RTP && media->path.flow)
		write_latency(reply, media->path.flow);
	sl_reply_end(reply);
}

static void write_medium(struct sl_reply *reply, const struct sl_leg_media *media, unsigned m)
{
	const char *protocol = sl_sdp_proto_name(media->terms.proto);
	struct sl_flow_counters counters;

	sl_path_counters(&media->path, &counters);
	sl_reply_dict(reply);
	sl_reply_key_integer(reply, "index", m + 1);
	sl_reply_key_string(reply, "type", media->kind);
	if (protocol)
		sl_reply_key_string(reply, "protocol", protocol);
	sl_reply_key(reply, "streams");
	sl_reply_list(reply);
	if (media->local)
		for (int i = 0; i < SL_COMPONENTS; i++)
			write_stream(reply, media, i, &counters);
	sl_reply_end(reply);
	sl_reply_end(reply);
}

static void write_leg(struct sl_reply *reply, const struct sl_call *call, const struct sl_leg *leg)
{
	const struct sl_leg *other = sl_call_other(call, leg);

	sl_reply_key(reply, leg->tag);
	sl_reply_dict(reply);
	sl_reply_key_string(reply, "tag", leg->tag);
	if (leg->label)
		sl_reply_key_string(reply, "label", leg->label);
	sl_reply_key_integer(reply, "created", leg->created);
	if (other && other->tag)
		sl_reply_key_string(reply, "in dialogue with", other->tag);
	sl_reply_key(reply, "medias");
	sl_reply_list(reply);
	for (unsigned m = 0; m < leg->n_media; m++)
		write_medium(reply, &leg->media[m], m);
	sl_reply_end(reply);
	sl_reply_end(reply);
}

static void write_totals(struct sl_reply *reply, const struct sl_call *call)
{
	struct sl_flow_counters total = {0}, one;

	for (unsigned i = 0; i < call->n_legs; i++)
		for (unsigned m = 0; m < call->leg[i]->n_media; m++) {
			sl_path_counters(&call->leg[i]->media[m].path, &one);
			for (int c = 0; c < SL_COMPONENTS; c++) {
				total.packets[c] += one.packets[c];
				total.bytes[c] += one.bytes[c];
			}
			for (unsigned v = 0; v < SL_VERDICTS; v++)
				total.drops[v] += one.drops[v];
		}
	sl_reply_key(reply, "totals");
	sl_reply_dict(reply);
	sl_reply_key(reply, "RTP");
	write_stats(reply, &total, SL_RTP);
	sl_reply_key(reply, "RTCP");
	write_stats(reply, &total, SL_RTCP);
	sl_reply_end(reply);
}

void sl_query_write(struct sl_reply *reply, const struct sl_call *call)
{
	sl_quality_sample((struct sl_call *)call); /* of what came last; changes nothing else */
	sl_reply_key_integer(reply, "created", call->created);
	sl_reply_key(reply, "tags");
	sl_reply_dict(reply);
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->tag)
			write_leg(reply, call, call->leg[i]);
	sl_reply_end(reply);
	write_totals(reply, call);
	sl_quality_write(reply, call);
}

void sl_query_write_why(
	struct sl_reply *reply, const struct sl_call *call, const struct sl_guard_config *guard)
{
	struct sl_why why;

	sl_call_why(call, guard, &why);
	sl_reply_key(reply, "why");
	sl_reply_list(reply);
	for (unsigned i = 0; i < why.n; i++) {
		sl_reply_dict(reply);
		sl_reply_key_string(reply, "cause", sl_cause_labels[why.list[i].cause]);
		sl_reply_key_string(reply, "text", why.list[i].text);
		sl_reply_end(reply);
	}
	sl_reply_end(reply);
}
