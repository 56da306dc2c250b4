/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/top_sources.h"

#include <stddef.h>
#include <string.h>

static const enum sl_alarm_kind kinds[] = {
	SL_ALARM_SOURCE, SL_ALARM_SCAN, SL_ALARM_AUTH, SL_ALARM_REPLAY};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool alarmed(const struct sl_top_source *o)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (o->alarm[kinds[k]].raised)
			return true;
	return false;
}

static struct sl_top_source *place_of(struct sl_top_sources *top, const uint8_t ip[16])
{
	struct sl_top_source *least = NULL;
	uint64_t packets = 0;

	for (unsigned i = 0; i < top->n; i++) {
		struct sl_top_source *o = &top->list[i];

		if (memcmp(o->ip, ip, sizeof(o->ip)) == 0)
			return o;
		if (!alarmed(o) && (!least || o->packets < least->packets))
			least = o;
	}
	if (top->n < SL_TOP_SOURCES)
		least = &top->list[top->n++];
	else if (least)
		packets = least->packets;
	if (least) {
		memset(least, 0, sizeof(*least));
		memcpy(least->ip, ip, sizeof(least->ip));
		least->packets = packets;
	}
	return least;
}

void sl_top_sources_see(struct sl_top_sources *top, const uint8_t ip[16], uint16_t port,
	enum sl_offence offence, uint16_t watched, unsigned weight)
{
	struct sl_top_source *o = place_of(top, ip);

	if (!o)
		return;
	o->packets += weight;
	o->watched = watched;
	o->second[SL_ALARM_SOURCE] += weight;
	if (offence == SL_OFFENCE_AUTH)
		o->second[SL_ALARM_AUTH] += weight;
	else if (offence == SL_OFFENCE_REPLAY)
		o->second[SL_ALARM_REPLAY] += weight;
	else if (offence == SL_OFFENCE_CLOSED)
		o->ports |= UINT64_C(1) << (port * 0x9e3779b1u >> 26);
}

static void step(struct sl_top_source *o, const struct sl_top_source_thresholds *thresholds,
	int64_t now, sl_alarm_tell *tell, void *context)
{
	const unsigned threshold[SL_ALARM_KIND_COUNT] = {
		[SL_ALARM_SOURCE] = thresholds->source,
		[SL_ALARM_SCAN] = thresholds->source ? SL_SCAN_PORTS : 0,
		[SL_ALARM_AUTH] = thresholds->auth,
		[SL_ALARM_REPLAY] = thresholds->auth,
	};

	o->second[SL_ALARM_SCAN] = (uint64_t)__builtin_popcountll(o->ports);
	for (unsigned k = 0; k < KINDS; k++) {
		enum sl_alarm_kind kind = kinds[k];
		struct sl_alarm_report report = {.kind = kind,
			.change = sl_alarm_step(
				&o->alarm[kind], o->second[kind], threshold[kind], now),
			.source = o->ip,
			.alarm = &o->alarm[kind],
			.threshold = threshold[kind],
			.now = now};

		o->second[kind] = 0;
		if (report.change != SL_ALARM_SAME)
			tell(context, &report);
	}
}

static void forget(struct sl_top_sources *top)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < top->n; i++) {
		struct sl_top_source *o = &top->list[i];

		o->packets /= 2;
		o->ports = 0;
		if (o->packets || alarmed(o))
			top->list[kept++] = *o;
	}
	top->n = kept;
}

void sl_top_sources_step(struct sl_top_sources *top,
	const struct sl_top_source_thresholds *thresholds, int64_t now, sl_alarm_tell *tell,
	void *context)
{
	for (unsigned i = 0; i < top->n; i++)
		step(&top->list[i], thresholds, now, tell, context);
	if (++top->seconds % SL_TOP_SOURCE_HALVES_S == 0)
		forget(top);
}

const struct sl_top_source *sl_top_sources_worst(const struct sl_top_sources *top, unsigned watched)
{
	const struct sl_top_source *found = NULL;
	uint64_t most = 0;

	for (unsigned i = 0; i < top->n; i++) {
		const struct sl_top_source *o = &top->list[i];
		uint64_t weight = o->packets | (uint64_t)(o->watched == watched) << 63;

		if (weight > most) {
			most = weight;
			found = o;
		}
	}
	return found;
}
