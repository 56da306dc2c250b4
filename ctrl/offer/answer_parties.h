/* SPDX-License-Identifier: BSD-3-Clause */
/* The parties of an answer, and the offer that it is for. Private to ctrl/offer. */
#ifndef SL_CTRL_ANSWER_PARTIES_H
#define SL_CTRL_ANSWER_PARTIES_H

#include "ctrl/call/session.h"
#include "sluice/error.h"

/* By what the tags and the via-branch of an answer say. */
struct sl_answerer {
	struct sl_leg *leg[2]; /* by enum sl_side */
	bool fork;             /* the second of them is one who has answered already: another one
				  answers beside him */
	struct sl_leg
		*waits; /* not NULL: the offer was made to nobody in particular, so this leg
			   without a tag waits for it; the second of the two takes its place */
	struct sl_offer *offer;
	struct sl_text to_tag; /* of the one who answers */
};

/*
 * The tag of the one who offered comes first; some scripts swap them. An answer is for the newest
 * offer that waits for one, unless it repeats an earlier one byte for byte (`digest`). 0; or -errno
 * with `error`.
 */
int sl_answer_parties(const struct sl_call *call, const struct sl_request *options, uint64_t digest,
	struct sl_answerer *out, struct sl_error *error);

#endif
