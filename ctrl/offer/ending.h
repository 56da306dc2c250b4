/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How parties and calls end: by the proxy's word, by a timer, or with the relay. It is told, flows
 * are withdrawn, keys wiped, ports given back to rest.
 *
 * A sweep looks at each call about once a second, a share of them at a time, so that no moment of
 * the control thread pays for all.
 */
#ifndef SL_CTRL_ENDING_H
#define SL_CTRL_ENDING_H

#include "ctrl/call/session.h"

enum {
	SL_SWEEP_MS = 100,   /* how often sl_sessions_sweep is to be called */
	SL_SWEEP_SHARE = 10, /* parts that a whole round has */
};

/* Ends a call. */
void sl_session_delete(struct sl_sessions *sessions, struct sl_call *call);

/* Ends every call. */
void sl_sessions_fini(struct sl_sessions *sessions);

/* Ends the calls whose deadline has passed; to be called about once a second. */
void sl_sessions_tick(struct sl_sessions *sessions);

/* Watches the next share of the calls (ctrl/observe/watch.h), and ends those whose time is over. */
void sl_sessions_sweep(struct sl_sessions *sessions);

/* Ends a leg of a call: what it was connected with is not any more. Then sl_call_left. */
void sl_call_leg_remove(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg);

/* After a connection has ended: when nobody is connected any more, the call waits timers.offer for
 * somebody to answer. */
void sl_call_left(struct sl_sessions *sessions, struct sl_call *call);

#endif
