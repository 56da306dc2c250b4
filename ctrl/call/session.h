/* SPDX-License-Identifier: BSD-3-Clause */
/* All calls of a relay (ctrl/call/call.h), and what they work with. */
#ifndef SL_CTRL_SESSION_H
#define SL_CTRL_SESSION_H

#include "ctrl/base/histogram.h"
#include "ctrl/call/call.h"
#include "ctrl/call/notice.h"
#include "ctrl/limits/admission.h"
#include "ctrl/limits/guard_config.h"
#include "ctrl/limits/timers.h"

/* The surroundings of all calls. Whatever this points to must outlive them. */
struct sl_session_env {
	const struct sl_crypto_backend *crypto;
	const struct sl_interface *interfaces; /* the first one is the default */
	unsigned n_interfaces;
	const struct sl_guard_config *guard; /* NULL: flows are not policed */
	struct sl_limits limits;
	struct sl_timers timers;
	sl_notify notify; /* NULL: nobody wants to know */
	/* To look at a call, about once a second each; NULL: nobody does. It ends none. */
	void (*look)(void *context, struct sl_call *call);
	void *notify_context;  /* of both */
	unsigned delete_delay; /* seconds, when a delete does not say */
};

/* Load, as last measured (ctrl/call/admit.h). */
struct sl_load_meter {
	uint64_t at, bytes;
	struct {
		uint64_t busy_ns, idle_ns;
	} worker[SL_MAX_WORKERS];
};

struct sl_sessions {
	struct sl_session_env env;
	void *tree; /* of search.h, by call-id: no input makes it slow, as it would a hash table */
	void *by_serial; /* the same calls */
	unsigned n;
	uint64_t ticks;             /* of sl_quality_tick */
	uint64_t events_lost;       /* of the dataplane, that have been seen to */
	uint64_t created, timeouts; /* calls ever; of these ended by a timer */
	uint64_t timeouts_by[SL_TIMEOUT_COUNT];
	TAILQ_HEAD(, sl_call) due;
	TAILQ_HEAD(, sl_call) sweep; /* all; the one not looked at for longest first */
	struct sl_load load;         /* as measured last */
	struct sl_load_meter meter;
	uint64_t admissions[SL_ADMISSION_COUNT]; /* verdicts on new calls */
	uint64_t emergencies;                    /* calls that came marked so */
	struct sl_histogram answer_times;        /* s, from the first offer to the first answer */
};

void sl_sessions_init(struct sl_sessions *sessions, const struct sl_session_env *env);

struct sl_call *sl_session_find(const struct sl_sessions *sessions, struct sl_text id);

/* The call of a flow's cookie >> SL_COOKIE_SHIFT; NULL: it has ended. */
struct sl_call *sl_session_by_serial(const struct sl_sessions *sessions, uint64_t serial);

/* The first call that began later than the one of `serial`, which need not be there any more; 0:
 * the first of all. NULL: there is none. */
struct sl_call *sl_session_after(const struct sl_sessions *sessions, uint64_t serial);

/* A call without legs. NULL: out of memory. */
struct sl_call *sl_session_add(struct sl_sessions *sessions, struct sl_text id);

/* Takes a call without flows off the others and frees it: keys wiped, ports given back to rest. */
void sl_session_remove(struct sl_sessions *sessions, struct sl_call *call);

/* Ends the call in `seconds`; replaces an earlier deadline. */
void sl_session_expire(struct sl_sessions *sessions, struct sl_call *call, uint64_t seconds);
void sl_session_keep(struct sl_sessions *sessions, struct sl_call *call);

/* Nobody is connected: ends the call if nobody is within timers.offer. */
void sl_session_wait(struct sl_sessions *sessions, struct sl_call *call);

/* Calls `visit` for each call in order of call-id. It must not add or delete calls. */
void sl_sessions_walk(const struct sl_sessions *sessions,
	void (*visit)(const struct sl_call *call, void *context), void *context);

#endif
