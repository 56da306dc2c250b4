/* SPDX-License-Identifier: BSD-3-Clause */
/* One medium of two legs, on its way to other params. Private to ctrl/media. */
#ifndef SL_CTRL_MEDIA_UPDATE_H
#define SL_CTRL_MEDIA_UPDATE_H

#include "ctrl/media/connect.h"
#include "ctrl/media/path_update.h"

struct sl_media_update {
	struct sl_leg_keys keys[2];    /* by enum sl_side */
	struct sl_path_update path[2]; /* by the side that media comes from */
};

/*
 * Makes keys and paths of medium `m` from what was agreed. 0; or a negative code with `error`, then
 * sl_media_update_undo is due all the same.
 */
int sl_media_update_make(struct sl_media_update *update, const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_agreed side[2], unsigned m,
	struct sl_error *error);

/* The workers have its flows: the legs take over keys, ports and paths. */
void sl_media_update_commit(struct sl_media_update *update, struct sl_sessions *sessions,
	const struct sl_agreed side[2], unsigned m);

/* They do not have them: the paths are as they were. */
void sl_media_update_undo(struct sl_media_update *update);

/* Gives back what the update holds, whether it was committed or undone. */
void sl_media_update_free(struct sl_media_update *update, const struct sl_crypto_backend *crypto);

#endif
