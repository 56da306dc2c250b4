/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/gate.h"

#include "ctrl/call/leg.h"
#include "ctrl/call/refusal.h"
#include "ctrl/media/connect.h"

/* Where the gate stands now, so that it can be put back. */
struct before {
	uint8_t call, leg[SL_MAX_LEGS];
};

static void put_back(struct sl_call *call, const struct before *before)
{
	call->gate = before->call;
	for (unsigned i = 0; i < call->n_legs; i++)
		call->leg[i]->gate = before->leg[i];
}

static struct before close_or_open(
	struct sl_call *call, const struct sl_leg *leg, uint8_t gate, bool closed)
{
	struct before before = {.call = call->gate};
	bool all = call->gate & gate;

	if (!leg && closed)
		call->gate |= gate;
	else if (!closed)
		call->gate &= (uint8_t)~gate;
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *one = call->leg[i];

		before.leg[i] = one->gate;
		if (leg && !closed && all) /* opened for one, it stays closed for the others */
			one->gate |= gate;
		if (one != leg && leg)
			continue;
		if (closed)
			one->gate |= gate;
		else
			one->gate &= (uint8_t)~gate;
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

int sl_gate_set(struct sl_sessions *sessions, struct sl_call *call, struct sl_text tag,
	enum sl_gate gate, bool closed, struct sl_error *error)
{
	struct sl_leg *leg = sl_call_leg(call, tag);
	struct sl_error ignored;
	struct before before;
	int rc;

	if (tag.at && !leg)
		return sl_refuse(error, -SL_E_TAG, "from-tag does not belong to this call");
	before = close_or_open(call, leg, (uint8_t)gate, closed);
	rc = reinstall(sessions, call, error);
	if (!rc)
		return 0;
	put_back(call, &before);
	reinstall(sessions, call, &ignored);
	return rc;
}
