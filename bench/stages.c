/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/stages.h"

#include <rte_cycles.h>
#include <string.h>

#include "dataplane/path/worker.h"

#define STAGES(X) \
	X(parse)  \
	X(steer) X(pinhole) X(guard) X(replay) X(unprotect) X(commit) X(protect) X(rewrite) X(tx)

enum stage {
#define X(name) STAGE_##name,
	STAGES(X)
#undef X
		STAGE_COUNT,
};

/* Longer than any stage may take: the thread was interrupted, the burst is left out. Cycles. */
enum { INTERRUPTED = 100000 };

static struct {
	uint64_t cycles[STAGE_COUNT], packets[STAGE_COUNT];
} sums[SL_MAX_WORKERS] __attribute__((aligned(64)));

static void count(const struct sl_worker *w, enum stage stage, uint64_t cycles, unsigned packets)
{
	if (cycles > INTERRUPTED)
		return;
	sums[w->index].cycles[stage] += cycles;
	sums[w->index].packets[stage] += packets;
}

#define X(name)                                                               \
	void __real_sl_stage_##name(struct sl_worker *w, struct sl_burst *b); \
	void __wrap_sl_stage_##name(struct sl_worker *w, struct sl_burst *b); \
	void __wrap_sl_stage_##name(struct sl_worker *w, struct sl_burst *b)  \
	{                                                                     \
		uint64_t start = rte_rdtsc();                                 \
                                                                              \
		__real_sl_stage_##name(w, b);                                 \
		count(w, STAGE_##name, rte_rdtsc() - start, b->n);            \
	}
STAGES(X)
#undef X

void bench_stages_take(unsigned worker, struct stages *out)
{
#define X(name) #name,
	static const char *const names[] = {STAGES(X)};
#undef X

	out->n = STAGE_COUNT;
	for (unsigned i = 0; i < STAGE_COUNT; i++) {
		out->name[i] = names[i];
		out->cycles[i] = sums[worker].packets[i] ? (double)sums[worker].cycles[i] /
								   (double)sums[worker].packets[i]
							 : 0;
	}
	memset(&sums[worker], 0, sizeof(sums[worker]));
}
