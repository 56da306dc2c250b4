/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of bench_path: every flow count with every set of suites. */
#ifndef SL_BENCH_PATH_OPTIONS_H
#define SL_BENCH_PATH_OPTIONS_H

#include "bench/workload.h"

enum { PATH_SERIES = 16 };

struct path_options {
	const char *backend;
	unsigned flows[PATH_SERIES], n_flows; /* per worker */
	const struct work_suites *suites[PATH_SERIES];
	unsigned n_suites;
	unsigned core[SL_MAX_WORKERS], workers;
	enum work_arrival arrival;
	uint16_t payload;
	unsigned burst, packets, rounds;
	unsigned setups; /* a second, in the laps at a rate; 0: no such laps */
	bool json, hugepages, ceiling;
};

/* Exits with the usage on a mistake. */
void path_options(struct path_options *o, int argc, char **argv);

extern const char *const path_arrivals[3];

#endif
