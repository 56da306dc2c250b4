/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watching calls: a sweep looks at each about once a second, a share of them at a time, so that no
 * moment of the control thread pays for all. It reads what workers have counted, tells of what it
 * finds (ctrl/notice.h), keeps what `why` needs to know later (ctrl/why.h), and ends calls whose
 * time is over (ctrl/timers.h).
 */
#ifndef SL_CTRL_WATCH_H
#define SL_CTRL_WATCH_H

#include "ctrl/session.h"

enum {
	SL_WATCH_MS = 100,   /* how often sl_watch_sweep is to be called */
	SL_WATCH_SHARE = 10, /* parts that a whole round has */
};

/* An offer was made; the answer of `to` to `from` came into force, who had been with each other
 * before or not. */
void sl_watch_offered(struct sl_call *call);
void sl_watch_answered(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *from,
	struct sl_leg *to, bool again);

/* Before a leg is taken off its call: it has no alarms any more. */
void sl_watch_left(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg);

/* Before a call is taken apart: says what it carried. */
void sl_watch_ended(struct sl_sessions *sessions, struct sl_call *call);

/* Looks at the next share of the calls. May end some. */
void sl_watch_sweep(struct sl_sessions *sessions);

/* Looks at one call now. */
void sl_watch_call(struct sl_sessions *sessions, struct sl_call *call);

/* Ends a call for that reason: logged, told, and kept to be asked for. */
void sl_watch_timeout(struct sl_sessions *sessions, struct sl_call *call, enum sl_timeout timeout);

/* Drops when a packet passed last, or keys changed. */
static inline uint32_t sl_watch_drops(const struct sl_watch *w, unsigned verdict)
{
	return w->trouble ? w->trouble->drops[verdict] : 0;
}

/* By what both sides have said, is media to be expected from `from`, on its way to `to`? */
bool sl_watch_expected(const struct sl_terms *from, const struct sl_terms *to);

#endif
