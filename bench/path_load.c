/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/path_load.h"

#include <rte_cycles.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

enum {
	SECONDS = 3,
	SHARE = 80,      /* percent */
	NIC_RING = 1024, /* packets: as many as a NIC's queue usually has; some have up to 8,192 */
	DEEP_MS = 20,    /* and one that is as deep as a scheduler's turns are long */
};

/* Sums of all laps of all workers. */
struct load {
	unsigned setups; /* done */
	double seconds;
	uint64_t packets, lost, back;
	unsigned deepest;
	uint64_t off, on; /* cycles */
};

/* Those that are due by now, a few at a time, so that the end of a lap is seen. */
static void set_up(struct work *work, struct load *l, uint64_t began, unsigned per_second)
{
	double seconds = (double)(rte_rdtsc() - began) / (double)rte_get_tsc_hz();
	unsigned due = (unsigned)(seconds * per_second);

	for (unsigned i = 0; i < 16 && l->setups < due; i++)
		work_churn(work, l->setups++);
}

static void lap(const struct path_options *o, struct work *work, struct lane *lanes, struct load *l,
	uint64_t began, unsigned per_second)
{
	lanes_start(lanes, o->workers, LANE_PACED);
	while (!lanes_rest(lanes, o->workers)) {
		if (per_second)
			set_up(work, l, began, per_second);
		nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
	}
	for (unsigned w = 0; w < o->workers; w++) {
		const struct lane_loss *loss = &lanes[w].loss;

		l->packets += o->packets;
		l->lost += loss->lost;
		l->back += loss->back;
		l->deepest = RTE_MAX(l->deepest, loss->deepest);
		l->off = RTE_MAX(l->off, loss->off);
		l->on = RTE_MAX(l->on, loss->on);
	}
}

static struct load play(
	const struct path_options *o, struct work *work, struct lane *lanes, unsigned per_second)
{
	uint64_t began = rte_rdtsc();
	struct load l = {0};

	while (l.seconds < SECONDS) {
		lap(o, work, lanes, &l, began, per_second);
		l.seconds = (double)(rte_rdtsc() - began) / (double)rte_get_tsc_hz();
	}
	work_churn_end(work);
	return l;
}

static void print(const struct path_options *o, const struct work *work, const struct lane *lane,
	const struct load *l)
{
	double hz = (double)rte_get_tsc_hz(), us = 1e6 / hz, rate = 1 / us / lane->gap * o->workers;
	double per_second = l->setups / l->seconds;

	if (o->json)
		printf("{\"bench\":\"load\",\"suites\":\"%s\",\"flows\":%u,\"workers\":%u,"
		       "\"mpps\":%.3f,\"ring\":%u,\"own_core\":%s,\"setups\":%.0f,"
		       "\"packets\":%lu,\"lost\":%lu,\"back\":%lu,\"deepest\":%u,\"off_us\":%.0f,"
		       "\"on_us\":%.0f}\n",
			work->spec.suites->name, work->spec.flows, o->workers, rate, lane->ring,
			lane->own_core ? "true" : "false", per_second, l->packets, l->lost, l->back,
			l->deepest, (double)l->off * us, (double)l->on * us);
	else
		printf("        at %d %%, %.2f Mpps, %5.0f set-ups/s, room for %u (%.1f ms)%s: "
		       "lost %lu of %lu, %lu of them off its core or just back; at most %u "
		       "waited, off its core for %.0f us, "
		       "on it %.0f us between looks\n",
			SHARE, rate, per_second, lane->ring, lane->ring * lane->gap * us / 1000,
			lane->own_core ? ", nothing comes while off the core" : "", l->lost,
			l->packets, l->back, l->deepest, (double)l->off * us, (double)l->on * us);
	fflush(stdout);
}

/* Set-ups must not take the worker's core, if there is another one. */
static void leave_cores(const struct path_options *o)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return;
	for (unsigned w = 0; w < o->workers; w++)
		CPU_CLR(o->core[w], &set);
	if (CPU_COUNT(&set))
		sched_setaffinity(0, sizeof(set), &set);
}

void path_load(const struct path_options *o, struct work *work, struct lane *lanes, double cycles)
{
	double gap = cycles * 100 / SHARE;
	unsigned deep = (unsigned)((double)rte_get_tsc_hz() * DEEP_MS / 1000 / gap);
	const struct {
		unsigned ring;
		bool own_core;
	} kinds[] = {{NIC_RING, false}, {NIC_RING, true}, {deep, false}};

	leave_cores(o);
	for (unsigned i = 0; i < 2 * RTE_DIM(kinds); i++) {
		for (unsigned w = 0; w < o->workers; w++) {
			lanes[w].burst = o->burst;
			lanes[w].gap = gap;
			lanes[w].ring = kinds[i / 2].ring;
			lanes[w].own_core = kinds[i / 2].own_core;
		}

		struct load l = play(o, work, lanes, i % 2 ? o->setups : 0);

		print(o, work, &lanes[0], &l);
	}
}
