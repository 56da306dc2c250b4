/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/property_ask.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/ctrl/ng/property_moves.h"
#include "tests/unit/ctrl/ng/property_sdp.h"
#include "tests/unit/unit_random.h"

static unsigned hosts;

void negotiate_start(void)
{
	hosts = 0;
}

static const enum sl_suite suites[] = {SL_SUITE_AES_CM_128_HMAC_SHA1_80,
	SL_SUITE_AES_CM_128_HMAC_SHA1_32, SL_SUITE_AES_256_CM_HMAC_SHA1_80,
	SL_SUITE_AEAD_AES_128_GCM, SL_SUITE_AEAD_AES_256_GCM};

enum { SUITES = sizeof(suites) / sizeof(suites[0]) };

static void new_lines(struct said *s)
{
	unsigned first = unit_below(SUITES);

	s->n_lines = 1 + unit_below(3);
	for (unsigned i = 0; i < s->n_lines; i++)
		master_new(&s->line[i], suites[(first + i) % SUITES]);
}

/* As it spoke before, or a little different. */
static void speak(struct said *s, const struct leg *l, unsigned m)
{
	bool before = l && l->m[m].said.port;

	if (before)
		*s = l->m[m].said;
	else
		*s = (struct said){.mux = chance(30)};
	if (!before || chance(10))
		s->port = (uint16_t)(30000 + 2 * unit_below(10000));
	s->taken = 0;
	s->active = chance(m ? 80 : 96);
	s->held = l && l->peer && chance(8);
	if (s->held && before) /* whoever holds does not say where it is */
		s->port = l->m[m].said.port;
	s->quiet = chance(10);
	if (chance(5))
		s->mux = !s->mux;
}

/* All media of an offer. Hosts are many, so that no two parties are at one. */
static void speak_all(struct offer *o, const struct leg *l)
{
	bool secure = l ? l->secure : chance(60);
	int family = l ? l->family : chance(25);
	unsigned host = l ? l->host : hosts++ % HOSTS;

	if (l && chance(4))
		family = !family;
	if (l && chance(4))
		host = hosts++ % HOSTS;
	if (l && chance(3))
		secure = !secure;
	for (unsigned m = 0; m < o->n; m++) {
		struct said *s = &o->said[m];

		speak(s, l, m);
		if (!s->held || !l->m[m].said.port) {
			s->family = family;
			s->host = host;
		}
		if (!secure)
			s->n_lines = 0;
		else if (!s->n_lines || chance(15))
			new_lines(s);
	}
}

/* After an accepted offer or answer the party is as it spoke. */
static void remember(struct leg *l, const struct said *s)
{
	l->family = s->family;
	l->host = s->host;
	l->secure = s->n_lines;
}

static void check_offer(
	const struct request *r, struct offer *o, const char *sdp, int wanted[2][MEDIA])
{
	unsigned n;

	if (!sdp_read(sdp, o->told, &n) || n != o->n)
		violated("the offer's SDP is not as it should be:\n%s", sdp);
	for (unsigned m = 0; m < n; m++) {
		struct told *t = &o->told[m];

		if (t->active != o->said[m].active)
			violated("medium %u is offered, or not, against what was said", m);
		if (!t->active)
			continue;
		if (t->family != wanted[SL_TO][m] && !o->pair[SL_TO][m])
			violated("medium %u is offered at another address family", m);
		if (t->mux != o->said[m].mux || !t->n_lines != !r->secure)
			violated("medium %u: rtcp-mux or keys are not as they should be", m);
	}
}

static void bind_all(const struct offer *o, int side, const struct told *told)
{
	for (unsigned m = 0; m < o->n; m++) {
		const char *wrong;

		if (!told[m].active)
			continue;
		wrong = model_bind(o->pair[side][m], told[m].family, told[m].port);
		if (wrong)
			violated("medium %u gets port %u, %s", m, told[m].port, wrong);
	}
}

static bool too_few(const unsigned fresh[SL_FAMILIES])
{
	for (int f = 0; f < SL_FAMILIES; f++) {
		struct sl_portpool_counts n = sl_interface_ports(&world.interface, f);

		if (fresh[f] > n.total - n.taken - n.resting)
			return true;
	}
	return false;
}

