/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of the worker threads: made from the ports' cores, started, stopped, read. */
#include <errno.h>
#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_ring_elem.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/base/clock.h"
#include "dataplane/base/shared.h"
#include "dataplane/path/pool.h"
#include "dataplane/path/worker.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/exception_port.h"
#include "dataplane/port/numa.h"

enum {
	IDLE_POLLS = 1000,     /* empty polls before an adaptive worker sleeps */
	QUIET_NS = 1000000000, /* and since the last packet, before it naps longer */
};

struct sl_worker sl_workers[SL_MAX_WORKERS];
unsigned sl_n_workers;

static int pin(unsigned core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	return -pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

/* Sleeps, unless something came while the worker was about to. */
static void rest(struct sl_worker *w, bool quiet)
{
	if (!w->wait.all) {
		sl_wait_nap(quiet);
		return;
	}
	sl_wait_prepare(&w->wait);
	if (sl_worker_poll(w) || atomic_load(&w->stop))
		sl_wait_cancel(&w->wait);
	else
		sl_wait_sleep(&w->wait);
}

static void loop(struct sl_worker *w)
{
	unsigned idle = 0;
	uint64_t before = sl_clock(), last = before;

	while (!atomic_load_explicit(&w->stop, memory_order_relaxed)) {
		unsigned n = sl_worker_poll(w);

		if (n) {
			idle = 0;
			last = before;
		} else if (w->adaptive && ++idle > IDLE_POLLS) {
			rest(w, before - last > QUIET_NS);
		}

		uint64_t now = sl_clock();

		SL_SHARED_ADD(*(n ? &w->stats.busy_ns : &w->stats.idle_ns), now - before);
		before = now;
	}
}

/* Does what only the thread itself can; false with `failed` saying what did not work. */
static bool begin(struct sl_worker *w)
{
	if (pin(w->core) != 0)
		w->failed =
			"there is no such core, or sluiced may not use it (cpuset, CPUAffinity)";
	else if (rte_thread_register() != 0)
		w->failed = "DPDK has no place for another thread";
	else if (!(w->crypto = w->backend->open()))
		w->failed = "the crypto backend did not open: out of memory?";
	return !w->failed;
}

static void *run(void *arg)
{
	struct sl_worker *w = arg;
	char name[16];

	w->thread_id = gettid();
	snprintf(name, sizeof(name), "sluice-w%u", w->index);
	pthread_setname_np(pthread_self(), name);
	prctl(PR_SET_TIMERSLACK, 1000UL); /* ns: else every sleep lasts 50 µs longer */
	/*
	 * A worker that never sleeps would starve whoever has less precedence than it on its core,
	 * first of all the kernel's threads that fill its socket. One that sleeps keeps the control
	 * thread's: the kernel shares a core among groups of processes by the weights of those of
	 * each that want it, here or elsewhere, so the control thread's weight would leave a worker
	 * beside it next to nothing of a core that other groups keep busy.
	 */
	if (!w->adaptive)
		setpriority(PRIO_PROCESS, 0, 0);
	if (begin(w)) {
		atomic_store(&w->started, true);
		loop(w);
		atomic_store(&w->started, false);
		w->backend->close(w->crypto);
		w->crypto = NULL;
	}
	atomic_store(&w->stop, true);
	rte_thread_unregister(); /* also when it was not registered */
	return NULL;
}

/* The worker on a core, made if there is none yet. */
static struct sl_worker *worker_on(unsigned core)
{
	for (unsigned i = 0; i < sl_n_workers; i++)
		if (sl_workers[i].core == core)
			return &sl_workers[i];
	if (sl_n_workers == SL_MAX_WORKERS)
		return NULL;

	struct sl_worker *w = &sl_workers[sl_n_workers];

	memset(w, 0, sizeof(*w));
	w->core = core;
	w->adaptive = true;
	if (sl_wait_open(&w->wait) != 0)
		return NULL;
	w->index = (uint8_t)sl_n_workers++;
	memset(w->tx_queue, 0xff, sizeof(w->tx_queue));
	return w;
}

/* Gives each queue of each port to the worker on its core; a worker is adaptive if all its ports
 * are. */
static int assign(struct sl_error *error)
{
	sl_n_workers = 0;
	for (uint8_t port = 0; port < sl_n_ethdevs; port++) {
		struct sl_ethdev *dev = &sl_ethdevs[port];

		for (uint8_t q = 0; q < dev->n_queues; q++) {
			struct sl_worker *w = worker_on(dev->cores[q]);

			if (!w)
				return sl_refuse(error, -E2BIG,
					"more than %d worker cores, or no file descriptor left",
					SL_MAX_WORKERS);
			dev->workers[q] = w->index;
			w->adaptive &= dev->adaptive;
			w->rx[w->n_rx].port = port;
			w->rx[w->n_rx++].queue = q;
			w->tx_queue[port] = q;
			sl_wait_add(&w->wait, dev->wake_fd[q]);
		}
	}
	return 0;
}

/* Where the worker's core is, if that node has room. */
static struct rte_ring *ring_of(const char *what, const struct sl_worker *w, unsigned element,
	unsigned size, unsigned flags)
{
	int node = sl_numa_of_core(w->core);
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "sl_%s_%u", what, w->index);
	ring = rte_ring_create_elem(name, element, size, node, flags);
	return ring ? ring : rte_ring_create_elem(name, element, size, SOCKET_ID_ANY, flags);
}

