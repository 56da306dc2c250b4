/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Alarms: something happens more often in a second than it should. One is raised at the threshold,
 * and ends when SL_ALARM_CLEAR_S seconds in a row were below half of it. A pure leaf.
 */
#ifndef SL_CTRL_ALARM_H
#define SL_CTRL_ALARM_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_ALARM_CLEAR_S = 10 };

/* X(identifier, label) */
#define SL_ALARM_KINDS(X)                                                               \
	X(DROPS, "drops")           /* refused for one reason, in total */              \
	X(LOSS, "loss")             /* what calls would have needed */                  \
	X(SOURCE, "source")         /* refused, of one source */                        \
	X(SCAN, "scan")             /* closed ports, by one source */                   \
	X(AUTH, "auth")             /* of one source, or at one call */                 \
	X(REPLAY, "replay")         /* likewise */                                      \
	X(GUARD_FULL, "guard-full") /* sources of calls without room in it */           \
	X(NEIGHBOURS, "neighbours") /* next hops that have to wait to be asked for */   \
	X(RECORDS, "records")       /* CDRs or audit records that were lost */          \
	X(CORE_WAIT, "core-wait")   /* ms a second that a worker waited for its core */ \
	X(PORT, "port")             /* a port whose device was reset, until it serves again */

enum sl_alarm_kind {
#define X(id, label) SL_ALARM_##id,
	SL_ALARM_KINDS(X)
#undef X
		SL_ALARM_KIND_COUNT,
};

extern const char *const sl_alarm_kinds[SL_ALARM_KIND_COUNT];

/* All zero: not raised. */
struct sl_alarm {
	uint64_t total; /* while it is raised */
	int64_t since;  /* s, wall clock */
	uint32_t rate;  /* in the last second */
	uint32_t peak;  /* while it is raised */
	uint8_t quiet;  /* seconds below half the threshold */
	bool raised;
};

enum sl_alarm_change { SL_ALARM_SAME, SL_ALARM_RAISED, SL_ALARM_ENDED };

/* Once a second. `threshold` 0: none is raised, and one that is ends. */
enum sl_alarm_change sl_alarm_step(
	struct sl_alarm *alarm, uint64_t rate, unsigned threshold, int64_t now);

struct sl_core_users; /* ctrl/host/core_scan.h */

/* A change of an alarm: source, kind, since when, how much. Members that do not apply are NULL or
 * 0. */
struct sl_alarm_report {
	enum sl_alarm_kind kind;
	enum sl_alarm_change change;
	const char *by, *reason;           /* of DROPS and LOSS: as sl_watched_name */
	const uint8_t *source;             /* 16 bytes; DROPS: who sends most, if that is known */
	const struct sl_core_users *users; /* of CORE_WAIT: which core, and who runs there */
	const struct sl_alarm *alarm;      /* since, rate; when it ended: total, peak */
	unsigned threshold;
	int64_t now; /* s, wall clock */
};

/* How many there were, by kind; kept by sl_alarm_notify (ctrl/call/notice.h). */
struct sl_alarm_counts {
	uint64_t raised[SL_ALARM_KIND_COUNT], ended[SL_ALARM_KIND_COUNT];
};

extern struct sl_alarm_counts sl_alarm_counts;

#endif
