/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/world_trace.h"

#include <rte_common.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/query.h"

static void add(const void **list, unsigned *n, unsigned room, const void *item)
{
	for (unsigned i = 0; i < *n; i++)
		if (list[i] == item)
			return;
	if (!item)
		return;
	if (*n == room)
		abort();
	list[(*n)++] = item;
}

#define ADD(t, list, item) add((const void **)(t)->list, &(t)->list##s, RTE_DIM((t)->list), item)

static void add_key(struct trace *t, const struct sl_session_key *key)
{
	ADD(t, key, key ? key->key : NULL);
}

static void add_pair(struct trace *t, const struct sl_port_pair *ports)
{
	ADD(t, pair, ports);
	for (int i = 0; ports && i < SL_SUITE_COUNT; i++)
		add_key(t, ports->ours[i]);
}

static void trace_leg(struct trace *t, const struct sl_leg *l)
{
	const struct sl_offer *o = l->offer;

	for (unsigned m = 0; m < l->n_media; m++) {
		add_pair(t, l->media[m].ports);
		add_key(t, l->media[m].in);
		add_key(t, l->media[m].out);
		for (int i = 0; i < SL_FORMER_KEYS; i++)
			add_key(t, l->media[m].former[i]);
		add_key(t, l->media[m].path.in);
		add_key(t, l->media[m].path.out);
		ADD(t, flow, l->media[m].path.flow);
		t->live += l->media[m].path.live;
	}
	for (unsigned m = 0; o && m < o->n_media; m++) {
		add_pair(t, o->ports[SL_FROM][m]);
		add_pair(t, o->ports[SL_TO][m]);
		for (int i = 0; i < SL_SUITE_COUNT; i++)
			add_key(t, o->proposal[m].key[i]);
	}
}

static void trace_call(const struct sl_call *call, void *context)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		trace_leg(context, call->leg[i]);
}

void world_trace(struct trace *t)
{
	memset(t, 0, sizeof(*t));
	sl_sessions_walk(&world.sessions, trace_call, t);
}

size_t world_snapshot(struct sl_text id, char *out, size_t room)
{
	struct sl_call *call = sl_session_find(&world.sessions, id);
	struct sl_reply reply;
	ssize_t len;

	if (!call)
		return 0;
	sl_reply_start(&reply, out, room, SL_REPLY_JSON);
	sl_reply_dict(&reply);
	sl_query_call(&reply, call, NULL);
	sl_reply_end(&reply);
	len = sl_reply_finish(&reply);
	return len < 0 ? 0 : (size_t)len;
}
