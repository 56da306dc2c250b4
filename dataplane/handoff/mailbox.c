/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff/mailbox.h"

#include <errno.h>
#include <rte_pause.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/base/clock.h"
#include "dataplane/path/pinhole.h"
#include "dataplane/path/pool.h"
#include "dataplane/path/worker.h"

/* One worker does this, in this order; each field may be NULL. Lives until the worker has set
 * `done`. */
struct sl_message {
	struct sl_flow *close;        /* withdraw this */
	struct sl_flow *open;         /* publish this, */
	const struct sl_flow *parent; /* after it has inherited from this, */
	bool current;                 /* which was published until now */
	bool tapping;                 /* have your packets copied to this from now on: */
	struct sl_tap *tap;           /* (NULL: to none) */
	bool turning, away;           /* use this port, or leave it alone: */
	uint8_t port;
	atomic_bool done;
};

static void open_flow(struct sl_worker *w, const struct sl_message *message)
{
	const struct sl_page_source pages = sl_pool_pages(w);

	if (message->parent) {
		if (sl_flow_has_ext(message->parent) && !sl_flow_has_ext(message->open))
			sl_flow_give_ext(message->open, sl_pool_ext(w));
		sl_flow_inherit(message->open, message->parent, message->current, &pages);
	}
	sl_pinhole_open(message->open);
}

static void carry_out(struct sl_worker *w, struct sl_message *message)
{
	if (message->close) {
		sl_pinhole_close(message->close);
		sl_flow_settle(message->close);
	}
	if (message->open)
		open_flow(w, message);
	if (message->tapping)
		w->tap = message->tap;
	if (message->turning)
		w->away[message->port] = message->away;
	atomic_store_explicit(&message->done, true, memory_order_release);
}

void sl_mailbox_poll(struct sl_worker *w)
{
	struct sl_message *messages[16];
	unsigned n = rte_ring_sc_dequeue_burst(w->messages, (void **)messages, 16, NULL);

	for (unsigned i = 0; i < n; i++)
		carry_out(w, messages[i]);
}

/* A worker that does not run holds nothing: its messages are carried out on the spot. */
static void post(uint8_t worker, struct sl_message *message)
{
	struct sl_worker *w = &sl_workers[worker];

	if (!atomic_load(&w->started)) {
		carry_out(w, message);
		return;
	}
	while (rte_ring_sp_enqueue(w->messages, message) != 0)
		nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
	sl_wait_wake(&w->wait);
}

/*
 * A busy worker answers within microseconds, one that shares its core or sleeps a little later.
 * There is no giving up: nobody but the worker can say what it holds, and while it does not run
 * nothing else of its calls does.
 */
static void await(const struct sl_message *message)
{
	uint64_t start = sl_clock();

	while (!atomic_load_explicit(&message->done, memory_order_acquire)) {
		if (sl_clock() - start > 20000)
			nanosleep(&(struct timespec){.tv_nsec = 5000}, NULL);
		else
			rte_pause();
	}
}

/* A flow holds these while it is published, and no other may: its pinholes, and the histories
 * of its keys. */
enum { HOLDINGS = SL_COMPONENTS + 2 };

static const void *holding(const struct sl_flow *flow, unsigned i)
{
	if (i < SL_COMPONENTS)
		return sl_pinhole(flow->local[i].slot, flow->local[i].port);
	return sl_key_history(i == SL_COMPONENTS ? flow->in_key : flow->out_key);
}

static const struct sl_flow *holder(const struct sl_flow *flow, unsigned i)
{
	const struct sl_history *history;

	if (i < SL_COMPONENTS)
		return *sl_pinhole(flow->local[i].slot, flow->local[i].port);
	history = holding(flow, i);
	return history ? history->user : NULL;
}

static bool holds(const struct sl_flow *flow, const void *what)
{
	for (unsigned i = 0; flow && what && i < HOLDINGS; i++)
		if (holding(flow, i) == what)
			return true;
	return false;
}

/* Is it free, or held by a flow that this very call takes away? */
static bool available(const struct sl_flow *by, const struct sl_flow_update *updates, unsigned n)
{
	if (!by)
		return true;
	for (unsigned i = 0; i < n; i++)
		if (updates[i].old == by)
			return true;
	return false;
}

