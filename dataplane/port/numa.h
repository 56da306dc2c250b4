/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NUMA nodes: where the memory of a port or a worker belongs. A packet that crosses from one node
 * to another costs a few hundred cycles more. A node is SL_NUMA_ANY where nobody knows it: a
 * virtual device has none.
 */
#ifndef SL_DATAPLANE_NUMA_H
#define SL_DATAPLANE_NUMA_H

#include <stdbool.h>
#include <stddef.h>

enum { SL_NUMA_ANY = -1 };

/* The node that most of them are, the first of equals; those that are not known do not count.
 * SL_NUMA_ANY: none is known. */
int sl_numa_most(const int *nodes, unsigned n);

/* True: both are known, and they differ. */
bool sl_numa_apart(int a, int b);

/* After sl_eal_init. */
int sl_numa_of_core(unsigned core);

/* Returns the node of a netdev's device, as /sys tells. */
int sl_numa_of_netdev(const char *netdev);

/* Zeroed, aligned to a cache line; on `node` if it has memory left, else anywhere. NULL: none is
 * left. For rte_free. */
void *sl_numa_zalloc(const char *what, size_t size, int node);

#endif
