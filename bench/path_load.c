/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/path_load.h"

#include <rte_cycles.h>
#include <stdio.h>
#include <time.h>

enum { SECONDS = 3, SHARE = 80 /* percent */ };

struct load {
	unsigned setups; /* done */
	double seconds;
	uint64_t packets, lost;
	unsigned deepest; /* of all laps */
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
		l->packets += o->packets;
		l->lost += lanes[w].lost;
		l->deepest = RTE_MAX(l->deepest, lanes[w].deepest);
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

static void print(
	const struct path_options *o, const struct work *work, const struct load *l, double gap)
{
	double hz = (double)rte_get_tsc_hz(), rate = hz / 1e6 / gap * o->workers;
	double per_second = l->setups / l->seconds, wait = l->deepest * gap / hz * 1e6;

	if (o->json)
		printf("{\"bench\":\"load\",\"suites\":\"%s\",\"flows\":%u,\"workers\":%u,"
		       "\"mpps\":%.3f,\"setups\":%.0f,\"packets\":%lu,\"lost\":%lu,"
		       "\"deepest\":%u,\"wait_us\":%.0f}\n",
			work->spec.suites->name, work->spec.flows, o->workers, rate, per_second,
			l->packets, l->lost, l->deepest, wait);
	else
		printf("        at %d %%, %.2f Mpps, %5.0f set-ups/s: lost %lu of %lu, at most "
		       "%u waited, %.0f us\n",
			SHARE, rate, per_second, l->lost, l->packets, l->deepest, wait);
	fflush(stdout);
}

void path_load(const struct path_options *o, struct work *work, struct lane *lanes, double cycles)
{
	for (unsigned with = 0; with < 2; with++) {
		double gap = cycles * 100 / SHARE;
		struct load l;

		for (unsigned w = 0; w < o->workers; w++) {
			lanes[w].burst = o->burst;
			lanes[w].gap = gap;
		}
		l = play(o, work, lanes, with ? o->setups : 0);
		print(o, work, &l, gap);
	}
}
