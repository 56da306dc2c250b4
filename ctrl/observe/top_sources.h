/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sources that most is refused of, from samples of what was refused, and alarms on them: a
 * spike, a scan of closed ports, tags that do not verify, replays. A pure leaf; bounded: when a new
 * one finds no place, the least takes over its count (space saving: an upper bound), unless there
 * is an alarm on it.
 */
#ifndef SL_CTRL_TOP_SOURCES_H
#define SL_CTRL_TOP_SOURCES_H

#include "ctrl/limits/alarm.h"

enum {
	SL_TOP_SOURCES = 64,
	SL_TOP_SOURCE_HALVES_S = 8, /* seconds in which a count halves, and the window of a scan */
	SL_SCAN_PORTS = 8,          /* different closed ports among the samples of a window */
};

enum sl_offence { SL_OFFENCE_OTHER, SL_OFFENCE_CLOSED, SL_OFFENCE_AUTH, SL_OFFENCE_REPLAY };

struct sl_top_source {
	uint8_t ip[16];
	uint64_t packets; /* lately, estimated */
	uint16_t watched; /* ctrl/guard/protection.h: its last drop */
	uint64_t second[SL_ALARM_KIND_COUNT];
	uint64_t ports; /* closed ones, a bit for each by their hash */
	struct sl_alarm alarm[SL_ALARM_KIND_COUNT];
};

struct sl_top_sources {
	struct sl_top_source list[SL_TOP_SOURCES];
	unsigned n, seconds;
};

struct sl_top_source_thresholds {
	unsigned source, auth; /* packets a second; 0: no alarm */
};

/* A sample that stands for `weight` packets from there, to that UDP port. */
void sl_top_sources_see(struct sl_top_sources *top, const uint8_t ip[16], uint16_t port,
	enum sl_offence offence, uint16_t watched, unsigned weight);

typedef void sl_alarm_tell(void *context, const struct sl_alarm_report *report);

/* Once a second, after the samples of that second. */
void sl_top_sources_step(struct sl_top_sources *top,
	const struct sl_top_source_thresholds *thresholds, int64_t now, sl_alarm_tell *tell,
	void *context);

/* Returns the source that was refused most, of those for `watched` if there are any; NULL: none. */
const struct sl_top_source *sl_top_sources_worst(
	const struct sl_top_sources *top, unsigned watched);

#endif
