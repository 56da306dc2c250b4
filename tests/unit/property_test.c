/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random lives of calls, as proxies and parties may lead them, against a model of what must come of
 * it. After every step: ports, flows, keys and calls are as many as they should be, no two calls
 * have one port, repeated requests get equal replies, connected parties hear each other, nobody
 * else does, and no index is sent twice under a key.
 *
 * SL_PROPERTY_SEED=N runs one seed only, SL_PROPERTY_SEEDS=N so many, SL_PROPERTY_STEPS=N so long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "property_ask.h"
#include "property_keys.h"
#include "property_moves.h"
#include "unit_random.h"

/* Which keys and flows the relay's calls refer to. */
struct trace {
	const void *key[4096], *flow[1024], *local[1024];
	unsigned keys, flows, locals;
};

static void add(const void **list, unsigned *n, const void *item)
{
	for (unsigned i = 0; i < *n; i++)
		if (list[i] == item)
			return;
	if (item)
		list[(*n)++] = item;
}

static void add_key(struct trace *t, const struct sl_session_key *key)
{
	add(t->key, &t->keys, key ? key->key : NULL);
}

static void add_local(struct trace *t, const struct sl_local *local)
{
	add(t->local, &t->locals, local);
	for (int i = 0; local && i < SL_SUITE_COUNT; i++)
		add_key(t, local->ours[i]);
}

static void trace_leg(struct trace *t, const struct sl_leg *l)
{
	const struct sl_offer *o = l->offer;

	for (unsigned m = 0; m < l->n_media; m++) {
		add_local(t, l->media[m].local);
		add_key(t, l->media[m].in);
		add_key(t, l->media[m].out);
		for (int i = 0; i < SL_FORMER_KEYS; i++)
			add_key(t, l->media[m].former[i]);
		add_key(t, l->media[m].path.in);
		add_key(t, l->media[m].path.out);
		add(t->flow, &t->flows, l->media[m].path.flow);
	}
	for (unsigned m = 0; o && m < o->n_media; m++) {
		add_local(t, o->local[SL_FROM][m]);
		add_local(t, o->local[SL_TO][m]);
		for (int i = 0; i < SL_SUITE_COUNT; i++)
			add_key(t, o->proposal[m].key[i]);
	}
}

static void trace_call(const struct sl_call *call, void *context)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		trace_leg(context, call->leg[i]);
}

static void check(void)
{
	struct trace t = {0};
	unsigned n = 0, taken = 0;

	model_collect();
	sl_sessions_walk(&world.sessions, trace_call, &t);
	for (unsigned k = 0; k < CALLS; k++)
		n += calls[k].exists;
	if (world.sessions.n != n)
		violated("%u calls, not %u", world.sessions.n, n);
	for (int f = 0; f < SL_FAMILIES; f++) {
		unsigned out = sl_interface_ports(&world.interface, f).taken;

		taken += out;
		if (out != model_ports(f))
			violated("%u pairs of ports are taken, not %u", out, model_ports(f));
	}
	if (taken != t.locals)
		violated("%u pairs of ports are taken, and %u known", taken, t.locals);
	if (world_pinholes() != model_flows())
		violated("%u flows are published, not %u", world_pinholes(), model_flows());
	if (keys_alive() != t.keys)
		violated("%u keys are alive, and %u known", keys_alive(), t.keys);
	if (keys_reused())
		violated("an index was sent twice under one key");
}

static unsigned number(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void live(unsigned seed, unsigned steps)
{
	const char *left;

	moves_start(seed);
	for (unsigned i = 0; i < steps; i++) {
		move();
		check();
	}
	moves_end();
	check();
	if (model_ports(SL_IPV4) || model_ports(SL_IPV6) || model_flows())
		violated("the model has something left");
	left = world_close();
	if (left)
		violated("%s is left", left);
}

static void random_lives(void **state)
{
	unsigned one = number("SL_PROPERTY_SEED", 0);
	unsigned seeds = one ? 1 : number("SL_PROPERTY_SEEDS", 40);
	unsigned steps = number("SL_PROPERTY_STEPS", 400);
	unsigned long sent = 0;

	for (unsigned i = 0; i < seeds; i++) {
		live(one ? one : i + 1, steps);
		sent += keys_sent();
	}
	moves_report();
	print_message("%lu packets were protected\n", sent);
}

static int start(void **state)
{
	world_start();
	return 0;
}

static int end(void **state)
{
	world_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_lives)};

	return cmocka_run_group_tests(tests, start, end);
}
