/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/session.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/call/leg.h"
#include "dataplane/base/clock.h"

#define SECOND UINT64_C(1000000000)

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct sl_call *)a)->id, ((const struct sl_call *)b)->id);
}

static int compare_serial(const void *a, const void *b)
{
	uint64_t x = ((const struct sl_call *)a)->serial, y = ((const struct sl_call *)b)->serial;

	return (x > y) - (x < y);
}

void sl_sessions_init(struct sl_sessions *sessions, const struct sl_session_env *env)
{
	memset(sessions, 0, sizeof(*sessions));
	sessions->env = *env;
	TAILQ_INIT(&sessions->due);
	TAILQ_INIT(&sessions->sweep);
}

struct sl_call *sl_session_find(const struct sl_sessions *sessions, struct sl_text id)
{
	char name[SL_CALL_NAME + 1];
	struct sl_call key = {.id = name};
	void *found;

	if (!id.at || id.len > SL_CALL_NAME || memchr(id.at, '\0', id.len))
		return NULL;
	memcpy(name, id.at, id.len);
	name[id.len] = '\0';
	found = tfind(&key, &sessions->tree, compare);
	return found ? *(struct sl_call **)found : NULL;
}

struct sl_call *sl_session_by_serial(const struct sl_sessions *sessions, uint64_t serial)
{
	const struct sl_call key = {.serial = serial};
	void *found = tfind(&key, &sessions->by_serial, compare_serial);

	return found ? *(struct sl_call **)found : NULL;
}

struct after {
	uint64_t serial;
	struct sl_call *found;
};

/* Never equal: the last node at which the search turns to the lower ones is the next higher. */
static int compare_after(const void *key, const void *node)
{
	struct after *after = (struct after *)key;
	struct sl_call *call = (struct sl_call *)node;

	if (call->serial <= after->serial)
		return 1;
	after->found = call;
	return -1;
}

struct sl_call *sl_session_after(const struct sl_sessions *sessions, uint64_t serial)
{
	struct after after = {.serial = serial};

	tfind(&after, &sessions->by_serial, compare_after);
	return after.found;
}

struct sl_call *sl_session_add(struct sl_sessions *sessions, struct sl_text id)
{
	struct sl_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->id = sl_text_copy(id);
	if (!call->id || !tsearch(call, &sessions->tree, compare))
		goto free_call;
	call->serial = ++sessions->created;
	if (!tsearch(call, &sessions->by_serial, compare_serial))
		goto remove;
	call->created = time(NULL);
	call->born = sl_clock();
	TAILQ_INSERT_TAIL(&sessions->sweep, call, sweep);
	sessions->n++;
	return call;
remove:
	tdelete(call, &sessions->tree, compare);
free_call:
	free(call->id);
	free(call);
	return NULL;
}

void sl_session_remove(struct sl_sessions *sessions, struct sl_call *call)
{
	sl_session_keep(sessions, call);
	TAILQ_REMOVE(&sessions->sweep, call, sweep);
	tdelete(call, &sessions->tree, compare);
	tdelete(call, &sessions->by_serial, compare_serial);
	sessions->n--;
	while (call->n_legs)
		sl_leg_free(sessions->env.crypto, call->leg[--call->n_legs]);
	free(call->leg);
	free(call->id);
	free(call);
}

void sl_session_keep(struct sl_sessions *sessions, struct sl_call *call)
{
	if (call->deadline)
		TAILQ_REMOVE(&sessions->due, call, due);
	call->deadline = 0;
}

void sl_session_expire(struct sl_sessions *sessions, struct sl_call *call, uint64_t seconds)
{
	sl_session_keep(sessions, call);
	call->deadline = sl_clock() + seconds * SECOND;
	TAILQ_INSERT_TAIL(&sessions->due, call, due);
}

void sl_session_wait(struct sl_sessions *sessions, struct sl_call *call)
{
	if (sessions->env.timers.offer)
		sl_session_expire(sessions, call, sessions->env.timers.offer);
	else
		sl_session_keep(sessions, call);
}

struct walk {
	void (*visit)(const struct sl_call *call, void *context);
	void *context;
};

static void walk_node(const void *node, VISIT visit, void *closure)
{
	const struct walk *walk = closure;

	if (visit == postorder || visit == leaf)
		walk->visit(*(struct sl_call *const *)node, walk->context);
}

void sl_sessions_walk(const struct sl_sessions *sessions,
	void (*visit)(const struct sl_call *call, void *context), void *context)
{
	struct walk walk = {visit, context};

	twalk_r(sessions->tree, walk_node, &walk);
}
