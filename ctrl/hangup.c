/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/hangup.h"

#include "ctrl/leg.h"

/* A repeated delete does not prolong it. */
static void end_call(
	struct sl_sessions *sessions, struct sl_call *call, const struct sl_ng_options *options)
{
	int64_t delay = options->delete_delay;

	if (delay < 0)
		delay = sessions->env.delete_delay;
	if (delay == 0) {
		sl_session_delete(sessions, call);
		return;
	}
	if (!call->deleted)
		sl_session_expire(sessions, call, (uint64_t)delay);
	call->deleted = true;
}

/* Has `leg` anybody but `except` to speak to? */
static bool has_partner(
	const struct sl_call *call, const struct sl_leg *leg, const struct sl_leg *except)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i] != leg && call->leg[i] != except &&
			sl_legs_partners(call->leg[i], leg))
			return true;
	return false;
}

static bool others_connected(const struct sl_call *call, const struct sl_leg *except)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i] != except && call->leg[i]->peer && call->leg[i]->peer != except)
			return true;
	return false;
}

static struct sl_leg *find_branch(const struct sl_call *call, struct sl_text branch)
{
	for (unsigned i = call->n_legs; i-- > 0;)
		if (sl_leg_has_branch(call->leg[i], branch))
			return call->leg[i];
	return NULL;
}

/* Which of two ends with their dialogue; NULL: both. */
static struct sl_leg *leaves(const struct sl_call *call, struct sl_leg *from, struct sl_leg *to)
{
	if (from->peer != to && from->peer && !to->peer)
		return to;
	if (from->peer != to && to->peer && !from->peer)
		return from;
	if (has_partner(call, from, to))
		return to;
	return has_partner(call, to, from) ? from : NULL;
}

const char *sl_hangup(
	struct sl_sessions *sessions, struct sl_call *call, const struct sl_ng_options *options)
{
	struct sl_leg *from = sl_call_leg(call, options->from_tag);
	struct sl_leg *to = sl_call_leg(call, options->to_tag);
	struct sl_leg *gone = NULL;

	if (options->from_tag.at && options->from_tag.len) {
		bool named = options->to_tag.at && options->to_tag.len;

		if (!from)
			return "from-tag does not belong to this call";
		if (!to)
			to = find_branch(call, options->via_branch);
		if (!to && named)
			to = sl_call_nameless(call, from);
		if (!to && named)
			return "to-tag does not belong to this call";
		if (to && to != from)
			gone = leaves(call, from, to);
		else if (!from->peer && others_connected(call, from))
			gone = from;
	}
	if (gone)
		sl_call_leg_remove(sessions, call, gone);
	else
		end_call(sessions, call, options);
	return NULL;
}