static struct rte_ring *ring(
	const char *what, const struct sl_worker *w, unsigned size, unsigned flags)
{
	return ring_of(what, w, sizeof(void *), size, flags);
}

static struct rte_ring *event_ring(const char *what, const struct sl_worker *w, unsigned size)
{
	return ring_of(what, w, size, SL_EVENT_RING, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

static int make_rings(struct sl_worker *w, struct sl_error *error)
{
	w->messages = ring("messages", w, SL_MESSAGE_RING, RING_F_SP_ENQ | RING_F_SC_DEQ);
	w->handoff = ring("handoff", w, SL_HANDOFF_RING, RING_F_SC_DEQ);
	w->hairpins = ring("hairpin", w, SL_HANDOFF_RING, RING_F_SC_DEQ);
	w->relay_tx = ring("relay", w, SL_HANDOFF_RING, RING_F_SC_DEQ);
	w->events = event_ring("events", w, sizeof(struct sl_event));
	w->samples = event_ring("samples", w, sizeof(struct sl_drop_sample));
	w->exts = ring("exts", w, SL_POOL_SIZE + 1, RING_F_SP_ENQ | RING_F_SC_DEQ);
	w->pages = ring("pages", w, SL_POOL_SIZE + 1, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (w->messages && w->handoff && w->hairpins && w->relay_tx && w->events && w->samples &&
		w->exts && w->pages)
		return 0;
	return sl_refuse(error, -ENOMEM,
		"no memory for the rings of worker %u: raise `memory` in [sluice]", w->index);
}

static void free_rings(struct sl_worker *w)
{
	struct rte_ring **packets[] = {&w->handoff, &w->hairpins, &w->relay_tx};
	struct rte_mbuf *m;

	for (unsigned i = 0; i < RTE_DIM(packets); i++) {
		while (*packets[i] && rte_ring_sc_dequeue(*packets[i], (void **)&m) == 0)
			rte_pktmbuf_free(m);
		rte_ring_free(*packets[i]);
		*packets[i] = NULL;
	}
	rte_ring_free(w->messages);
	rte_ring_free(w->events);
	rte_ring_free(w->samples);
	w->messages = w->events = w->samples = NULL;
	sl_pools_free(w);
}

int sl_workers_prepare(const struct sl_crypto_backend *crypto, struct sl_error *error)
{
	int err = assign(error);

	sl_hairpin_prepare();
	for (unsigned i = 0; i < sl_n_workers && !err; i++) {
		sl_workers[i].backend = crypto;
		err = make_rings(&sl_workers[i], error);
	}
	if (!err)
		sl_pools_fill();
	return err;
}

static int start(struct sl_worker *w, struct sl_error *error)
{
	int err = pthread_create(&w->thread, NULL, run, w);

	if (err)
		return sl_refuse(error, -err, "cannot start a worker thread: %s", strerror(err));
	while (!atomic_load(&w->started) && !atomic_load(&w->stop))
		nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
	if (atomic_load(&w->started))
		return 0;
	pthread_join(w->thread, NULL);
	return sl_refuse(error, -EIO, "worker on core %u: %s", w->core, w->failed);
}

int sl_workers_start(const struct sl_crypto_backend *crypto, struct sl_error *error)
{
	int err = sl_workers_prepare(crypto, error);

	for (uint8_t port = 0; port < sl_n_ethdevs && !err; port++)
		if (sl_ethdevs[port].exception)
			err = sl_exception_start(sl_ethdevs[port].exception,
				&sl_workers[sl_ethdevs[port].workers[0]].wait, error);
	for (unsigned i = 0; i < sl_n_workers && !err; i++)
		err = start(&sl_workers[i], error);
	if (err)
		sl_workers_stop();
	return err;
}

void sl_workers_stop(void)
{
	for (unsigned i = 0; i < sl_n_workers; i++) {
		struct sl_worker *w = &sl_workers[i];

		if (atomic_load(&w->started)) {
			atomic_store(&w->stop, true);
			sl_wait_wake_slow(&w->wait);
			pthread_join(w->thread, NULL);
			atomic_store(&w->started, false); /* nobody answers messages any more */
		}
	}
	/* Only now: until the last one has ended, workers hand packets to each other. */
	for (unsigned i = 0; i < sl_n_workers; i++) {
		sl_wait_close(&sl_workers[i].wait);
		free_rings(&sl_workers[i]);
	}
	sl_n_workers = 0;
}

unsigned sl_workers_count(void)
{
	return sl_n_workers;
}

void sl_worker_stats(unsigned worker, struct sl_worker_stats *out)
{
	const struct sl_worker *w = &sl_workers[worker];

	*out = (struct sl_worker_stats){
		.core = w->core,
		.thread = w->thread_id,
		.rx = SL_SHARED_GET(w->stats.rx),
		.tx = SL_SHARED_GET(w->stats.tx),
		.punted = SL_SHARED_GET(w->stats.punted),
		.busy_ns = SL_SHARED_GET(w->stats.busy_ns),
		.idle_ns = SL_SHARED_GET(w->stats.idle_ns),
		.latency_ns = SL_SHARED_GET(w->stats.latency_ns),
	};
	for (int v = 0; v < SL_VERDICTS; v++)
		out->verdicts[v] = SL_SHARED_GET(w->stats.verdicts[v]);
	for (int i = 0; i <= SL_LATENCY_BOUNDS; i++)
		out->latency[i] = SL_SHARED_GET(w->stats.latency[i]);
}
