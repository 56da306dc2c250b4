/* SPDX-License-Identifier: BSD-3-Clause */
/* Payload-type actions of a party whose media or DTMF is blocked or silenced. */
#ifndef SL_CTRL_BLOCK_ACTIONS_H
#define SL_CTRL_BLOCK_ACTIONS_H

#include "ctrl/call/call.h"
#include "ctrl/sdp/sdp.h"

enum sl_media_block {
	SL_BLOCK_MEDIA = 1 << 0,   /* no RTP of the party is passed on */
	SL_BLOCK_SILENCE = 1 << 1, /* silence is passed on; nothing in codecs that have none */
	SL_BLOCK_DTMF = 1 << 2,    /* its telephone events (RFC 4733) are not passed on */
};

/* Fills in the actions on media from `from`, whose payload types either SDP may name. */
void sl_block_actions(const struct sl_call *call, const struct sl_leg *from,
	const struct sl_media_params *from_params, const struct sl_media_params *to_params,
	struct sl_pt_actions *actions);

/* Fills in params->silence from medium `m`. */
void sl_media_params_silence(struct sl_media_params *params, const struct sl_sdp *sdp, unsigned m);

#endif
