/* SPDX-License-Identifier: BSD-3-Clause */
/* Notices tell a listener (ctrl/admin/events.h) at once what happens to a call, and of alarms. */
#ifndef SL_CTRL_NOTICE_H
#define SL_CTRL_NOTICE_H

#include <stdint.h>

#include "dataplane/base/endpoint.h"

/* X(identifier, label) */
#define SL_NOTICES(X)             \
	X(UP, "up")               \
	X(LATCHED, "latched")     \
	X(RELATCHED, "relatched") \
	X(REKEYED, "rekeyed")     \
	X(SILENT, "silent")       \
	X(TIMED_OUT, "timed-out") \
	X(ENDED, "ended")         \
	X(ALARM, "alarm")

enum sl_notice_type {
#define X(id, label) SL_NOTICE_##id,
	SL_NOTICES(X)
#undef X
		SL_NOTICE_COUNT,
};

struct sl_alarm_report;
struct sl_call;
struct sl_leg;

/* Members that do not apply are NULL or 0. Valid during the call of sl_notify only. */
struct sl_notice {
	enum sl_notice_type type;
	const struct sl_call *call; /* NULL: an alarm that is about none */
	const struct sl_leg *leg;   /* whose media it is about */
	unsigned medium;
	const char *component;              /* "RTP", "RTCP" */
	const struct sl_endpoint *endpoint; /* latched, relatched: where it is now */
	const char *reason;                 /* timed out, ended */
	uint64_t seconds;                   /* silent: for so long */
	const struct sl_alarm_report *alarm;
};

typedef void (*sl_notify)(void *context, const struct sl_notice *notice);

#endif
