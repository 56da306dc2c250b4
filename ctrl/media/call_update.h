/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two legs of a call on their way to be connected, with all their media and with the legs that they
 * displace: made, then committed or undone, whole. Private to ctrl/media.
 */
#ifndef SL_CTRL_CALL_UPDATE_H
#define SL_CTRL_CALL_UPDATE_H

#include "ctrl/media/media_update.h"

struct sl_call_update {
	struct sl_sessions *sessions;
	struct sl_call *call;
	const struct sl_agreed *side; /* by enum sl_side */
	unsigned n_media;
	struct sl_media_update media[SL_MAX_MEDIA];
	struct sl_leg *displaced[SL_MAX_LEGS]; /* that are connected in the place of a side */
	unsigned n_displaced;
};

/*
 * Makes all media and has the workers publish the flows. 0, then sl_call_update_commit is due; or
 * a negative code with `error`, and sl_call_update_undo.
 */
int sl_call_update_make(struct sl_call_update *update, struct sl_error *error);

/* The call is as the update says. */
void sl_call_update_commit(struct sl_call_update *update);

/* The call is as it was. */
void sl_call_update_undo(struct sl_call_update *update);

#endif
