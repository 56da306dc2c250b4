/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/media_block.h"

#include "ctrl/call/leg.h"
#include "ctrl/call/refusal.h"
#include "ctrl/media/connect.h"

/* The blocks as they are now, so that they can be put back. */
struct before {
	uint8_t call, leg[SL_MAX_LEGS];
};

static void put_back(struct sl_call *call, const struct before *before)
{
	call->blocks = before->call;
	for (unsigned i = 0; i < call->n_legs; i++)
		call->leg[i]->blocks = before->leg[i];
}

static struct before block_or_unblock(
	struct sl_call *call, const struct sl_leg *leg, uint8_t block, bool blocked)
{
	struct before before = {.call = call->blocks};
	bool all = call->blocks & block;

	if (!leg && blocked)
		call->blocks |= block;
	else if (!blocked)
		call->blocks &= (uint8_t)~block;
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *one = call->leg[i];

		before.leg[i] = one->blocks;
		if (leg && !blocked && all) /* unblocked for one, the others stay blocked */
			one->blocks |= block;
		if (one != leg && leg)
			continue;
		if (blocked)
			one->blocks |= block;
		else
			one->blocks &= (uint8_t)~block;
	}
	return before;
}

static int reinstall(struct sl_sessions *sessions, struct sl_call *call, struct sl_error *error)
{
	for (unsigned i = 0; i < call->n_legs; i++) {
		int rc = sl_reconnect(sessions, call, call->leg[i], error);

		if (rc)
			return rc;
	}
	return 0;
}

int sl_media_block_set(struct sl_sessions *sessions, struct sl_call *call, struct sl_text tag,
	enum sl_media_block block, bool blocked, struct sl_error *error)
{
	struct sl_leg *leg = sl_call_leg(call, tag);
	struct sl_error ignored;
	struct before before;
	int rc;

	if (tag.at && !leg)
		return sl_refuse(error, -SL_E_TAG, "from-tag does not belong to this call");
	before = block_or_unblock(call, leg, (uint8_t)block, blocked);
	rc = reinstall(sessions, call, error);
	if (!rc)
		return 0;
	put_back(call, &before);
	reinstall(sessions, call, &ignored);
	return rc;
}
