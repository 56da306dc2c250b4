/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Describes a call in values that belong to no protocol. NG's `query` (ctrl/ng/query.h) and the
 * admin socket (ctrl/admin/admin_call.h) write the same description down, each in its own words.
 *
 * A call may have SL_MAX_LEGS legs with SL_MAX_MEDIA media each. It is therefore described one
 * piece at a time, and each piece is small enough for the stack: the call, a leg, a medium, the
 * streams of a medium. Texts and `model` point into the call: a view is valid until the call
 * changes.
 */
#ifndef SL_CTRL_CALL_VIEW_H
#define SL_CTRL_CALL_VIEW_H

#include "ctrl/call/session.h"

enum sl_call_state {
	SL_STATE_OFFERED,
	SL_STATE_UP,
	SL_STATE_REOFFERED, /* up, and a further offer has no answer yet */
	SL_STATE_ENDING,    /* was told to end, with a delay */
	SL_CALL_STATES,
};

/* Packets and bytes forwarded, and drops of all reasons. */
struct sl_carried {
	uint64_t packets[SL_COMPONENTS], bytes[SL_COMPONENTS];
	uint64_t drops;
};

/* How long media was in here (struct sl_latency), of one path or of several together. */
struct sl_latency_view {
	uint64_t total;   /* ns, of all packets that were looked at */
	uint64_t packets; /* that were; 0: nothing is known */
	uint32_t highest; /* ns */
};

struct sl_call_view {
	const char *id;
	enum sl_call_state state;
	int64_t created;          /* s, wall clock */
	int64_t age;              /* s */
	uint64_t begun, answered; /* sl_clock: its first offer and answer; 0: none yet */
	bool emergency;
	unsigned n_legs;
	const struct sl_call *model;
};

/* Sums over all parties that the call has or had. */
struct sl_totals_view {
	struct sl_carried carried;
	struct sl_latency_view latency;
};

/* A party. A tag is NULL if there is nobody, or nobody whose tag is known. */
struct sl_leg_view {
	const char *tag;
	const char *label;         /* NULL: none */
	const char *peer;          /* tag of the leg that media connects it with */
	const char *dialogue;      /* the same, or else of the leg that it is in dialogue with */
	const char *interface;     /* its name */
	const char *suite;         /* of its first medium in use; NULL: none is */
	int64_t created;           /* s, wall clock */
	struct sl_carried carried; /* from it */
	unsigned n_media;
	const struct sl_leg *model;
};

void sl_view_call(const struct sl_call *call, struct sl_call_view *view);
void sl_view_totals(const struct sl_call_view *call, struct sl_totals_view *view);

/* Describes leg `i` below n_legs. */
void sl_view_leg(const struct sl_call_view *call, unsigned i, struct sl_leg_view *view);

/* Describes the two legs that stand for the call: two that are connected, or else the first two.
 * Returns how many there are. */
unsigned sl_view_pair(const struct sl_call_view *call, struct sl_leg_view pair[2]);

/* Adds the latency of one path, if it has a flow. */
void sl_view_latency_add(struct sl_latency_view *sum, const struct sl_path *path);

#endif
