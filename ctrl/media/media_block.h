/* SPDX-License-Identifier: BSD-3-Clause */
/* Parties whose media or DTMF the proxy has blocked or silenced (`block media` and its kin). */
#ifndef SL_CTRL_MEDIA_BLOCK_H
#define SL_CTRL_MEDIA_BLOCK_H

#include "ctrl/call/session.h"
#include "ctrl/media/block_actions.h"
#include "sluice/error.h"

/*
 * Blocks or unblocks what the party with that tag sends or, with an absent tag, what all parties
 * send, those to come included. Returns 0; or a negative code with `error`, and changes nothing.
 */
int sl_media_block_set(struct sl_sessions *sessions, struct sl_call *call, struct sl_text tag,
	enum sl_media_block block, bool blocked, struct sl_error *error);

#endif
