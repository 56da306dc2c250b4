/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/property_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit_random.h"

struct call calls[CALLS];

static int last_leg;

void model_reset(void)
{
	memset(calls, 0, sizeof(calls));
	ports_reset();
}

struct leg *model_leg(struct call *c, const char *tag)
{
	for (unsigned i = 0; i < c->n_legs; i++)
		if (*tag && !strcmp(c->leg[i].tag, tag))
			return &c->leg[i];
	return NULL;
}

struct leg *model_by_id(struct call *c, int id)
{
	for (unsigned i = 0; i < c->n_legs; i++)
		if (c->leg[i].id == id)
			return &c->leg[i];
	return NULL;
}

struct offer *model_offer_to(struct call *c, const struct leg *leg)
{
	return leg && leg->offer ? &c->offer[leg->offer - 1] : NULL;
}

bool model_offered_by(struct call *c, const struct leg *to, const struct leg *from)
{
	const struct offer *o = model_offer_to(c, to);

	return o && from && o->from == from->id;
}

bool model_partners(struct call *c, const struct leg *a, const struct leg *b)
{
	return a->peer == b->id || model_offered_by(c, a, b) || model_offered_by(c, b, a);
}

static struct leg *nameless(struct call *c, const struct leg *partner)
{
	for (unsigned i = c->n_legs; i-- > 0;)
		if (!*c->leg[i].tag && &c->leg[i] != partner &&
			model_partners(c, &c->leg[i], partner))
			return &c->leg[i];
	return NULL;
}

/* An offer to nobody in particular is the same offer again while it is not answered. */
static struct leg *pending(struct call *c, const struct leg *from, const char *branch)
{
	struct leg *found = NULL;

	for (unsigned i = c->n_legs; i-- > 0;) {
		struct leg *l = &c->leg[i];

		if (!model_offered_by(c, l, from) || !model_offer_to(c, l)->open)
			continue;
		if (*branch && !strcmp(l->branch, branch))
			found = l; /* the first one: the others are its forks */
		if (!*branch && !found && !l->answered && !*l->branch)
			found = l;
	}
	return found;
}

void model_offer_sides(
	struct call *c, const char *from, const char *to, const char *branch, struct sides *s)
{
	struct leg *a = model_leg(c, from), *b = model_leg(c, to);

	if (!a && b)
		a = nameless(c, b);
	if (a && !b)
		b = *to ? nameless(c, a) : pending(c, a, branch);
	*s = (struct sides){.leg = {a, b}};
}

static bool takes(struct call *c, struct leg *from, const char *branch, struct sides *s)
{
	struct leg *unnamed = NULL, *last = NULL, *found = NULL;

	for (unsigned i = 0; from && i < c->n_legs && !found; i++) {
		struct leg *l = &c->leg[i];

		if (!model_offered_by(c, l, from) || !model_offer_to(c, l)->open)
			continue;
		if (*branch && !strcmp(l->branch, branch))
			found = l;
		if (!*l->tag && (!unnamed || l->offer >= unnamed->offer))
			unnamed = l;
		if (!last || l->offer >= last->offer)
			last = l;
	}
	if (!found)
		found = unnamed ? unnamed : last;
	if (!found)
		return false;
	s->leg[SL_FROM] = from;
	s->leg[SL_TO] = s->offered = found;
	s->fork = *found->tag;
	return true;
}

/* The offer that `to` answers, by the leg that got it: its own, or a later one to nobody. */
static struct leg *offered(struct call *c, struct leg *from, struct leg *to, const char *branch)
{
	struct leg *found = model_offered_by(c, to, from) ? to : NULL;

	for (unsigned i = 0; from && to && i < c->n_legs; i++) {
		struct leg *l = &c->leg[i];

		if (*l->tag || l->answered || !model_offered_by(c, l, from) ||
			!model_offer_to(c, l)->open || (found && l->offer < found->offer))
			continue;
		if (!*l->branch || (!strcmp(l->branch, branch) && strcmp(to->branch, branch)))
			found = l;
	}
	return found;
}

