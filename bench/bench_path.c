/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packet path from parse to tx over a port that costs nothing, beside the bare crypto calls on
 * the same packets with the same keys. Laps of both kinds take turns, so that what else the machine
 * does meets both; the figure is the median of the laps. Every packet must come out, and samples of
 * what came out are checked with libsrtp2. Linked as bench_stages it adds the cycles of each stage.
 */
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/hugepages.h"
#include "bench/lane.h"
#include "bench/path_load.h"
#include "bench/path_options.h"
#include "bench/stages.h"
#include "dataplane/path/worker.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"

enum { MAX_ROUNDS = 1000, CEILINGS = 6 };

/* Cycles per packet of each lap. */
struct series {
	double lap[MAX_ROUNDS];
	unsigned n;
};

struct ceiling {
	unsigned burst;
	enum lane_task task;
	struct series series;
};

struct result {
	struct series path[SL_MAX_WORKERS];
	struct ceiling ceiling[CEILINGS];
	struct series port; /* cycles per packet in the benchmark's own two functions */
	double disturbed;   /* share of bursts that were left out */
	unsigned verified;
	struct stages stages;
};

static struct lane lanes[SL_MAX_WORKERS];

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const struct series *s)
{
	double sorted[MAX_ROUNDS];

	memcpy(sorted, s->lap, s->n * sizeof(*sorted));
	qsort(sorted, s->n, sizeof(*sorted), by_value);
	return s->n ? sorted[s->n / 2] : 0;
}

