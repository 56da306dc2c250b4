/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff/mailbox.h"

#include <errno.h>
#include <rte_pause.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/base/clock.h"
#include "dataplane/path/pinhole.h"
#include "dataplane/path/spares.h"
#include "dataplane/path/worker.h"

/* What one worker is asked to do, in this order; each field may be NULL. Lives until its worker set
 * `done`. */
struct sl_order {
	struct sl_flow *close;        /* withdraw this */
	struct sl_flow *open;         /* publish this, */
	const struct sl_flow *parent; /* after it has inherited from this, */
	bool current;                 /* which was published until now */
	bool tapping;                 /* have your packets copied to this from now on: */
	struct sl_tap *tap;           /* (NULL: to none) */
	atomic_bool done;
};

static void open_flow(struct sl_worker *w, const struct sl_order *order)
{
	const struct sl_page_source pages = sl_spare_pages(w);

	if (order->parent) {
		if (sl_flow_has_more(order->parent) && !sl_flow_has_more(order->open))
			sl_flow_give_more(order->open, sl_spare_take(w));
		sl_flow_inherit(order->open, order->parent, order->current, &pages);
	}
	sl_pinhole_open(order->open);
}

static void carry_out(struct sl_worker *w, struct sl_order *order)
{
	if (order->close) {
		sl_pinhole_close(order->close);
		sl_flow_settle(order->close);
	}
	if (order->open)
		open_flow(w, order);
	if (order->tapping)
		w->tap = order->tap;
	atomic_store_explicit(&order->done, true, memory_order_release);
}

void sl_mailbox_poll(struct sl_worker *w)
{
	struct sl_order *orders[16];
	unsigned n = rte_ring_sc_dequeue_burst(w->orders, (void **)orders, 16, NULL);

	for (unsigned i = 0; i < n; i++)
		carry_out(w, orders[i]);
}

/* A worker that does not run holds nothing: its orders are carried out on the spot. */
static void post(uint8_t worker, struct sl_order *order)
{
	struct sl_worker *w = &sl_workers[worker];

	if (!atomic_load(&w->started)) {
		carry_out(w, order);
		return;
	}
	while (rte_ring_sp_enqueue(w->orders, order) != 0)
		nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
	sl_wait_wake(&w->wait);
}

/*
 * A busy worker answers within microseconds, one that shares its core or sleeps a little later.
 * There is no giving up: nobody but the worker can say what it holds, and while it does not run
 * nothing else of its calls does.
 */
static void await(const struct sl_order *order)
{
	uint64_t start = sl_clock();

	while (!atomic_load_explicit(&order->done, memory_order_acquire)) {
		if (sl_clock() - start > 20000)
			nanosleep(&(struct timespec){.tv_nsec = 5000}, NULL);
		else
			rte_pause();
	}
}

/* What a flow holds while it is published, which no other may hold: its pinholes, and the histories
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
static bool available(const struct sl_flow *by, const struct sl_exchange *exchanges, unsigned n)
{
	if (!by)
		return true;
	for (unsigned i = 0; i < n; i++)
		if (exchanges[i].old == by)
			return true;
	return false;
}

static int check_one(const struct sl_exchange *exchanges, unsigned n, unsigned at)
{
	const struct sl_flow *flow = exchanges[at].flow;

	for (unsigned i = 0; flow && i < HOLDINGS; i++) {
		const void *what = holding(flow, i);
		bool taken = !available(holder(flow, i), exchanges, n);

		for (unsigned k = 0; k < at; k++)
			taken |= holds(exchanges[k].flow, what);
		if (taken)
			return i < SL_COMPONENTS ? -EEXIST : -EBUSY;
	}
	return 0;
}

static int check(const struct sl_exchange *exchanges, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++)
		err = check_one(exchanges, n, i);
	return err;
}

static bool is_wanted_elsewhere(const struct sl_exchange *exchanges, unsigned n, unsigned at)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; i != at && exchanges[i].flow && k < HOLDINGS; k++)
			if (holds(exchanges[at].old, holding(exchanges[i].flow, k)))
				return true;
	return false;
}

/* Whether the old flow makes room in the same turn in which the new one comes. */
static bool one_order(const struct sl_exchange *exchanges, unsigned n, unsigned at)
{
	const struct sl_exchange *x = &exchanges[at];

	return x->old && x->flow && x->old->worker == x->flow->worker &&
	       !is_wanted_elsewhere(exchanges, n, at);
}

static void prepare(
	const struct sl_exchange *exchanges, unsigned n, unsigned at, struct sl_order orders[2])
{
	const struct sl_exchange *x = &exchanges[at];
	bool at_once = one_order(exchanges, n, at);

	orders[0] = (struct sl_order){.close = at_once ? NULL : x->old};
	orders[1] = (struct sl_order){
		.close = at_once ? x->old : NULL,
		.open = x->flow,
		.parent = x->old ? x->old : x->parked,
		.current = x->old,
	};
}

/* First what must close before another flow may open; then everything else. */
static void carry_out_all(const struct sl_exchange *exchanges, unsigned n, struct sl_order *orders)
{
	for (unsigned i = 0; i < n; i++)
		prepare(exchanges, n, i, &orders[2 * i]);
	for (unsigned phase = 0; phase < 2; phase++) {
		for (unsigned i = 0; i < n; i++) {
			struct sl_order *order = &orders[2 * i + phase];

			if (order->open)
				post(order->open->worker, order);
			else if (order->close)
				post(order->close->worker, order);
			else
				atomic_store(&order->done, true);
		}
		for (unsigned i = 0; i < n; i++)
			await(&orders[2 * i + phase]);
	}
}

static void note_user(struct sl_key *key, const struct sl_flow *user)
{
	if (key)
		sl_key_history(key)->user = user;
}

static void note_users(const struct sl_exchange *exchanges, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (!exchanges[i].old)
			continue;
		note_user(exchanges[i].old->in_key, NULL);
		note_user(exchanges[i].old->out_key, NULL);
	}
	for (unsigned i = 0; i < n; i++) {
		if (!exchanges[i].flow)
			continue;
		note_user(exchanges[i].flow->in_key, exchanges[i].flow);
		note_user(exchanges[i].flow->out_key, exchanges[i].flow);
	}
}

int sl_flows_exchange(const struct sl_exchange *exchanges, unsigned n)
{
	int err = check(exchanges, n);

	if (err || n == 0)
		return err;

	struct sl_order *orders = calloc(2 * (size_t)n, sizeof(*orders));

	if (!orders)
		return -ENOMEM;
	carry_out_all(exchanges, n, orders);
	note_users(exchanges, n);
	free(orders);
	sl_spares_fill();
	return 0;
}

/* The same order for each worker. */
static void tell_all(bool tapping, struct sl_tap *tap)
{
	struct sl_order orders[SL_MAX_WORKERS] = {0};

	for (unsigned i = 0; i < sl_n_workers; i++) {
		orders[i].tapping = tapping;
		orders[i].tap = tap;
		post((uint8_t)i, &orders[i]);
	}
	for (unsigned i = 0; i < sl_n_workers; i++)
		await(&orders[i]);
}

void sl_workers_turn(void)
{
	tell_all(false, NULL);
}

void sl_workers_tap(struct sl_tap *tap)
{
	tell_all(true, tap);
}
