/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/hangup.h"

#include "ctrl/call/leg.h"
#include "ctrl/media/connect.h"
#include "ctrl/offer/ending.h"

/* A delete being worked out; the call is not touched yet. */
struct ending {
	const struct sl_call *call;
	bool all;                     /* the call ends whoever is left */
	bool leaves[SL_MAX_LEGS];     /* by place in the call */
	struct sl_leg *one, *another; /* whose dialogue ends; NULL: that of nobody who stays */
};

/* A repeated delete does not prolong it. */
static void end_call(
	struct sl_sessions *sessions, struct sl_call *call, const struct sl_request *options)
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

static bool given(struct sl_text text)
{
	return text.at && text.len;
}

static void leaves(struct ending *e, const struct sl_leg *leg)
{
	for (unsigned i = 0; i < e->call->n_legs; i++)
		if (e->call->leg[i] == leg)
			e->leaves[i] = true;
}

static bool has_partner(const struct sl_call *call, const struct sl_leg *leg)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i] != leg && sl_legs_partners(call->leg[i], leg))
			return true;
	return false;
}

/* The same of those who stay, without the dialogue that ends. */
static bool keeps_partner(const struct ending *e, const struct sl_leg *leg)
{
	for (unsigned i = 0; i < e->call->n_legs; i++) {
		const struct sl_leg *other = e->call->leg[i];
		bool ends = (leg == e->one && other == e->another) ||
			    (leg == e->another && other == e->one);

		if (other != leg && !e->leaves[i] && !ends && sl_legs_partners(other, leg))
			return true;
	}
	return false;
}

/* Whoever has lost all partners leaves with them. False: nobody is left who has one. */
static bool spread(struct ending *e)
{
	bool again, left;

	do {
		again = left = false;
		for (unsigned i = 0; i < e->call->n_legs; i++) {
			const struct sl_leg *leg = e->call->leg[i];

			if (e->leaves[i])
				continue;
			if (keeps_partner(e, leg))
				left = true;
			else if (has_partner(e->call, leg))
				again = e->leaves[i] = true;
		}
	} while (again);
	return left;
}

static const char *end_dialogue(struct ending *e, struct sl_leg *one, struct sl_leg *another)
{
	if (one == another)
		return "from-tag and to-tag are the same";
	if (sl_legs_partners(one, another)) {
		e->one = one;
		e->another = another;
		return NULL;
	}
	/* One of them has been taken over by somebody else; the other may be left over. */
	if (!has_partner(e->call, one))
		leaves(e, one);
	else if (!has_partner(e->call, another))
		leaves(e, another);
	else
		return "from-tag and to-tag have no dialogue with each other";
	return NULL;
}

/* `to` may be NULL, and `to_named` although it is. */
static const char *end_branch(struct ending *e, struct sl_text branch, struct sl_leg *from,
	struct sl_leg *to, bool to_named)
{
	static const char unknown[] = "via-branch does not belong to this call";
	bool found = false;

	if (from && to && to_named)
		return sl_leg_has_branch(from, branch) || sl_leg_has_branch(to, branch)
			       ? end_dialogue(e, from, to)
			       : unknown;
	for (unsigned i = 0; i < e->call->n_legs; i++) {
		const struct sl_leg *leg = e->call->leg[i];

		if (!sl_leg_has_branch(leg, branch) ||
			(from && leg != from && !sl_legs_partners(leg, from)))
			continue;
		found = e->leaves[i] = true;
	}
	return found ? NULL : unknown;
}

/* Who waits for an answer by a tag that nobody knows yet: it is clear who is meant if it is one. */
static const char *end_unanswered(struct ending *e, struct sl_leg *from)
{
	struct sl_leg *found = NULL;

	for (unsigned i = 0; i < e->call->n_legs; i++) {
		struct sl_leg *leg = e->call->leg[i];

		if (leg->tag || leg == from || !sl_legs_partners(leg, from))
			continue;
		if (found)
			return "to-tag does not belong to this call, and several branches ring";
		found = leg;
	}
	if (!found)
		return "to-tag does not belong to this call";
	return end_dialogue(e, from, found);
}

static const char *find(struct ending *e, const struct sl_request *o)
{
	bool from_named = given(o->from_tag), to_named = given(o->to_tag);
	struct sl_leg *from = sl_call_leg(e->call, o->from_tag);
	struct sl_leg *to = sl_call_leg(e->call, o->to_tag);

	if (from_named && !from)
		return "from-tag does not belong to this call";
	if (!from_named && to_named && !to)
		return "to-tag does not belong to this call";
	if (!from_named) {
		from = to;
		to = NULL;
		to_named = false;
	}
	if (given(o->via_branch))
		return end_branch(e, o->via_branch, from, to, to_named);
	if (to)
		return end_dialogue(e, from, to);
	if (to_named)
		return end_unanswered(e, from);
	e->all = !from;
	if (from) {
		leaves(e, from);
		leaves(e, from->peer);
	}
	return NULL;
}

/* Both stay, since both have others. */
static void part(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *const leg[2])
{
	if (leg[0]->peer == leg[1])
		sl_disconnect(leg[0]);
	for (int i = 0; i < 2; i++)
		if (leg[i]->offer && leg[i]->offer->from == leg[!i])
			sl_leg_offer(sessions->env.crypto, leg[i], NULL);
	sl_call_left(sessions, call);
}

const char *sl_hangup(
	struct sl_sessions *sessions, struct sl_call *call, const struct sl_request *options)
{
	struct ending e = {.call = call};
	const char *warning = find(&e, options);
	struct sl_leg *const pair[2] = {e.one, e.another};

	if (warning)
		return warning;
	if (e.all || !spread(&e)) {
		end_call(sessions, call, options);
		return NULL;
	}
	if (e.one)
		part(sessions, call, pair);
	/* From the last on: a leg that is taken off moves those behind it. */
	for (unsigned i = call->n_legs; i-- > 0;)
		if (e.leaves[i])
			sl_call_leg_remove(sessions, call, call->leg[i]);
	return NULL;
}
