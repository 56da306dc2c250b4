/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls that have timed out: what `query` would have said of them at their end, for those who ask
 * later. At most SL_ENDED_MAX of them; the oldest go first.
 */
#ifndef SL_CTRL_ENDED_H
#define SL_CTRL_ENDED_H

#include <stddef.h>
#include <stdint.h>

#include "ctrl/ng/reply.h"
#include "ctrl/sdp/sdp.h"

enum { SL_ENDED_MAX = 256 };

struct sl_call;
struct sl_sessions;
struct sl_why;

struct sl_ended_call {
	char *id;           /* NULL: no call here */
	uint64_t until;     /* ns, sl_clock: forgotten then */
	int64_t ended;      /* s, wall clock */
	char reason[32];    /* "media timeout" */
	struct sl_why *why; /* what stood in its way; room for no more than it has */
	struct {
		char *text; /* members of a dictionary */
		size_t len;
	} members[2]; /* by enum sl_reply_format */
};

struct sl_ended {
	struct sl_ended_call call[SL_ENDED_MAX];
	unsigned next;
};

/* Keeps a call of `sessions` for `seconds`; out of memory, it is not kept. */
void sl_ended_keep(struct sl_ended *ended, const struct sl_sessions *sessions,
	const struct sl_call *call, const char *reason, unsigned seconds);

/* NULL: it is not known, or not any more. */
const struct sl_ended_call *sl_ended_find(const struct sl_ended *ended, struct sl_text id);

/* Into a dictionary that is open: when and why it ended, and what there was to say of it. */
void sl_ended_write(struct sl_reply *reply, const struct sl_ended_call *call);

void sl_ended_fini(struct sl_ended *ended);

#endif
