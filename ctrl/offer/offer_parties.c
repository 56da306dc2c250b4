/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/offer_parties.h"

#include <string.h>

#include "ctrl/call/admit.h"
#include "ctrl/call/leg.h"

static const struct sl_interface *find_interface(
	const struct sl_sessions *sessions, struct sl_text name)
{
	if (!name.at)
		return &sessions->env.interfaces[0];
	for (unsigned i = 0; i < sessions->env.n_interfaces; i++)
		if (sl_text_is(name, sessions->env.interfaces[i].config->name))
			return &sessions->env.interfaces[i];
	return NULL;
}

static int find_interfaces(struct sl_draft *d)
{
	for (int side = SL_FROM; side <= SL_TO; side++) {
		struct sl_text name = d->options->direction[side];

		d->interface[side] = find_interface(d->sessions, name);
		if (!d->interface[side])
			return sl_refuse(d->error, -SL_E_REQUEST,
				"direction: there is no interface '%.*s'",
				(int)(name.len > 32 ? 32 : name.len), name.at);
	}
	return 0;
}

static int find_call(struct sl_draft *d, const struct sl_sdp *sdp)
{
	struct sl_sessions *sessions = d->sessions;
	int rc;

	d->call = sl_session_find(sessions, d->options->call_id);
	if (d->call)
		return 0;
	rc = sl_call_admit(sessions, d->interface, d->options, sdp, d->error);
	if (rc)
		return rc;
	d->call = sl_session_add(sessions, d->options->call_id);
	if (!d->call)
		return sl_out_of_memory(d->error);
	d->new_call = true;
	d->call->emergency = d->options->emergency;
	return 0;
}

static int add_leg(struct sl_draft *d, int side, struct sl_text tag)
{
	if (d->call->n_legs == SL_MAX_LEGS)
		return sl_too_many_parties(d->error);
	d->leg[side] = sl_call_leg_add(d->call, tag, d->interface[side]);
	if (!d->leg[side])
		return sl_out_of_memory(d->error);
	d->new_leg[side] = true;
	return 0;
}

/* Who is meant by an offer without to-tag: the same as by the one before, if that was not answered.
 */
static struct sl_leg *find_pending(const struct sl_draft *d, const struct sl_leg *from)
{
	struct sl_text branch = d->options->via_branch;
	struct sl_leg *found = NULL;

	/* The first of a branch: the others are its forks. */
	for (unsigned i = d->call->n_legs; i-- > 0;) {
		struct sl_leg *leg = d->call->leg[i];

		if (!leg->offer || leg->offer->from != from || !leg->offer->open)
			continue;
		if (sl_leg_has_branch(leg, branch))
			found = leg;
		else if (!leg->answered && !branch.at && !leg->branch)
			return leg;
	}
	return found;
}

/* Also where nobody has it so far: two parties by one tag could not be told apart. */
static bool is_one_tag(struct sl_text a, struct sl_text b)
{
	return a.at && b.at && a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/*
 * Either party may offer anew. A tag that is not known belongs to who was not named so far, or else
 * to a new party: one that takes the place of another, or to whom the call is forked.
 */
static int find_legs(struct sl_draft *d)
{
	const struct sl_request *o = d->options;
	struct sl_leg *from = sl_call_leg(d->call, o->from_tag);
	struct sl_leg *to = sl_call_leg(d->call, o->to_tag);
	int rc = 0;

	if (is_one_tag(o->from_tag, o->to_tag))
		return sl_refuse(d->error, -SL_E_TAG, "from-tag and to-tag are the same");
	if (!from && !to && o->to_tag.at && !d->new_call)
		return sl_refuse(d->error, -SL_E_TAG, "from-tag does not belong to this call");
	if (!from && to)
		from = sl_call_nameless(d->call, to);
	if (from && !to)
		to = o->to_tag.at ? sl_call_nameless(d->call, from) : find_pending(d, from);
	d->leg[SL_FROM] = from;
	d->leg[SL_TO] = to;
	if (!from)
		rc = add_leg(d, SL_FROM, o->from_tag);
	if (!rc && !to)
		rc = add_leg(d, SL_TO, o->to_tag);
	for (int side = SL_FROM; side <= SL_TO && !rc; side++)
		d->n_media[side] = d->leg[side]->n_media;
	return rc;
}

int sl_draft_parties(struct sl_draft *d, const struct sl_sdp *sdp)
{
	int rc = find_interfaces(d);

	if (!rc)
		rc = find_call(d, sdp);
	return rc ? rc : find_legs(d);
}
