/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cycles per stage. bench_stages is bench_path linked with `--wrap` for every stage (stages.c):
 * worker.c calls the wrappers, which read the clock around the real stage. In bench_path itself
 * there are none, and `bench_stages_take` is not there (NULL).
 */
#ifndef SL_BENCH_STAGES_H
#define SL_BENCH_STAGES_H

#include <stdint.h>

enum { STAGES_MAX = 16 };

struct stages {
	unsigned n;
	const char *name[STAGES_MAX];
	double cycles[STAGES_MAX]; /* per packet that came in */
};

/* The sums of one worker since the last call, which are then zero. Its lane must rest. */
void bench_stages_take(unsigned worker, struct stages *out) __attribute__((weak));

#endif
