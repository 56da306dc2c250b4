/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of one medium, on its way to other terms. Used by ctrl/media/install.c, which has
 * both directions of all media change at once. Private to ctrl/media.
 */
#ifndef SL_CTRL_CHANGE_H
#define SL_CTRL_CHANGE_H

#include "ctrl/call/session.h"
#include "ctrl/media/path.h"

/* Keys of one leg for one medium, referenced; NULL: plain RTP. */
struct sl_leg_keys {
	struct sl_session_key *in, *out;
};

/* What becomes of one path: media that arrives from `from` and leaves to `to`. */
struct sl_change {
	const struct sl_leg *from_leg;
	struct sl_leg_media *from, *to;
	const struct sl_local *from_local, *to_local;
	uint64_t cookie;
	const struct sl_terms *from_terms, *to_terms;
	struct sl_path next; /* .live: there shall be a flow */
	bool same;           /* nothing to do */
	bool hops;           /* next.spec.nexthop are held */
};

/*
 * From the terms, ports, cookie and legs that are filled in to `next`, with a flow that nobody has
 * published yet unless nothing changes. 0; or a negative code with `error`, then sl_change_undo is
 * due all the same.
 */
int sl_change_make(struct sl_change *change, const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_leg_keys *from, const struct sl_leg_keys *to,
	struct sl_error *error);

/* The worker has the new flow: `next` becomes the path, which takes references of its own to the
 * keys; what stays as it is keeps the old ones. */
void sl_change_commit(struct sl_change *change, struct sl_sessions *sessions);

/* The worker does not have it: the path is as it was. */
void sl_change_undo(struct sl_change *change);

#endif
