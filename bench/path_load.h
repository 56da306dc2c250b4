/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that are set up while the workers of bench_path run at 80 % of their rate. */
#ifndef SL_BENCH_PATH_LOAD_H
#define SL_BENCH_PATH_LOAD_H

#include "bench/lane.h"
#include "bench/path_options.h"

/*
 * Plays laps at 80 % of the rate of a worker that takes `cycles` for a packet, the port's included,
 * without set-ups and with o->setups a second, and prints what was lost and how long packets
 * waited.
 */
void path_load(const struct path_options *o, struct work *work, struct lane *lanes, double cycles);

#endif
