/* SPDX-License-Identifier: BSD-3-Clause */
/* Hugepages for the length of a benchmark, given back also when it crashes. */
#ifndef SL_BENCH_HUGEPAGES_H
#define SL_BENCH_HUGEPAGES_H

/*
 * Asks the kernel for `mib` MiB more of 2 MiB pages and goes on in a child process; the parent
 * waits, restores what there was and ends with the child's status. Without the right, or without
 * that much memory in one piece, it says so on stderr and goes on with what there is. Call before
 * anything else: threads and buffered output do not survive it.
 */
void hugepages_take(unsigned mib);

#endif
