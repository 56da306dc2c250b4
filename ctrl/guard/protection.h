/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The policy in force: what the configuration said and what was changed since, kept in line in the
 * guards of all ports; and what they refuse: who, how much, and whether it is time to raise an
 * alarm. The control thread's.
 */
#ifndef SL_CTRL_PROTECTION_H
#define SL_CTRL_PROTECTION_H

#include "ctrl/base/unrestored.h"
#include "ctrl/call/notice.h"
#include "ctrl/limits/guard_config.h"
#include "ctrl/neigh/neigh.h"
#include "ctrl/observe/top_sources.h"
#include "ebpf/guard_user.h"
#include "sluice/drop.h"
#include "sluice/error.h"

/* Counters that are watched: drops by the guards, then drops by the workers. */
enum { SL_WATCHED = SL_GUARD_COUNTER_COUNT + SL_VERDICTS };

struct sl_watched {
	uint64_t count; /* until now */
	uint64_t pps;   /* in the last second */
	struct sl_alarm alarm;
};

struct sl_protection {
	struct sl_guard_config config;
	uint64_t changes;               /* of it, since the start */
	struct sl_guard *const *guards; /* SL_MAX_PORTS; NULL: none there */
	unsigned n_ports;
	struct sl_top_sources top;
	struct sl_watched watched[SL_WATCHED];
	uint64_t guard_counts[SL_MAX_PORTS][SL_GUARD_COUNTER_COUNT]; /* as read last */
	struct sl_watched missed[SL_MAX_PORTS]; /* by the device, or its socket */
	struct sl_watched full;                 /* sources that calls name, without room for them */
	struct sl_watched put_off;              /* next hops */
	const struct sl_neigh *neigh;           /* NULL: there are none */
	sl_notify notify;                       /* NULL: nobody wants to know */
	void *notify_context;
};

/* Tells guards and workers all of it. 0, or -errno with `error`. */
int sl_protection_start(struct sl_protection *protection, const struct sl_guard_config *config,
	struct sl_guard *const *guards, unsigned n_ports, struct sl_error *error);

/*
 * A change by the operator, logged with `who`: as sl_guard_config_set, and key "forget" takes a
 * prefix off the list. 0; -EINVAL or what a guard said, with `error` and everything as it was, but
 * for what `left` names.
 */
int sl_protection_set(struct sl_protection *protection, const char *who, const char *key,
	const char *value, struct sl_unrestored *left, struct sl_error *error);

/*
 * All of another policy; its tables' sizes are those in force. 0, or what a guard said, with
 * `error` and everything as it was, but for what `left` names.
 */
int sl_protection_replace(struct sl_protection *protection, const struct sl_guard_config *config,
	struct sl_unrestored *left, struct sl_error *error);

/* Once a second: reads samples and counters, raises and ends alarms. */
void sl_protection_tick(struct sl_protection *protection);

/* Is it what calls would have needed? Else it is refused, and rightly. */
bool sl_watched_is_loss(unsigned watched);

/* The label of what is watched, and by whom: "guard" or "worker". */
const char *sl_watched_name(unsigned watched, const char **by);

#endif
