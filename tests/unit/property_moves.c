/* SPDX-License-Identifier: BSD-3-Clause */
#include "property_moves.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/log.h"
#include "ctrl/query.h"
#include "property_sdp.h"
#include "unit_random.h"

/* X(identifier): the kinds of moves. */
#define KINDS(X)       \
	X(offered)     \
	X(reoffered)   \
	X(answered)    \
	X(forked)      \
	X(transferred) \
	X(repeated)    \
	X(refused) X(no_ports) X(deleted) X(deleted_leg) X(delayed) X(timed_out) X(talked) X(waited)

enum kind {
#define X(id) id,
	KINDS(X)
#undef X
		KIND_COUNT,
};

static unsigned long counts[KIND_COUNT];
static unsigned seed_now, n_steps, hosts;
static char story[1 << 22];
static size_t story_len;

static void vnote(const char *format, va_list args)
{
	char *at = story + story_len;

	if (sizeof(story) - story_len < 2 * TEXT)
		return;
	at += sprintf(at, "%4u %8.3f s  ", n_steps, (double)world.now / (double)SECOND);
	at += vsnprintf(at, TEXT, format, args);
	strcpy(at, "\n");
	story_len = (size_t)(at + 1 - story);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vnote(format, args);
	va_end(args);
}

/* What the relay logs is part of it. */
void __wrap_sl_log(enum sl_log_level level, const char *format, ...);

void __wrap_sl_log(enum sl_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vnote(format, args);
	va_end(args);
}

void violated(const char *format, ...)
{
	char what[2 * TEXT + 256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	fputs(story, stderr);
	fprintf(stderr, "SL_PROPERTY_SEED=%u, step %u: %s\n", seed_now, n_steps, what);
	fail();
	__builtin_unreachable();
}

static bool chance(unsigned percent)
{
	return unit_below(100) < percent;
}

/* ---- requests ---- */

struct request {
	const char *command;
	char call_id[NAME], from[NAME], to[NAME], branch[NAME];
	char sdp[TEXT];
	bool secure;
	int family; /* -1: not said */
	unsigned delay;
};

struct text {
	char at[TEXT];
	size_t len;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->len += (size_t)vsnprintf(t->at + t->len, TEXT - t->len, format, args);
	va_end(args);
	if (t->len >= TEXT)
		violated("a request is too long for the test");
}

static void put_string(struct text *t, const char *key, const char *value)
{
	if (*value)
		put(t, "%zu:%s%zu:%s", strlen(key), key, strlen(value), value);
}

static void write_request(const struct request *r, struct text *t)
{
	t->len = 0;
	put(t, "d");
	put_string(t, "call-id", r->call_id);
	put_string(t, "command", r->command);
	if (!strcmp(r->command, "delete"))
		put(t, "12:delete-delayi%ue", r->delay);
	put_string(t, "from-tag", r->from);
	put_string(t, "sdp", r->sdp);
	put_string(t, "to-tag", r->to);
	if (!strcmp(r->command, "offer"))
		put_string(t, "transport-protocol", r->secure ? "RTP/SAVP" : "RTP/AVP");
	put_string(t, "via-branch", r->branch);
	if (r->family >= 0)
		put_string(t, "address family", r->family == SL_IPV4 ? "IP4" : "IP6");
	put(t, "e");
}

/* What the relay would tell of the call; nothing of it may change by what is refused. */
static size_t snapshot(const struct request *r, char out[TEXT])
{
	struct sl_text id = {r->call_id, (uint32_t)strlen(r->call_id)};
	struct sl_call *call = sl_session_find(&world.sessions, id);
	struct sl_reply reply;
	ssize_t len;

	if (!call)
		return 0;
	sl_reply_start(&reply, out, TEXT, SL_REPLY_JSON);
	sl_reply_dict(&reply);
	sl_query_write(&reply, call, &(struct sl_query){0});
	sl_reply_end(&reply);
	len = sl_reply_finish(&reply);
	return len < 0 ? 0 : (size_t)len;
}

/* Over UDP the same datagram is answered by the same bytes, and not acted on. */
static void ask(const struct request *r, struct reply *reply)
{
	char before[TEXT], after[TEXT];
	size_t len = snapshot(r, before);
	struct reply again;
	struct text text;
	uint64_t offers;

	write_request(r, &text);
	note("%s %s from '%s' to '%s' branch '%s'%s%s", r->command, r->call_id, r->from, r->to,
		r->branch, r->family < 0 ? "" : " address family",
		strcmp(r->command, "delete") || !r->delay ? "" : " later");
	if (getenv("SL_PROPERTY_SDP"))
		note("%s\n%s", r->call_id, r->sdp);
	if (!world_ask(text.at, reply))
		violated("no reply");
	if (!reply->ok) {
		note("  refused: %s", reply->why);
		if (snapshot(r, after) != len || memcmp(before, after, len) != 0)
			violated("what was refused has changed the call:\n%.*s\n%.*s", (int)len,
				before, (int)snapshot(r, after), after);
	}
	if (!chance(25))
		return;
	counts[repeated]++;
	offers = world.ng.count[SL_NG_offer].requests;
	if (!world_ask_again(&again) || strcmp(again.text, reply->text) != 0)
		violated("the same datagram gets another reply");
	if (world.ng.count[SL_NG_offer].requests != offers)
		violated("the same datagram is acted on twice");
}

/* ---- offers ---- */

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
		s->family = family;
		s->host = host;
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
static void make_offer(struct call *c, const char *from, const char *to, const char *branch)
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

static void new_tag(struct call *c, char tag[NAME])
{
	snprintf(tag, NAME, "t%u", ++c->tags);
}

/* ---- answers ---- */

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
		s->taken = o->told[0].n_lines + 1;
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

	model_answer_sides(c, r->from, r->to, r->branch, &s);
	o = model_offer_to(c, s.leg[SL_TO]);
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
	counts[s.fork ? forked : answered]++;
	model_answered(c, &s, said, o->n, told);
	bind_all(o, SL_FROM, told);
	remember(model_leg(c, s.tag), &said[0]);
	if (chance(20)) {
		counts[repeated]++;
		ask(r, &again);
		if (strcmp(again.sdp, reply.sdp) != 0)
			violated("the same answer gets another reply");
		if (s.fork) /* it is known now */
			model_answer_sides(c, r->from, r->to, r->branch, &s);
		model_answered(c, &s, said, o->n, told);
	}
	talk(c, model_leg(c, r->from));
}

