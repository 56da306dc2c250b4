/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of one medium, on its way to other params. Used by ctrl/media/media_update.c.
 * Private to ctrl/media.
 */
#ifndef SL_CTRL_PATH_UPDATE_H
#define SL_CTRL_PATH_UPDATE_H

#include "ctrl/call/session.h"
#include "ctrl/media/path.h"

/* Keys of one leg for one medium, referenced; NULL: plain RTP. */
struct sl_leg_keys {
	struct sl_session_key *in, *out;
};

/* Media that arrives from `from` and leaves to `to`. */
struct sl_path_update {
	const struct sl_leg *from_leg;
	struct sl_leg_media *from, *to;
	const struct sl_port_pair *from_ports, *to_ports;
	uint64_t cookie;
	const struct sl_media_params *from_params, *to_params;
	struct sl_path next; /* .live: there shall be a flow */
	bool same;           /* nothing to do */
	bool hops;           /* next.spec.nexthop are held */
};

/*
 * Makes `next` from the media parameters, ports, cookie and legs that are filled in, with a flow
 * that nobody has published yet unless nothing changes. 0; or a negative code with `error`, then
 * sl_path_update_undo is due all the same.
 */
int sl_path_update_make(struct sl_path_update *update, const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_leg_keys *from, const struct sl_leg_keys *to,
	struct sl_error *error);

/* Writes the worker's part of it to `flow`, and closes pinholes that are not needed any more in the
 * guard. False: there is none. */
bool sl_path_update_flow(const struct sl_path_update *update, struct sl_flow_update *flow);

/* The worker has the new flow: `next` becomes the path, which takes references of its own to the
 * keys; what stays as it is keeps the old ones. */
void sl_path_update_commit(struct sl_path_update *update, struct sl_sessions *sessions);

/* The worker does not have it: the path is as it was. */
void sl_path_update_undo(struct sl_path_update *update);

#endif