static int by_cycles(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/*
 * Cycles per packet of a lap, without the bursts that took more than four times the median: there
 * the thread was off its core. Returns how many those were.
 */
static unsigned close_lap(struct lane *lane, struct series *into)
{
	unsigned kept = 0;
	uint64_t sum = 0;

	qsort(lane->cycles, lane->bursts, sizeof(*lane->cycles), by_cycles);
	while (kept < lane->bursts && lane->cycles[kept] <= 4ull * lane->cycles[lane->bursts / 2])
		sum += lane->cycles[kept++];
	into->lap[into->n++] = (double)sum / kept / lane->burst;
	return lane->bursts - kept;
}

static void fail(const char *what)
{
	fprintf(stderr, "bench_path: %s\n", what);
	exit(1);
}

static uint64_t forwarded(unsigned workers, uint64_t *dropped)
{
	uint64_t sum = 0;

	*dropped = 0;
	for (unsigned w = 0; w < workers; w++) {
		struct sl_worker_stats s;

		sl_worker_stats(w, &s);
		sum += s.verdicts[SL_FORWARD];
		for (int v = 1; v < SL_VERDICTS; v++)
			*dropped += s.verdicts[v];
	}
	return sum;
}

/* Every packet of the lap was forwarded and sent, and the samples are what they should be. */
static void check(
	const struct path_options *o, struct work *work, uint64_t before, struct result *r)
{
	uint64_t dropped, after = forwarded(o->workers, &dropped);

	if (dropped || after - before != (uint64_t)o->workers * o->packets)
		fail("a packet was not forwarded");
	for (unsigned w = 0; w < o->workers; w++) {
		if (lanes[w].sent != o->packets)
			fail("a packet was not sent");
		for (unsigned i = 0; i < lanes[w].n_samples; i++, r->verified++)
			if (!work_verify(work, lanes[w].sample[i].frame, lanes[w].sample[i].len))
				fail("a packet came out wrong");
	}
}

static void path_lap(const struct path_options *o, struct work *work, struct result *r)
{
	uint64_t dropped, before = forwarded(o->workers, &dropped);

	for (unsigned w = 0; w < o->workers; w++)
		lanes[w].burst = o->burst;
	lanes_run(lanes, o->workers, LANE_PATH);
	check(o, work, before, r);
	for (unsigned w = 0; w < o->workers; w++) {
		r->port.lap[r->port.n] = (double)lanes[w].port_cycles / lanes[w].packets;
		r->disturbed += (double)close_lap(&lanes[w], &r->path[w]) / lanes[w].bursts /
				o->workers / o->rounds;
	}
	r->port.n++;
}

static void ceiling_laps(const struct path_options *o, struct result *r)
{
	for (unsigned c = 0; c < CEILINGS; c++) {
		for (unsigned w = 0; w < o->workers; w++)
			lanes[w].burst = r->ceiling[c].burst;
		lanes_run(lanes, o->workers, r->ceiling[c].task);
		for (unsigned w = 0; w < o->workers; w++) {
			if (lanes[w].sent != o->packets)
				fail("the bare calls did not verify a packet");
			close_lap(&lanes[w], &r->ceiling[c].series);
		}
	}
}

static void measure(const struct path_options *o, struct work *work, struct result *r)
{
	memset(r, 0, sizeof(*r));
	for (unsigned c = 0; c < CEILINGS; c++) {
		r->ceiling[c].burst = 16u << c / 2;
		r->ceiling[c].task = c % 2 ? LANE_CEILING_PREFETCH : LANE_CEILING;
	}
	for (unsigned w = 0; w < o->workers; w++) {
		lanes[w].work = work;
		lanes[w].worker = w;
		lanes[w].warm = o->packets / 8;
	}
	if (o->ceiling)
		ceiling_open(work);
	for (unsigned round = 0; round < o->rounds; round++) {
		path_lap(o, work, r);
		if (o->ceiling)
			ceiling_laps(o, r);
	}
	ceiling_close();
	if (bench_stages_take)
		bench_stages_take(0, &r->stages);
}

static const struct ceiling *best_ceiling(const struct result *r)
{
	const struct ceiling *best = &r->ceiling[0];

	for (unsigned c = 1; c < CEILINGS; c++)
		if (median(&r->ceiling[c].series) < median(&best->series))
			best = &r->ceiling[c];
	return best;
}

static void head(const struct path_options *o)
{
	if (o->json)
		return;
	printf("%s, payload %u B, %s arrival, burst %u, %u worker%s, TSC %.2f GHz; cycles per "
	       "packet\n",
		o->backend, o->payload, path_arrivals[o->arrival], o->burst, o->workers,
		o->workers > 1 ? "s" : "", (double)rte_get_tsc_hz() / 1e9);
	printf("%-7s %7s | %6s %6s | %-18s %6s | %5s %9s %8s\n", "suites", "flows", "path", "Mpps",
		"ceiling", "ratio", "port", "disturbed", "verified");
}

/* One line of the output, whichever its form. */
struct line {
	const struct ceiling *ceiling; /* NULL: left out */
	double ceiling_cycles, path_cycles, mpps;
};

static struct line line_of(const struct path_options *o, const struct result *r)
{
	struct line l = {0};

	if (o->ceiling) {
		l.ceiling = best_ceiling(r);
		l.ceiling_cycles = median(&l.ceiling->series);
	}
	for (unsigned w = 0; w < o->workers; w++) {
		l.path_cycles += median(&r->path[w]) / o->workers;
		l.mpps += (double)rte_get_tsc_hz() / 1e6 / median(&r->path[w]);
	}
	return l;
}

static void print_json(const struct path_options *o, const struct work_spec *spec,
	const struct result *r, const struct line *l)
{
	printf("{\"bench\":\"path\",\"backend\":\"%s\",\"suites\":\"%s\",\"flows\":%u,"
	       "\"workers\":%u,\"payload\":%u,\"arrival\":\"%s\",\"burst\":%u,\"tsc_hz\":%lu,"
	       "\"path_cycles\":%.1f,\"mpps\":%.3f,\"port_cycles\":%.1f,\"disturbed\":%.4f,"
	       "\"verified\":%u",
		o->backend, spec->suites->name, spec->flows, o->workers, o->payload,
		path_arrivals[o->arrival], o->burst, rte_get_tsc_hz(), l->path_cycles, l->mpps,
		median(&r->port), r->disturbed, r->verified);
	if (l->ceiling)
		printf(",\"ceiling_cycles\":%.1f,\"ceiling_burst\":%u,\"ceiling_prefetch\":%s",
			l->ceiling_cycles, l->ceiling->burst,
			l->ceiling->task == LANE_CEILING_PREFETCH ? "true" : "false");
	for (unsigned i = 0; i < r->stages.n; i++)
		printf(",\"stage_%s\":%.1f", r->stages.name[i], r->stages.cycles[i]);
	printf("}\n");
}

static void print_row(const struct work_spec *spec, const struct result *r, const struct line *l)
{
	char ceiling[64] = "-";

	if (l->ceiling)
		snprintf(ceiling, sizeof(ceiling), "%7.0f %2u %-8s %5.2f", l->ceiling_cycles,
			l->ceiling->burst,
			l->ceiling->task == LANE_CEILING_PREFETCH ? "prefetch" : "plain",
			l->path_cycles / l->ceiling_cycles);
	printf("%-7s %7u | %6.0f %6.2f | %-25s | %5.0f %8.1f%% %8u\n", spec->suites->name,
		spec->flows, l->path_cycles, l->mpps, ceiling, median(&r->port), r->disturbed * 100,
		r->verified);
	for (unsigned i = 0; i < r->stages.n; i++)
		printf("%s%s %.0f%s", i ? "" : "        ", r->stages.name[i], r->stages.cycles[i],
			i + 1 < r->stages.n ? ", " : "\n");
}

static void report(
	const struct path_options *o, const struct work_spec *spec, const struct result *r)
{
	struct line l = line_of(o, r);

	if (o->json)
		print_json(o, spec, r, &l);
	else
		print_row(spec, r, &l);
	fflush(stdout);
}

static struct work_spec spec_of(const struct path_options *o, unsigned flows)
{
	return (struct work_spec){
		.arrival = o->arrival,
		.flows = flows * o->workers,
		.workers = o->workers,
		.packets = o->packets,
		.payload = o->payload,
	};
}

static unsigned most_flows(const struct path_options *o)
{
	unsigned most = 0;

	for (unsigned i = 0; i < o->n_flows; i++)
		most = RTE_MAX(most, o->flows[i]);
	return most;
}

static const struct sl_crypto_backend *set_up(const struct path_options *o)
{
	struct work_spec largest = spec_of(o, most_flows(o));
	unsigned mib = (unsigned)(work_memory(&largest) >> 20) * 5 / 4 + 128 + 32 * o->workers;
	struct sl_port_config port = {.name = "free",
		.device = "vdev:net_null0",
		.cores = o->core,
		.n_cores = o->workers};
	const struct sl_crypto_backend *backend;
	const char *reason = "";
	struct sl_error error = {0};
	uint8_t index;
	bool huge;

	if (o->hugepages)
		hugepages_take(mib + 64);
	if (sl_eal_init(&(struct sl_eal_config){.hugepages_mib = o->hugepages ? -1 : 0,
				.memory_mib = mib},
		    &huge, &error) != 0 ||
		sl_ports_reserve(o->workers, SL_NUMA_ANY, &error) != 0 ||
		sl_port_open(&port, &index, &error) != 0)
		fail(error.text);
	if (o->hugepages && !huge)
		fprintf(stderr, "bench_path: no hugepages, ordinary pages are slower\n");
	backend = sl_crypto_select(o->backend, &reason);
	if (!backend || !sl_crypto_select("srtp2", &reason))
		fail(reason);
	work_addresses(largest.flows);
	lanes_attach(sl_ethdevs[0].dpdk_port, lanes, o->workers);
	setpriority(PRIO_PROCESS, 0, -10); /* inherited by the workers; needs root */
	if (sl_workers_start(backend, &error) != 0)
		fail(error.text);
	return backend;
}

int main(int argc, char **argv)
{
	static struct result result;
	struct path_options o;

	path_options(&o, argc, argv);

	const struct sl_crypto_backend *backend = set_up(&o);

	head(&o);
	for (unsigned s = 0; s < o.n_suites; s++)
		for (unsigned f = 0; f < o.n_flows; f++) {
			struct work_spec spec = spec_of(&o, o.flows[f]);
			struct work work;

			spec.backend = backend;
			spec.suites = o.suites[s];
			work_open(&work, &spec);
			measure(&o, &work, &result);
			report(&o, &spec, &result);
			if (o.setups)
				path_load(&o, &work, lanes,
					line_of(&o, &result).path_cycles + median(&result.port));
			work_close(&work);
		}
	sl_workers_stop();
	sl_ports_close();
	sl_eal_cleanup();
	return 0;
}
