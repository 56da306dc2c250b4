/* SPDX-License-Identifier: BSD-3-Clause */
/* The parties of an offer. Private to ctrl/offer. */
#ifndef SL_CTRL_OFFER_PARTIES_H
#define SL_CTRL_OFFER_PARTIES_H

#include <errno.h>

#include "ctrl/call/session.h"
#include "ctrl/offer/call_sdp.h"

/* An offer being worked on. What is new in the call is given up again unless it is committed. */
struct sl_draft {
	struct sl_sessions *sessions;
	const struct sl_request *options;
	struct sl_call *call;
	bool new_call;
	struct sl_leg *leg[2]; /* by enum sl_side */
	bool new_leg[2];
	unsigned n_media[2]; /* of the legs, before */
	const struct sl_interface *interface[2];
	struct sl_offer *offer;
	struct sl_error *error;
};

/*
 * Finds the call and its two legs by the options; what is not known yet is made. 0; or a negative
 * code with d->error, and what has been made is in the draft.
 */
int sl_draft_parties(struct sl_draft *d, const struct sl_sdp *sdp);

static inline int sl_out_of_memory(struct sl_error *error)
{
	return sl_refuse(error, -ENOMEM, "out of memory");
}

#endif
