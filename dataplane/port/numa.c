/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/numa.h"

#include <rte_lcore.h>
#include <rte_malloc.h>
#include <stdio.h>

static unsigned count(const int *nodes, unsigned n, int node)
{
	unsigned times = 0;

	for (unsigned i = 0; i < n; i++)
		times += nodes[i] == node;
	return times;
}

int sl_numa_most(const int *nodes, unsigned n)
{
	unsigned most = 0;
	int best = SL_NUMA_ANY;

	for (unsigned i = 0; i < n; i++) {
		unsigned times = nodes[i] < 0 ? 0 : count(nodes, n, nodes[i]);

		if (times > most) {
			most = times;
			best = nodes[i];
		}
	}
	return best;
}

bool sl_numa_apart(int a, int b)
{
	return a >= 0 && b >= 0 && a != b;
}

int sl_numa_of_core(unsigned core)
{
	return core < RTE_MAX_LCORE ? (int)rte_lcore_to_socket_id(core) : SL_NUMA_ANY;
}

int sl_numa_of_netdev(const char *netdev)
{
	int node = SL_NUMA_ANY;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/numa_node", netdev);
	f = fopen(path, "re");
	if (!f)
		return SL_NUMA_ANY;
	if (fscanf(f, "%d", &node) != 1)
		node = SL_NUMA_ANY;
	fclose(f);
	return node;
}

void *sl_numa_zalloc(const char *what, size_t size, int node)
{
	void *memory = rte_zmalloc_socket(what, size, RTE_CACHE_LINE_SIZE, node);

	return memory ? memory : rte_zmalloc(what, size, RTE_CACHE_LINE_SIZE);
}
