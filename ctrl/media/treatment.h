/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of each payload type of a party whose media or DTMF is blocked or silenced. */
#ifndef SL_CTRL_TREATMENT_H
#define SL_CTRL_TREATMENT_H

#include "ctrl/call/call.h"
#include "ctrl/sdp/sdp.h"

enum sl_gate {
	SL_GATE_BLOCK = 1 << 0,   /* no RTP of the party is passed on */
	SL_GATE_SILENCE = 1 << 1, /* silence is passed on; nothing in codecs that have none */
	SL_GATE_DTMF = 1 << 2,    /* its telephone events (RFC 4733) are not passed on */
};

/* What becomes of the media from `from`, whose payload types either SDP may name. */
void sl_gate_treatment(const struct sl_call *call, const struct sl_leg *from,
	const struct sl_terms *from_terms, const struct sl_terms *to_terms,
	struct sl_treatments *treatment);

/* Fills in terms->sound from medium `m`. */
void sl_terms_sound(struct sl_terms *terms, const struct sl_sdp *sdp, unsigned m);

#endif
