/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/property_moves.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/ctrl/ng/property_ask.h"
#include "tests/unit/ctrl/ng/property_sdp.h"
#include "tests/unit/unit_random.h"

static struct leg *any_leg(struct call *c)
{
	return c->n_legs ? &c->leg[unit_below(c->n_legs)] : NULL;
}

static void answer_some(struct call *c, bool fork)
{
	struct leg *to = NULL, *from, *other;
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
	other = any_leg(c);
	if (!*tag && other != from && *other->tag && chance(40))
		strcpy(tag, other->tag);
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
	if (what >= 5 && what < 9 && b)
		strcpy(r.to, b->tag);
	if ((what == 1 || what >= 8) && b)
		strcpy(r.branch, chance(20) ? "never seen" : b->branch);
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

	story_step();
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
	story_start(seed);
	negotiate_start();
	unit_seed = seed;
	model_reset();
	world_open(
		&(struct sl_timers){
			.media = 60, .silent = 600, .offer = 120, .notice = 10, .kept = 60},
		&(struct sl_limits){0});
	client_open();
}

void moves_end(void)
{
	for (unsigned k = 0; k < CALLS; k++)
		if (calls[k].exists && chance(50))
			end_call(&calls[k]);
	wait_for(800 * SECOND);
}