static int check_one(const struct sl_flow_update *updates, unsigned n, unsigned at)
{
	const struct sl_flow *flow = updates[at].flow;

	for (unsigned i = 0; flow && i < HOLDINGS; i++) {
		const void *what = holding(flow, i);
		bool taken = !available(holder(flow, i), updates, n);

		for (unsigned k = 0; k < at; k++)
			taken |= holds(updates[k].flow, what);
		if (taken)
			return i < SL_COMPONENTS ? -EEXIST : -EBUSY;
	}
	return 0;
}

static int check(const struct sl_flow_update *updates, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++)
		err = check_one(updates, n, i);
	return err;
}

static bool is_wanted_elsewhere(const struct sl_flow_update *updates, unsigned n, unsigned at)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; i != at && updates[i].flow && k < HOLDINGS; k++)
			if (holds(updates[at].old, holding(updates[i].flow, k)))
				return true;
	return false;
}

/* Whether the old flow makes room in the same turn in which the new one comes. */
static bool one_message(const struct sl_flow_update *updates, unsigned n, unsigned at)
{
	const struct sl_flow_update *x = &updates[at];

	return x->old && x->flow && x->old->worker == x->flow->worker &&
	       !is_wanted_elsewhere(updates, n, at);
}

static void prepare(const struct sl_flow_update *updates, unsigned n, unsigned at,
	struct sl_message messages[2])
{
	const struct sl_flow_update *x = &updates[at];
	bool at_once = one_message(updates, n, at);

	messages[0] = (struct sl_message){.close = at_once ? NULL : x->old};
	messages[1] = (struct sl_message){
		.close = at_once ? x->old : NULL,
		.open = x->flow,
		.parent = x->old ? x->old : x->parked,
		.current = x->old,
	};
}

/* First what must close before another flow may open; then everything else. */
static void carry_out_all(
	const struct sl_flow_update *updates, unsigned n, struct sl_message *messages)
{
	for (unsigned i = 0; i < n; i++)
		prepare(updates, n, i, &messages[2 * i]);
	for (unsigned phase = 0; phase < 2; phase++) {
		for (unsigned i = 0; i < n; i++) {
			struct sl_message *message = &messages[2 * i + phase];

			if (message->open)
				post(message->open->worker, message);
			else if (message->close)
				post(message->close->worker, message);
			else
				atomic_store(&message->done, true);
		}
		for (unsigned i = 0; i < n; i++)
			await(&messages[2 * i + phase]);
	}
}

static void note_user(struct sl_key *key, const struct sl_flow *user)
{
	if (key)
		sl_key_history(key)->user = user;
}

static void note_users(const struct sl_flow_update *updates, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (!updates[i].old)
			continue;
		note_user(updates[i].old->in_key, NULL);
		note_user(updates[i].old->out_key, NULL);
	}
	for (unsigned i = 0; i < n; i++) {
		if (!updates[i].flow)
			continue;
		note_user(updates[i].flow->in_key, updates[i].flow);
		note_user(updates[i].flow->out_key, updates[i].flow);
	}
}

int sl_flows_update(const struct sl_flow_update *updates, unsigned n)
{
	int err = check(updates, n);

	if (err || n == 0)
		return err;

	struct sl_message *messages = calloc(2 * (size_t)n, sizeof(*messages));

	if (!messages)
		return -ENOMEM;
	carry_out_all(updates, n, messages);
	note_users(updates, n);
	free(messages);
	sl_pools_fill();
	return 0;
}

/* The same message for each worker. */
static void tell_all(const struct sl_message *message)
{
	struct sl_message messages[SL_MAX_WORKERS];

	for (unsigned i = 0; i < sl_n_workers; i++) {
		messages[i] = *message;
		post((uint8_t)i, &messages[i]);
	}
	for (unsigned i = 0; i < sl_n_workers; i++)
		await(&messages[i]);
}

void sl_workers_quiesce(void)
{
	tell_all(&(struct sl_message){0});
}

void sl_workers_tap(struct sl_tap *tap)
{
	tell_all(&(struct sl_message){.tapping = true, .tap = tap});
}

void sl_workers_leave(uint8_t port)
{
	tell_all(&(struct sl_message){.turning = true, .away = true, .port = port});
}

void sl_workers_return(uint8_t port)
{
	tell_all(&(struct sl_message){.turning = true, .port = port});
}