bool model_answer_sides(
	struct call *c, const char *from, const char *to, const char *branch, struct sides *s)
{
	struct leg *a = model_leg(c, from), *b = model_leg(c, to);
	struct leg *ab = offered(c, a, b, branch), *ba = offered(c, b, a, branch);

	*s = (struct sides){.tag = to};
	if (ab && ba && (ab->answered == ba->answered || ba->offer < ab->offer))
		ba = NULL; /* it is for the later one, if one of them waits */
	if (ab || ba) {
		s->leg[SL_FROM] = ba ? b : a;
		s->leg[SL_TO] = ba ? a : b;
		s->tag = ba ? from : to;
		s->offered = ba ? ba : ab;
		return true;
	}
	if (!b && takes(c, a, branch, s))
		return true;
	s->tag = from;
	return !a && takes(c, b, branch, s);
}

static bool suits(const struct offer *o, int side, unsigned m, int pair, int family, int asked)
{
	/* Forks that share ports do not while they speak with each other. */
	if (!pair || (side == SL_TO && pair == o->pair[SL_FROM][m]))
		return false;
	if (side == SL_FROM ? o->said[m].held : asked < 0)
		return true;
	return pair_family(pair) == family;
}

unsigned model_offer_pairs(const struct call *c, const struct sides *s, struct offer *o, int family,
	int wanted[2][MEDIA], unsigned fresh[SL_FAMILIES])
{
	const struct offer *last =
		s->leg[SL_TO] ? model_offer_to((struct call *)c, s->leg[SL_TO]) : NULL;
	unsigned n = 0;

	fresh[SL_IPV4] = fresh[SL_IPV6] = 0;
	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned m = 0; m < o->n; m++) {
			const struct leg *l = s->leg[side];
			int f = side == SL_TO && family >= 0 ? family : o->said[m].family;

			wanted[side][m] = f;
			o->pair[side][m] = 0;
			if (!o->said[m].active)
				continue;
			if (l && suits(o, side, m, l->m[m].pair, f, family))
				o->pair[side][m] = l->m[m].pair;
			else if (last && s->leg[SL_FROM] && last->from == s->leg[SL_FROM]->id &&
				 m < last->n && suits(o, side, m, last->pair[side][m], f, family))
				o->pair[side][m] = last->pair[side][m];
			else
				n++, fresh[f]++;
		}
	return n;
}

static struct leg *add_leg(struct call *c, const char *tag)
{
	struct leg *l = &c->leg[c->n_legs++];

	*l = (struct leg){.id = ++last_leg,
		.family = (int)unit_below(4) == 0,
		.host = unit_below(HOSTS),
		.secure = unit_below(2)};
	strcpy(l->tag, tag);
	for (unsigned m = 0; m < MEDIA; m++) {
		l->m[m].ssrc = unit_random();
		l->m[m].index = unit_below(0x10000);
		l->m[m].rtcp_index = 1;
	}
	return l;
}

static bool connected(const struct call *c)
{
	for (unsigned i = 0; i < c->n_legs; i++)
		if (c->leg[i].peer)
			return true;
	return false;
}

void model_offered(struct call *c, struct sides *s, const struct offer *offer, const char *from,
	const char *to, const char *branch, int wanted[2][MEDIA])
{
	struct offer *o = &c->offer[c->next_offer++];
	const char *tag[2] = {from, to};
	int id[2];

	*o = *offer;
	for (int side = SL_FROM; side <= SL_TO; side++) {
		struct leg *l = s->leg[side];

		/* Adding does not move the others. */
		if (!l)
			l = s->leg[side] = add_leg(c, tag[side]);
		else if (!*l->tag)
			strcpy(l->tag, tag[side]);
		id[side] = l->id;
		for (unsigned m = 0; m < o->n; m++) {
			if (!o->said[m].active)
				continue;
			if (!o->pair[side][m])
				o->pair[side][m] = pair_new(wanted[side][m]);
			if (!l->m[m].pair)
				l->m[m].pair = o->pair[side][m];
		}
	}
	o->from = id[SL_FROM];
	o->open = !*to;
	if (o->open && *branch)
		strcpy(s->leg[SL_TO]->branch, branch);
	s->leg[SL_TO]->offer = (int)c->next_offer;
	s->leg[SL_TO]->answered = false;
	c->exists = true;
	c->asked = world.now;
	c->deleted = false;
	c->end = connected(c) ? 0 : world.now + 120 * SECOND;
}