static bool nearly_full(unsigned n)
{
	const unsigned all[SL_FAMILIES] = {2 * n, 2 * n};

	return too_few(all);
}

/* Sends back a key of the relay's, which must be refused. True if there is one to send. */
static bool reflect(struct offer *o, const struct leg *from)
{
	if (!from || !from->m[0].rx.suite || !from->m[0].active || !o->said[0].active)
		return false;
	o->said[0].n_lines = 1;
	o->said[0].line[0] = from->m[0].rx;
	return true;
}

static void offer_with(struct call *c, struct request *r, struct offer *o)
{
	struct sides s;
	int wanted[2][MEDIA];
	unsigned fresh[SL_FAMILIES];
	struct offer said = *o;
	struct reply reply;
	bool bad;

	model_offer_sides(c, r->from, r->to, r->branch, &s);
	bad = chance(3) && reflect(o, s.leg[SL_FROM]);
	model_offer_pairs(c, &s, o, r->family, wanted, fresh);
	sdp_write(r->sdp, o->said, o->n);
	bad |= too_few(fresh);
	ask(r, &reply);
	/* New calls are admitted by a rough count. */
	bad |= !c->exists && nearly_full(o->n) && !strcmp(reply.why, "Ran out of ports");
	counts[bad ? too_few(fresh) ? no_ports : refused : *r->to ? reoffered : offered]++;
	if (reply.ok == bad)
		violated("%s", bad ? "this should be refused" : "this should be accepted");
	if (bad) {
		*o = said;
		return;
	}
	check_offer(r, o, reply.sdp, wanted);
	model_offered(c, &s, o, r->from, r->to, r->branch, wanted);
	bind_all(model_offer_to(c, s.leg[SL_TO]), SL_TO, o->told);
	if (s.leg[SL_FROM]->n == 0)
		remember(s.leg[SL_FROM], &o->said[0]);
	/* Under a new cookie it is acted on, and the reply is the same. */
	if (chance(20) && c->next_offer + 4 < OFFERS) {
		struct reply again;

		counts[repeated]++;
		ask(r, &again);
		if (strcmp(again.sdp, reply.sdp) != 0)
			violated("the same offer gets another reply:\n%s%s", reply.sdp, again.sdp);
		model_offer_sides(c, r->from, r->to, r->branch, &s);
		model_offer_pairs(c, &s, o, r->family, wanted, fresh);
		model_offered(c, &s, o, r->from, r->to, r->branch, wanted);
	}
}

/* `to` and `branch` may be "". */
void make_offer(struct call *c, const char *from, const char *to, const char *branch)
{
	struct leg *a = model_leg(c, from), *b = model_leg(c, to);
	struct request r = {.command = "offer", .family = chance(12) ? (int)unit_below(2) : -1};
	struct offer o = {.n = 1 + unit_below(2)};

	if (a && a->n > o.n)
		o.n = a->n;
	if (b && b->n > o.n)
		o.n = b->n;
	if (o.n < MEDIA && chance(10))
		o.n++;
	strcpy(r.call_id, c->id);
	strcpy(r.from, from);
	strcpy(r.to, to);
	strcpy(r.branch, branch);
	r.secure = o.secure = b ? b->secure : chance(60);
	speak_all(&o, a);
	offer_with(c, &r, &o);
}

void new_tag(struct call *c, char tag[NAME])
{
	snprintf(tag, NAME, "t%u", ++c->tags);
}

static void answer_medium(struct said *s, const struct leg *l, const struct offer *o, unsigned m)
{
	const struct told *t = &o->told[m];
	unsigned line = t->n_lines ? unit_below(t->n_lines) : 0;
	const struct sl_master *tx = l ? &l->m[m].tx : NULL;

	speak(s, l, m);
	s->family = t->family;
	s->mux &= t->mux;
	s->n_lines = 0;
	if (!t->active) {
		s->active = false;
		s->family = l ? l->family : 0;
	}
	if (!t->active || !t->n_lines)
		return;
	s->n_lines = 1;
	/* The suite it has, if it may keep it. */
	for (unsigned i = 0; tx && i < t->n_lines && !chance(10); i++)
		if (t->line[i].suite == tx->suite)
			line = i;
	s->taken = t->tag[line];
	if (tx && tx->suite == t->line[line].suite && !chance(15))
		s->line[0] = *tx;
	else
		master_new(&s->line[0], t->line[line].suite);
}

