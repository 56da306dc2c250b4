/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/answer_parties.h"

#include "ctrl/call/leg.h"
#include "ctrl/offer/call_sdp.h"

struct search {
	const struct sl_call *call;
	struct sl_text branch;
	uint64_t digest;
};

static bool answers(const struct sl_leg *to, const struct sl_leg *from)
{
	return from && to && to->offer && to->offer->from == from;
}

/*
 * Who takes up an offer of `from` without having been asked by name: the branch with that
 * via-branch, else the last that has no name yet, else, as a fork, whoever got the last offer.
 */
static struct sl_leg *find_taker(const struct search *s, const struct sl_leg *from)
{
	struct sl_leg *nameless = NULL, *last = NULL;

	for (unsigned i = 0; i < s->call->n_legs; i++) {
		struct sl_leg *leg = s->call->leg[i];

		if (!answers(leg, from) || !leg->offer->open)
			continue;
		if (sl_leg_has_branch(leg, s->branch))
			return leg;
		if (!leg->tag && (!nameless || leg->offer->serial >= nameless->offer->serial))
			nameless = leg;
		if (!last || leg->offer->serial >= last->offer->serial)
			last = leg;
	}
	return nameless ? nameless : last;
}

static bool find_by_offer(
	const struct search *s, struct sl_answerer *out, struct sl_leg *from, struct sl_text to_tag)
{
	struct sl_leg *taker = from ? find_taker(s, from) : NULL;

	if (!taker)
		return false;
	*out = (struct sl_answerer){
		.leg = {from, taker},
		.fork = taker->tag != NULL,
		.offer = taker->offer,
		.to_tag = to_tag,
	};
	return true;
}

/* Other branches of one INVITE ring beside that of `to`: they wait for others. */
static bool other_branch(
	const struct search *s, const struct sl_leg *waits, const struct sl_leg *to)
{
	if (!waits->branch)
		return false;
	return !sl_leg_has_branch(waits, s->branch) || sl_leg_has_branch(to, s->branch);
}

/*
 * Returns the party whose offer `to` answers, if it answers one of `from`: the last that it got by
 * name, or a newer one to nobody in particular. Some clients make a re-INVITE known by the tag of
 * its sender alone.
 */
static struct sl_leg *find_offered(
	const struct search *s, const struct sl_leg *from, struct sl_leg *to)
{
	struct sl_leg *found = answers(to, from) ? to : NULL;

	if (!from || !to || (found && found->answered && found->digest == s->digest))
		return found;
	for (unsigned i = 0; i < s->call->n_legs; i++) {
		struct sl_leg *leg = s->call->leg[i];

		if (!leg->tag && answers(leg, from) && leg->offer->open && !leg->answered &&
			!other_branch(s, leg, to) &&
			(!found || leg->offer->serial > found->offer->serial))
			found = leg;
	}
	return found;
}

/*
 * Both have offered: is it an answer to the offer that `a` got, although the tags say it is to that
 * of `b`? A repeated answer means what it meant. Of one that waits and one that was answered it is
 * for the later: the other may have been refused in between (491), of which nobody tells us. Of two
 * that wait, or were answered both, the tags decide.
 */
static bool is_swapped(const struct search *s, const struct sl_leg *a, const struct sl_leg *b)
{
	if (b->answered && b->digest == s->digest)
		return false;
	if (a->answered && a->digest == s->digest)
		return true;
	return a->answered != b->answered && a->offer->serial > b->offer->serial;
}

static void found(
	struct sl_answerer *out, struct sl_leg *from, struct sl_leg *to, struct sl_leg *offered)
{
	*out = (struct sl_answerer){
		.leg = {from, to},
		.waits = offered != to ? offered : NULL,
		.offer = offered->offer,
	};
}

int sl_answer_parties(const struct sl_call *call, const struct sl_request *o, uint64_t digest,
	struct sl_answerer *out, struct sl_error *error)
{
	const struct search s = {call, o->via_branch, digest};
	struct sl_leg *a = sl_call_leg(call, o->from_tag);
	struct sl_leg *b = sl_call_leg(call, o->to_tag);
	struct sl_leg *ab = find_offered(&s, a, b), *ba = find_offered(&s, b, a);

	if (a && a == b)
		return sl_refuse(error, -SL_E_TAG, "from-tag and to-tag are the same");
	if (ba && (!ab || is_swapped(&s, ba, ab))) {
		found(out, b, a, ba);
		out->to_tag = o->from_tag;
		return 0;
	}
	if (ab) {
		found(out, a, b, ab);
		out->to_tag = o->to_tag;
		return 0;
	}
	if (!b && find_by_offer(&s, out, a, o->to_tag))
		return 0;
	if (!a && find_by_offer(&s, out, b, o->from_tag))
		return 0;
	if (!a && !b)
		return sl_refuse(error, -SL_E_TAG, "neither tag is that of the one who offered");
	return sl_refuse(error, -SL_E_PROFILE, "there is no offer to answer");
}