static void make_answer(struct call *c, const char *from, const char *to, const char *branch)
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
	for (unsigned m = 0; m < model_offer_to(c, s.leg[SL_TO])->n; m++) {
		answer_medium(&said[m], l, model_offer_to(c, s.leg[SL_TO]), m);
		said[m].host = m ? said[0].host : l ? l->host : hosts++ % HOSTS;
	}
	answer_with(c, &r, said);
}

/* ---- moves ---- */

static struct leg *any_leg(struct call *c)
{
	return c->n_legs ? &c->leg[unit_below(c->n_legs)] : NULL;
}

static void answer_some(struct call *c, bool fork)
{
	struct leg *to = NULL, *from;
	struct offer *o;
	char tag[NAME];

	for (int tries = 0; tries < 8; tries++) {
		to = any_leg(c);
		if (to && to->offer && (!to->answered || fork))
			break;
		to = NULL;
	}
	o = model_offer_to(c, to);
	from = o ? model_by_id(c, o->from) : NULL;
	if (!from)
		return;
	strcpy(tag, to->tag);
	if (!*tag || (fork && o->open && chance(60)))
		new_tag(c, tag);
	if (chance(15))
		make_answer(c, tag, from->tag, to->branch);
	else
		make_answer(c, from->tag, tag, to->branch);
}

static void offer_some(struct call *c)
{
	struct leg *a = any_leg(c), *b = a ? model_by_id(c, a->peer) : NULL;
	char branch[NAME] = "", tag[NAME];
	unsigned what = unit_below(10);

	if (!a || !*a->tag)
		return;
	if (what < 6 && b) {
		make_offer(c, a->tag, b->tag, "");
	} else if (what == 6) {
		new_tag(c, tag);
		counts[transferred]++;
		make_offer(c, tag, a->tag, "");
	} else if (what == 7) {
		new_tag(c, tag);
		make_offer(c, a->tag, tag, "");
	} else {
		if (chance(50))
			snprintf(branch, sizeof(branch), "b%u", unit_below(4));
		make_offer(c, a->tag, "", branch);
	}
}

static void stray(struct call *c)
{
	struct request r = {.command = chance(50) ? "offer" : "answer", .family = -1};
	struct said said = {.active = true, .port = 4000};
	struct reply reply;

	strcpy(r.call_id, c->id);
	strcpy(r.from, "nobody");
	strcpy(r.to, "knows");
	sdp_write(r.sdp, &said, 1);
	counts[refused]++;
	ask(&r, &reply);
	if (reply.ok)
		violated("strangers are served");
}

