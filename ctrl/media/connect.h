/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a call's media parameters to flows: two per medium, published with their guard pinholes and
 * next hops. All of it, or nothing: a call update holds media updates, each of them two path
 * updates, and each of those one flow update, which workers get as messages
 * (dataplane/handoff/mailbox.h).
 */
#ifndef SL_CTRL_CONNECT_H
#define SL_CTRL_CONNECT_H

#include "ctrl/call/session.h"
#include "sluice/error.h"

/* The agreement with one side, by medium. */
struct sl_agreed {
	struct sl_leg *leg; /* with room for the media */
	const struct sl_media_params *params;
	struct sl_port_pair *const *ports;  /* NULL where there is no media */
	struct sl_session_key *const *ours; /* keys that we send with; NULL: plain RTP */
};

/*
 * Connects two legs: brings the flows between them in line with the media parameters, which then
 * are in force: flows are published, replaced (they inherit their indices while the keys are the
 * same) or withdrawn. Former connections of either end are over, as are those of other legs at the
 * same local ports. A withdrawn flow is kept for what it has received until its leg ends, and what
 * it has sent is kept with the key, since both may come back.
 *
 * 0; or a negative code with `error`, and everything is as it was.
 */
int sl_connect(struct sl_sessions *sessions, struct sl_call *call, const struct sl_agreed side[2],
	unsigned n_media, struct sl_error *error);

/* Once more what is in force between a leg and its peer, if it has one: where flows depend on more
 * than the params. As sl_connect. */
int sl_reconnect(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg,
	struct sl_error *error);

/* Withdraws the flows of a leg and its peer, which keep everything else. */
void sl_disconnect(struct sl_leg *leg);

/*
 * Withdraws the flows of one leg and its peer, and gives back what the leg's had. With NULL: of
 * every leg of the call.
 */
void sl_release(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg);

#endif