/* A mistake that must be refused. */
static bool spoil(struct said *said, const struct offer *o)
{
	struct said *s = &said[0];

	if (!s->active || !s->n_lines)
		return false;
	if (chance(50))
		master_new(&s->line[0], SL_SUITE_AES_CM_128_HMAC_SHA1_32); /* was not offered */
	else
		for (unsigned i = 0; i < o->told[0].n_lines; i++)
			if (o->told[0].tag[i] == s->taken)
				s->line[0] = o->told[0].line[i];
	return true;
}

static void check_answer(
	const struct offer *o, const struct said *said, const char *sdp, struct told told[MEDIA])
{
	unsigned n;

	if (!sdp_read(sdp, told, &n) || n != o->n)
		violated("the answer's SDP is not as it should be:\n%s", sdp);
	for (unsigned m = 0; m < n; m++) {
		const struct said *a = &o->said[m];

		if (told[m].active != (a->active && said[m].active))
			violated("medium %u is answered, or not, against what was said", m);
		if (!told[m].active)
			continue;
		if (told[m].mux != (a->mux && said[m].mux))
			violated("medium %u: rtcp-mux is not as it should be", m);
		if (told[m].n_lines != (a->n_lines ? 1 : 0))
			violated("medium %u: %u keys are answered", m, told[m].n_lines);
		if (a->n_lines &&
			(told[m].tag[0] != 1 || told[m].line[0].suite != a->line[0].suite))
			violated("medium %u: a key that nobody asked for", m);
	}
}

static void answer_with(struct call *c, struct request *r, struct said *said)
{
	struct reply reply, again;
	struct told told[MEDIA];
	struct offer *o;
	struct sides s;
	bool bad;
	int from;

	model_answer_sides(c, r->from, r->to, r->branch, &s);
	o = model_offer_to(c, s.offered);
	from = s.leg[SL_FROM]->id;
	if (chance(5)) {
		struct said wrong[MEDIA];

		memcpy(wrong, said, sizeof(wrong));
		if (spoil(wrong, o)) {
			sdp_write(r->sdp, wrong, o->n);
			counts[refused]++;
			ask(r, &reply);
			if (reply.ok)
				violated("this should be refused");
		}
	}
	sdp_write(r->sdp, said, o->n);
	ask(r, &reply);
	bad = !reply.ok;
	if (bad)
		violated("this should be accepted");
	check_answer(o, said, reply.sdp, told);
	counts[s.fork ? forked : s.offered != s.leg[SL_TO] ? taken_up : answered]++;
	model_answered(c, &s, said, o->n, told);
	bind_all(o, SL_FROM, told);
	remember(model_leg(c, s.tag), &said[0]);
	if (chance(20)) {
		counts[repeated]++;
		ask(r, &again);
		if (strcmp(again.sdp, reply.sdp) != 0)
			violated("the same answer gets another reply");
		/* It means what it meant, whatever has been offered besides. */
		s.fork = false;
		s.leg[SL_FROM] = model_by_id(c, from);
		s.leg[SL_TO] = s.offered = model_leg(c, s.tag);
		model_answered(c, &s, said, o->n, told);
	}
	talk(c, model_leg(c, r->from));
}

void make_answer(struct call *c, const char *from, const char *to, const char *branch)
{
	struct request r = {.command = "answer", .family = -1};
	struct said said[MEDIA] = {0};
	struct sides s;
	struct leg *l;

	strcpy(r.call_id, c->id);
	strcpy(r.from, from);
	strcpy(r.to, to);
	strcpy(r.branch, branch);
	if (!model_answer_sides(c, from, to, branch, &s))
		return;
	l = model_leg(c, s.tag);
	for (unsigned m = 0; m < model_offer_to(c, s.offered)->n; m++) {
		answer_medium(&said[m], l, model_offer_to(c, s.offered), m);
		said[m].host = m ? said[0].host : l ? l->host : hosts++ % HOSTS;
	}
	answer_with(c, &r, said);
}
