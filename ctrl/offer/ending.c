/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/ending.h"

#include "ctrl/call/leg.h"
#include "ctrl/media/connect.h"
#include "ctrl/observe/watch.h"
#include "dataplane/base/clock.h"

void sl_session_delete(struct sl_sessions *sessions, struct sl_call *call)
{
	sl_watch_ended(sessions, call);
	sl_release(sessions, call, NULL);
	sl_session_remove(sessions, call);
}

void sl_sessions_fini(struct sl_sessions *sessions)
{
	struct sl_call *call;

	while ((call = TAILQ_FIRST(&sessions->sweep))) {
		call->end_reason = "shutdown";
		sl_session_delete(sessions, call);
	}
}

static void time_out(struct sl_sessions *sessions, struct sl_call *call, enum sl_timeout timeout)
{
	sl_watch_timed_out(sessions, call, timeout);
	sl_session_delete(sessions, call);
}

void sl_sessions_tick(struct sl_sessions *sessions)
{
	uint64_t now = sl_clock();
	struct sl_call *call, *next;

	for (call = TAILQ_FIRST(&sessions->due); call; call = next) {
		next = TAILQ_NEXT(call, due);
		if (call->deadline > now)
			continue;
		if (call->deleted)
			sl_session_delete(sessions, call);
		else
			time_out(sessions, call, SL_TIMEOUT_OFFER);
	}
}

void sl_sessions_sweep(struct sl_sessions *sessions)
{
	unsigned n = sessions->n / SL_SWEEP_SHARE + 1;

	if (n > sessions->n)
		n = sessions->n;
	while (n--) {
		struct sl_call *call = TAILQ_FIRST(&sessions->sweep);
		enum sl_timeout timeout;

		TAILQ_REMOVE(&sessions->sweep, call, sweep);
		TAILQ_INSERT_TAIL(&sessions->sweep, call, sweep);
		if (sessions->env.look)
			sessions->env.look(sessions->env.notify_context, call);
		timeout = sl_watch_call(sessions, call);
		if (timeout != SL_TIMEOUT_NONE)
			time_out(sessions, call, timeout);
	}
}

void sl_call_leg_remove(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg)
{
	const struct sl_crypto_backend *crypto = sessions->env.crypto;
	unsigned kept = 0;

	sl_watch_left(sessions, call, leg);
	sl_release(sessions, call, leg);
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *other = call->leg[i];

		if (other == leg)
			continue;
		if (other->offer && other->offer->from == leg)
			sl_leg_offer(crypto, other, NULL);
		call->leg[kept++] = other;
	}
	call->n_legs = kept;
	sl_leg_free(crypto, leg);
	sl_call_left(sessions, call);
}

void sl_call_left(struct sl_sessions *sessions, struct sl_call *call)
{
	if (!call->deleted && !call->deadline && !sl_call_connected(call))
		sl_session_wait(sessions, call);
}