static bool shares(const struct leg *l, const struct offer *o, int side)
{
	for (unsigned i = 0; i < MEDIA; i++)
		for (unsigned m = 0; m < o->n; m++)
			if (l->m[i].pair && l->m[i].pair == o->pair[side][m])
				return true;
	return false;
}

/* Who sits where one of the two is going to, or speaks with one of them. */
static void disconnect(
	struct call *c, const struct leg *a, const struct leg *b, const struct offer *o)
{
	bool loses[LEGS] = {false};

	for (unsigned i = 0; i < c->n_legs; i++) {
		const struct leg *l = &c->leg[i], *peer = model_by_id(c, l->peer);

		if (!peer || l == a || l == b)
			continue;
		for (int side = SL_FROM; side <= SL_TO; side++)
			loses[i] |= shares(l, o, side) ||
				    (peer != a && peer != b && shares(peer, o, side));
		loses[i] |= peer == a || peer == b;
	}
	for (unsigned i = 0; i < c->n_legs; i++)
		if (loses[i])
			c->leg[i].peer = 0;
}

/* Some go on with their roll-over counter, some begin anew, and some with another number. */
static void new_key(struct medium *m, const struct sl_master *tx)
{
	bool plain = m->tx.suite == SL_SUITE_NONE;
	bool known = false;

	m->tx = *tx;
	m->fresh = tx->suite != SL_SUITE_NONE;
	m->lost = false;
	if (!m->fresh)
		return;
	for (unsigned i = 0; i < m->n_past; i++)
		known |= !memcmp(&m->past[i], tx, sizeof(*tx));
	m->lost = known || m->n_past == PAST;
	if (m->rtcp_top < m->rtcp_index)
		m->rtcp_top = m->rtcp_index;
	if (m->lost) { /* it sends no report twice under one key (RFC 3711 9.1) */
		m->rtcp_index = m->rtcp_top;
		return;
	}
	m->past[m->n_past++] = *tx;
	m->rtcp_index = 1;
	if (unit_below(4) == 0)
		m->index = unit_below(0x10000);
	else if (plain || unit_below(2))
		m->index &= 0xffff;
}

static void in_force(struct medium *m, const struct said *said, const struct sl_master *tx,
	const struct sl_master *rx, uint16_t port, int pair)
{
	m->active = true;
	m->held = said->held;
	m->quiet = said->quiet;
	m->said = *said;
	m->told_port = port;
	m->rx = *rx;
	m->pair = pair;
	if (memcmp(&m->tx, tx, sizeof(*tx)) != 0)
		new_key(m, tx);
}