static void delete_some(struct call *c)
{
	struct request r = {.command = "delete", .family = -1};
	struct leg *a = any_leg(c), *b = any_leg(c);
	unsigned what = unit_below(10), legs = c->n_legs;
	struct reply reply;
	bool named;

	if (chance(40))
		r.delay = 1 + unit_below(30);
	strcpy(r.call_id, c->id);
	if (what >= 2 && a)
		strcpy(r.from, *a->tag ? a->tag : "nobody");
	if (what >= 5 && b)
		strcpy(what == 9 ? r.branch : r.to, what == 9 ? b->branch : b->tag);
	ask(&r, &reply);
	if (!reply.ok)
		violated("a delete is refused");
	named = model_deleted(c, r.from, r.to, r.branch, r.delay);
	if (named == reply.warned)
		violated(named ? "there is nothing to warn of" : "nothing was deleted");
	counts[c->deleted ? delayed : c->exists && c->n_legs < legs ? deleted_leg : deleted]++;
}

static void reconcile(void)
{
	for (unsigned k = 0; k < CALLS; k++) {
		struct call *c = &calls[k];
		struct sl_text id = {c->id, (uint32_t)strlen(c->id)};
		uint64_t least, most;

		if (!c->exists)
			continue;
		model_lifetime(c, &least, &most);
		if (sl_session_find(&world.sessions, id)) {
			if (most && world.now > most + 2 * SECOND)
				violated("%s should have ended", c->id);
			continue;
		}
		if (!least || world.now + SECOND < least)
			violated("%s has ended too early", c->id);
		note("%s has ended", c->id);
		counts[timed_out]++;
		model_ended(c);
	}
}

static void wait_for(uint64_t ns)
{
	note("%.3f s go by", (double)ns / (double)SECOND);
	while (ns) {
		uint64_t step = ns < SECOND ? ns : SECOND;

		world_wait(step);
		reconcile();
		model_collect();
		ns -= step;
	}
}

static void wait_some(void)
{
	unsigned what = unit_below(100);

	counts[waited]++;
	if (what < 82)
		wait_for(unit_below(4000) * (SECOND / 1000));
	else if (what < 95)
		wait_for((5 + unit_below(20)) * SECOND);
	else
		wait_for((50 + unit_below(what < 99 ? 100 : 700)) * SECOND);
}

static void new_call(struct call *c)
{
	static unsigned number;
	char tag[NAME];

	snprintf(c->id, sizeof(c->id), "call%u", ++number);
	new_tag(c, tag);
	make_offer(c, tag, chance(5) ? "t0" : "", chance(30) ? "b0" : "");
	if (!c->exists)
		model_ended(c);
}

static void end_call(struct call *c)
{
	struct request r = {.command = "delete", .family = -1};
	struct reply reply;

	strcpy(r.call_id, c->id);
	ask(&r, &reply);
	if (!reply.ok)
		violated("a delete is refused");
	model_ended(c);
}

void move(void)
{
	struct call *c = &calls[unit_below(CALLS)];
	unsigned what = unit_below(100);

	n_steps++;
	if (what < 12) {
		wait_some();
	} else if (!c->exists) {
		new_call(c);
	} else if (c->n_legs + 3 > LEGS || c->next_offer + 4 > OFFERS) {
		end_call(c);
	} else if (what < 34) {
		answer_some(c, false);
	} else if (what < 42) {
		answer_some(c, true);
	} else if (what < 56) {
		offer_some(c);
	} else if (what < 94) {
		counts[talked]++;
		talk_oddly(c, any_leg(c));
	} else if (what < 96) {
		stray(c);
	} else {
		delete_some(c);
	}
}

void moves_start(unsigned seed)
{
	seed_now = seed;
	unit_seed = seed;
	n_steps = 0;
	story_len = 0;
	hosts = 0;
	model_reset();
	world_open();
}

void moves_end(void)
{
	for (unsigned k = 0; k < CALLS; k++)
		if (calls[k].exists && chance(50))
			end_call(&calls[k]);
	wait_for(800 * SECOND);
}

void moves_report(void)
{
	static const char *const names[KIND_COUNT] = {
#define X(id) #id,
		KINDS(X)
#undef X
	};

	for (int i = 0; i < KIND_COUNT; i++)
		print_message("%8lu %s\n", counts[i], names[i]);
}
