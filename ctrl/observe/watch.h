/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watching calls: about once a second each is looked at (ctrl/offer/ending.h). That reads what
 * workers have counted, tells of what it finds (ctrl/call/notice.h), keeps what `why` needs to know
 * later (ctrl/observe/why.h), and says when a call's time is over (ctrl/limits/timers.h).
 */
#ifndef SL_CTRL_WATCH_H
#define SL_CTRL_WATCH_H

#include "ctrl/call/session.h"

/* An offer was made; the answer of `to` to `from` came into force, who had been with each other
 * before or not. */
void sl_watch_offered(struct sl_call *call);
void sl_watch_answered(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *from,
	struct sl_leg *to, bool again);

/* The bounds of sessions.answer_times. */
extern const struct sl_histogram_bounds sl_answer_bounds;

/* Before a leg is taken off its call: it has no alarms any more. */
void sl_watch_left(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg);

/* Before a call is taken apart: says what it carried. */
void sl_watch_ended(struct sl_sessions *sessions, struct sl_call *call);

/* Looks at one call now. Returns what its time is over by. */
enum sl_timeout sl_watch_call(struct sl_sessions *sessions, struct sl_call *call);

/* Before a call is ended for that reason: logged, and told. */
void sl_watch_timed_out(
	struct sl_sessions *sessions, struct sl_call *call, enum sl_timeout timeout);

/* Drops when a packet passed last, or keys changed. */
static inline uint32_t sl_watch_drops(const struct sl_watch *w, unsigned verdict)
{
	return w->drops ? w->drops->count[verdict] : 0;
}

/* By what both sides have said, is media to be expected from `from`, on its way to `to`? */
bool sl_watch_expected(const struct sl_media_params *from, const struct sl_media_params *to);

#endif
