/* SPDX-License-Identifier: BSD-3-Clause */
/* Which parties a delete ends, by what docs/ng.md says. */
#include <string.h>

#include "tests/unit/ctrl/ng/property_model.h"

/* Somebody who stays, other than in the dialogue that ends between `one` and `another`. */
static bool has_partner(struct call *c, const struct leg *l, const bool *leaves,
	const struct leg *one, const struct leg *another)
{
	for (unsigned i = 0; i < c->n_legs; i++) {
		const struct leg *k = &c->leg[i];

		if (k != l && !leaves[i] && model_partners(c, k, l) &&
			!(l == one && k == another) && !(l == another && k == one))
			return true;
	}
	return false;
}

/* Who leaves with a dialogue, or with those who do already; false: nobody is left who speaks. */
static bool who_leaves(
	struct call *c, bool *leaves, const struct leg *one, const struct leg *another)
{
	static const bool nobody[LEGS];
	bool left = false;

	for (unsigned round = 0; round <= c->n_legs; round++) {
		left = false;
		for (unsigned i = 0; i < c->n_legs; i++) {
			const struct leg *l = &c->leg[i];
			bool stays = has_partner(c, l, leaves, one, another);

			leaves[i] |= !stays && has_partner(c, l, nobody, NULL, NULL);
			left |= stays && !leaves[i];
		}
	}
	return left;
}

static bool named_by(
	struct call *c, const struct leg *l, const struct leg *from, const char *branch)
{
	return !strcmp(l->branch, branch) && (!from || from == l || model_partners(c, l, from));
}

/* Finds the dialogue that a delete means by both tags; or, in `leaves`, who of the two is left
 * over. */
static bool dialogue(struct call *c, struct leg *a, struct leg *b, bool *leaves,
	const struct leg **one, const struct leg **another)
{
	static const bool nobody[LEGS];

	if (a == b)
		return false;
	if (model_partners(c, a, b)) {
		*one = a;
		*another = b;
		return true;
	}
	if (has_partner(c, a, nobody, NULL, NULL) && has_partner(c, b, nobody, NULL, NULL))
		return false;
	leaves[(has_partner(c, a, nobody, NULL, NULL) ? b : a) - c->leg] = true;
	return true;
}

static bool named(struct call *c, const char *from, const char *to, const char *branch,
	bool *leaves, const struct leg **one, const struct leg **another)
{
	struct leg *a = model_leg(c, *from ? from : to), *b = *from ? model_leg(c, to) : NULL;
	struct leg *waits = NULL;
	unsigned n = 0;

	if ((*from || *to) && !a)
		return false;
	if (*branch && b)
		return (named_by(c, a, NULL, branch) || named_by(c, b, NULL, branch)) &&
		       dialogue(c, a, b, leaves, one, another);
	for (unsigned i = 0; *branch && i < c->n_legs; i++)
		n += leaves[i] = named_by(c, &c->leg[i], a, branch);
	if (*branch)
		return n;
	if (b)
		return dialogue(c, a, b, leaves, one, another);
	if (*from && *to) {
		for (unsigned i = 0; i < c->n_legs; i++)
			if (!*c->leg[i].tag && &c->leg[i] != a &&
				model_partners(c, &c->leg[i], a)) {
				waits = &c->leg[i];
				n++;
			}
		return n == 1 && dialogue(c, a, waits, leaves, one, another);
	}
	for (unsigned i = 0; i < c->n_legs; i++)
		leaves[i] = !a || a == &c->leg[i] || a->peer == c->leg[i].id;
	return true;
}

static void part(struct call *c, struct leg *a, struct leg *b)
{
	if (a->peer == b->id)
		a->peer = b->peer = 0;
	if (model_offered_by(c, a, b))
		a->offer = 0, a->answered = false;
	if (model_offered_by(c, b, a))
		b->offer = 0, b->answered = false;
	model_disconnected(c);
}

bool model_deleted(
	struct call *c, const char *from, const char *to, const char *branch, unsigned delay)
{
	const struct leg *one = NULL, *another = NULL;
	bool leaves[LEGS] = {false};

	c->asked = world.now;
	if (!named(c, from, to, branch, leaves, &one, &another))
		return false;
	if (who_leaves(c, leaves, one, another)) {
		if (one)
			part(c, (struct leg *)one, (struct leg *)another);
		for (unsigned i = c->n_legs; i-- > 0;)
			if (leaves[i])
				model_remove(c, &c->leg[i]);
	} else if (!delay) {
		model_ended(c);
	} else if (!c->deleted) {
		c->deleted = true;
		c->end = world.now + delay * SECOND;
	}
	return true;
}