void model_answered(struct call *c, struct sides *s, const struct said *said, unsigned n,
	const struct told *told)
{
	static const struct sl_master none;
	struct offer *o = model_offer_to(c, s->offered);
	struct leg *a = s->leg[SL_FROM], *b = s->leg[SL_TO], *waits = s->offered;

	/* They have agreed on a later one since. */
	if (!s->fork && a->peer == b->id && b->peer == a->id && s->offered->offer < a->agreed)
		return;
	if (!s->fork && waits != b) { /* who is known takes the place of nobody */
		b->offer = waits->offer;
		if (*waits->branch)
			strcpy(b->branch, waits->branch);
	}
	if (s->fork) {
		const struct leg *taken = b;

		b = add_leg(c, s->tag);
		b->offer = taken->offer;
		strcpy(b->branch, taken->branch);
		for (unsigned m = 0; m < o->n; m++)
			b->m[m].pair = o->pair[SL_TO][m];
	}
	if (!*b->tag)
		strcpy(b->tag, s->tag);
	disconnect(c, a, b, o);
	for (unsigned m = 0; m < MEDIA; m++) {
		struct medium *x = &a->m[m], *y = &b->m[m];
		const struct said *asked = &o->said[m];
		const struct sl_master *key = &none;

		x->active = y->active = false;
		if (m >= n || !asked->active || !said[m].active)
			continue;
		for (unsigned i = 0; said[m].n_lines && i < o->told[m].n_lines; i++)
			if (o->told[m].tag[i] == said[m].taken)
				key = &o->told[m].line[i];
		in_force(y, &said[m], said[m].n_lines ? &said[m].line[0] : &none, key,
			o->told[m].port, o->pair[SL_TO][m]);
		in_force(x, asked, asked->n_lines ? &asked->line[0] : &none,
			told[m].n_lines ? &told[m].line[0] : &none, told[m].port,
			o->pair[SL_FROM][m]);
		y->mux = o->told[m].mux && said[m].mux;
		x->mux = asked->mux && y->mux;
	}
	a->n = b->n = n;
	a->agreed = b->agreed = b->offer;
	a->peer = b->id;
	b->peer = a->id;
	b->answered = true;
	c->up = true;
	c->answered = c->asked = world.now;
	if (!c->deleted)
		c->end = 0;
	if (!s->fork && waits != b)
		model_remove(c, waits);
}

void model_disconnected(struct call *c)
{
	if (!c->end && !connected(c))
		c->end = world.now + 120 * SECOND;
}

void model_remove(struct call *c, struct leg *gone)
{
	int id = gone->id, at = (int)(gone - c->leg);

	memmove(gone, gone + 1, (c->n_legs - 1 - (unsigned)at) * sizeof(*gone));
	c->n_legs--;
	for (unsigned i = 0; i < c->n_legs; i++) {
		struct leg *l = &c->leg[i];

		if (l->peer == id)
			l->peer = 0;
		if (l->offer && c->offer[l->offer - 1].from == id) {
			l->offer = 0;
			l->answered = false;
		}
	}
	model_disconnected(c);
}

void model_ended(struct call *c)
{
	memset(c, 0, sizeof(*c));
}

void model_lifetime(const struct call *c, uint64_t *least, uint64_t *most)
{
	uint64_t last = c->answered;
	bool held = false;

	*least = *most = c->end;
	if (c->deleted || !connected(c))
		return;
	for (unsigned i = 0; i < c->n_legs; i++) {
		const struct leg *l = &c->leg[i];
		const struct leg *peer = model_by_id((struct call *)c, l->peer);

		for (unsigned m = 0; peer && m < MEDIA; m++) {
			if (!l->m[m].active)
				continue;
			held |= l->m[m].held || peer->m[m].held || l->m[m].quiet ||
				peer->m[m].quiet;
			if (l->m[m].heard > last)
				last = l->m[m].heard;
		}
	}
	*least = *most = last + (held ? 600 : 60) * SECOND;
	if (*most < c->asked) /* what is connected now has been silent for long */
		*most = c->asked;
}

static bool connects(struct call *c, const struct leg *from, unsigned m)
{
	const struct leg *to = model_by_id(c, from->peer);

	return to && from->m[m].active && to->m[m].active;
}

bool model_passes(struct call *c, const struct leg *from, unsigned m)
{
	return connects(c, from, m) && !from->m[m].held && !model_by_id(c, from->peer)->m[m].held;
}

unsigned model_flows(void)
{
	unsigned n = 0;

	for (unsigned k = 0; k < CALLS; k++)
		for (unsigned i = 0; i < calls[k].n_legs; i++)
			for (unsigned m = 0; m < MEDIA; m++)
				n += connects(&calls[k], &calls[k].leg[i], m);
	return n;
}
