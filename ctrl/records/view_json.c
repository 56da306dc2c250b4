/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/view_json.h"

static const char *const reasons[SL_VERDICTS] = {[SL_FORWARD] = "forwarded",
#define X(id, label, text) [SL_DROP_##id] = label,
	SL_DROP_REASONS(X)
#undef X
};

json_t *sl_json_path(const struct sl_path_view *path)
{
	const struct sl_flow_counters *c = &path->count;
	json_t *drops = json_object();

	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		if (c->drops[v])
			json_object_set_new(drops, reasons[v], json_integer(c->drops[v]));
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o}", "open", path->open, "packets",
		(json_int_t)c->packets[SL_RTP], "bytes", (json_int_t)c->bytes[SL_RTP],
		"rtcp_packets", (json_int_t)c->packets[SL_RTCP], "rtcp_bytes",
		(json_int_t)c->bytes[SL_RTCP], "last_packet", (json_int_t)path->last, "drops",
		drops);
}

/* In microseconds. */
json_t *sl_json_latency(const struct sl_latency_view *l)
{
	if (!l->packets)
		return json_null();
	return json_pack("{s:f, s:f}", "average", (double)l->total / (double)l->packets / 1000,
		"highest", (double)l->highest / 1000);
}

static json_t *stream_json(const struct sl_stream_view *stream)
{
	const struct sl_quality_report *now = &stream->now;
	json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "ssrc", (json_int_t)now->ssrc,
		"packets", (json_int_t)now->packets, "lost", (json_int_t)now->lost, "reordered",
		(json_int_t)now->reordered, "duplicates", (json_int_t)now->duplicates, "jitter_ms",
		now->jitter_us / 1000.0);

	if (json && stream->samples) {
		json_object_set_new(json, "mos", json_real(stream->average.mos / 10));
		json_object_set_new(json, "lowest_mos", json_real(stream->lowest.mos / 10.0));
		json_object_set_new(
			json, "round_trip_ms", json_real(stream->average.round_trip / 1000));
	}
	return json;
}

json_t *sl_json_streams(const struct sl_leg_view *leg, unsigned m)
{
	struct sl_stream_view streams[SL_LIVE_SSRCS];
	unsigned n = sl_view_streams(leg, m, streams);
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, stream_json(&streams[i]));
	return list;
}
