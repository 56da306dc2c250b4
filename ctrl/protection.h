/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The policy in force: what the configuration said and what was changed since, kept in line in the
 * guards of all ports; and what they refuse: who, how much, and whether it is time to raise an
 * alarm. The control thread's.
 */
#ifndef SL_CTRL_PROTECTION_H
#define SL_CTRL_PROTECTION_H

#include "ctrl/guard_config.h"
#include "dataplane/port.h"
#include "ebpf/guard_user.h"

enum {
	SL_OFFENDERS = 64,        /* sources remembered */
	SL_ALARM_CLEAR_S = 10,    /* seconds below half of alarm-pps end an alarm */
	SL_OFFENDER_HALVES_S = 8, /* seconds in which an offender's count halves */
};

/* What is watched: drops by the guards, then drops by the workers. */
enum { SL_WATCHED = SL_GUARD_COUNTER_COUNT + SL_VERDICTS };

struct sl_offender {
	uint8_t ip[16];
	uint64_t packets; /* lately, estimated from samples */
	uint16_t counter; /* enum sl_guard_counter of its last drop */
};

struct sl_alarm {
	uint64_t count; /* drops until now */
	uint64_t pps;   /* in the last second */
	bool raised;
	unsigned quiet; /* seconds below half the threshold */
	int64_t since;  /* s, wall clock */
	uint64_t peak;  /* pps while raised */
	uint64_t drops; /* while raised */
};

struct sl_protection {
	struct sl_guard_config config;
	struct sl_guard *const *guards; /* SL_MAX_PORTS; NULL: none there */
	struct sl_offender offenders[SL_OFFENDERS];
	unsigned n_offenders, ticks;
	struct sl_alarm alarms[SL_WATCHED];
};

/* Tells the guards all of it. 0, or -errno with `why`. */
int sl_protection_start(struct sl_protection *protection, const struct sl_guard_config *config,
	struct sl_guard *const *guards, char why[SL_GUARD_WHY]);

/*
 * A change by the operator, logged with `who`: as sl_guard_config_set, and key "forget" takes a
 * prefix off the list. 0; -EINVAL or what a guard said, with `why` and everything as it was.
 */
int sl_protection_set(struct sl_protection *protection, const char *who, const char *key,
	const char *value, char why[SL_GUARD_WHY]);

/* Once a second: reads events and counters, raises and ends alarms. */
void sl_protection_tick(struct sl_protection *protection);

/* The label of what is watched, and by whom: "guard" or "worker". */
const char *sl_watched_name(unsigned watched, const char **by);

#endif
