/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/mailbox.h"

#include <errno.h>
#include <rte_pause.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/pinhole.h"
#include "dataplane/worker.h"

/* What one worker is asked to do, in this order; each field may be NULL. Lives until its worker set
 * `done`. */
struct sl_order {
	struct sl_flow *close;        /* withdraw this */
	struct sl_flow *open;         /* publish this, */
	const struct sl_flow *parent; /* after it has inherited from this */
	atomic_bool done;
};

static void carry_out(struct sl_worker *w, struct sl_order *order)
{
	if (order->close)
		sl_pinhole_close(order->close);
	if (order->open) {
		if (order->parent) {
			/* Its second SSRC may have come since sl_flows_exchange looked. */
			if (sl_flow_outgrows(order->open, order->parent))
				sl_flow_give_more(order->open, sl_spare_take(w));
			sl_flow_inherit(order->open, order->parent);
		}
		sl_pinhole_open(order->open);
	}
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

/* Is the pinhole free, or held by a flow that this very call takes away? */
static bool available(const struct sl_flow *holder, const struct sl_exchange *exchanges, unsigned n)
{
	if (!holder)
		return true;
	for (unsigned i = 0; i < n; i++)
		if (exchanges[i].old == holder)
			return true;
	return false;
}

static int check(const struct sl_exchange *exchanges, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct sl_flow *flow = exchanges[i].flow;

		for (int c = 0; flow && c < SL_COMPONENTS; c++)
			if (!available(*sl_pinhole(flow->local[c].slot, flow->local[c].port),
				    exchanges, n))
				return -EEXIST;
	}
	return 0;
}

static bool one_order(const struct sl_exchange *x)
{
	return x->old && x->flow && x->old->worker == x->flow->worker;
}

/* First what must close elsewhere before it can be inherited from; then everything else. */
static void carry_out_all(struct sl_exchange *exchanges, unsigned n, struct sl_order *orders)
{
	for (int phase = 0; phase < 2; phase++) {
		for (unsigned i = 0; i < n; i++) {
			struct sl_exchange *x = &exchanges[i];
			struct sl_order *order = &orders[2 * i + (unsigned)phase];

			if (phase == 0 && x->old && !one_order(x)) {
				order->close = x->old;
				post(x->old->worker, order);
			} else if (phase == 1 && x->flow) {
				order->close = one_order(x) ? x->old : NULL;
				order->open = x->flow;
				order->parent = x->old;
				post(x->flow->worker, order);
			} else {
				atomic_store(&order->done, true);
			}
		}
		for (unsigned i = 0; i < n; i++)
			await(&orders[2 * i + (unsigned)phase]);
	}
}

/* What a flow inherits of a second SSRC needs room. */
static int make_room(const struct sl_exchange *exchanges, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct sl_exchange *x = &exchanges[i];

		if (!x->flow || !x->old || !sl_flow_outgrows(x->flow, x->old))
			continue;
		sl_flow_give_more(x->flow, sl_more_new());
		if (!sl_flow_has_more(x->flow))
			return -ENOMEM;
	}
	return 0;
}

int sl_flows_exchange(struct sl_exchange *exchanges, unsigned n)
{
	int err = check(exchanges, n);

	if (!err)
		err = make_room(exchanges, n);

	if (err || n == 0)
		return err;

	struct sl_order *orders = calloc(2 * (size_t)n, sizeof(*orders));

	if (!orders)
		return -ENOMEM;
	carry_out_all(exchanges, n, orders);
	free(orders);
	sl_spares_fill();
	return 0;
}

int sl_workers_turn(void)
{
	struct sl_order *orders = calloc(SL_MAX_WORKERS, sizeof(*orders));

	if (!orders)
		return -ENOMEM;
	for (unsigned i = 0; i < sl_n_workers; i++)
		post((uint8_t)i, &orders[i]);
	for (unsigned i = 0; i < sl_n_workers; i++)
		await(&orders[i]);
	free(orders);
	return 0;
}
