/* SPDX-License-Identifier: BSD-3-Clause */
/* DPDK's environment, started so that nothing of it is left on disk and no device is touched
 * unasked. */
#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_memory.h>
#include <rte_mempool.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/port/eal_text.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/port.h"
#include "sluice/dump.h"

enum { MAX_ARGS = 64, ARG_LEN = 128 };

static bool started;

struct args {
	char *v[MAX_ARGS];
	char text[MAX_ARGS][ARG_LEN];
	int n;
};

__attribute__((format(printf, 2, 3))) static void add(struct args *a, const char *format, ...)
{
	va_list ap;

	if (a->n == MAX_ARGS - 1)
		return;
	va_start(ap, format);
	vsnprintf(a->text[a->n], ARG_LEN, format, ap);
	va_end(ap);
	a->v[a->n] = a->text[a->n];
	a->v[++a->n] = NULL;
}

/* MiB of free hugepages of any size. */
static unsigned free_hugepages(void)
{
	static const struct {
		const char *path;
		unsigned mib;
	} sizes[] = {
		{"/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", 2},
		{"/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", 1024},
	};
	unsigned total = 0;

	for (unsigned i = 0; i < RTE_DIM(sizes); i++) {
		FILE *f = fopen(sizes[i].path, "re");
		char line[32] = "";

		if (!f)
			continue;
		if (fgets(line, sizeof(line), f))
			total += (unsigned)strtoul(line, NULL, 10) * sizes[i].mib;
		fclose(f);
	}
	return total;
}

/* The control thread may run wherever the process may: "0@(0,1,...)". */
static void add_lcores(struct args *a)
{
	char list[ARG_LEN] = "";
	size_t at = 0;
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && at < sizeof(list) - 16; cpu++)
		if (CPU_ISSET(cpu, &set))
			at += (size_t)snprintf(
				list + at, sizeof(list) - at, "%s%u", at ? "," : "", cpu);
	add(a, "--lcores=0@(%s)", list);
}

/* Hugepages if wanted and there; `huge` tells. */
static int add_memory(
	struct args *a, const struct sl_eal_config *config, bool *huge, struct sl_error *error)
{
	unsigned have = free_hugepages();
	unsigned want =
		config->hugepages_mib > 0 ? (unsigned)config->hugepages_mib : config->memory_mib;

	*huge = config->hugepages_mib != 0 && have >= want;
	if (config->hugepages_mib > 0 && !*huge)
		return sl_refuse(error, -ENOMEM,
			"hugepages = %u MiB wanted, %u MiB free: echo %u > "
			"/proc/sys/vm/nr_hugepages, or set "
			"hugepages = off",
			want, have, want / 2);
	if (*huge) {
		add(a, "--in-memory");
		add(a, "--socket-limit=%u", want);
	} else {
		add(a, "--no-huge");
		add(a, "--no-shconf");
		add(a, "-m");
		add(a, "%u", config->memory_mib);
	}
	return 0;
}

static int list_not_dumped(const struct rte_memseg_list *list, void *context)
{
	sl_dump_not(list->base_va, list->len);
	return 0;
}

static void not_dumped(enum rte_mem_event event, const void *memory, size_t len, void *context)
{
	if (event == RTE_MEM_EVENT_ALLOC)
		sl_dump_not((void *)(uintptr_t)memory, len);
}

/* Flows with their keys, and packets in clear. DPDK has its memory dumped as it takes it, with
 * hugepages piece by piece; without, there is one piece, and nothing to register. */
static void keep_out_of_dumps(void)
{
	rte_memseg_list_walk(list_not_dumped, NULL);
	rte_mem_event_callback_register("sluice dumps", not_dumped, NULL);
}

/* All of DPDK's parts have it. Sluice has no level between its own debug and DPDK's notices. */
void sl_eal_verbose(bool verbose)
{
	rte_log_set_level_pattern("*", verbose ? RTE_LOG_INFO : RTE_LOG_ERR);
}

int sl_eal_init(const struct sl_eal_config *config, bool *huge, struct sl_error *error)
{
	static struct args args; /* DPDK keeps pointers into it */
	int err;

	args.n = 0;
	add(&args, "sluiced");
	err = add_memory(&args, config, huge, error);
	if (err)
		return err;
	add_lcores(&args);
	add(&args, "--iova-mode=va");
	add(&args, "--no-telemetry");
	add(&args, "--log-level=*:%s", config->verbose ? "info" : "error");
	if (!config->pci || !config->pci[0])
		add(&args, "--no-pci");
	for (const char *const *bdf = config->pci; bdf && *bdf; bdf++) {
		add(&args, "-a");
		add(&args, "%s", *bdf);
	}
	if (config->say)
		sl_eal_text_open(config->say);
	if (rte_eal_init(args.n, args.v) < 0)
		return sl_refuse(error, -EIO,
			"DPDK did not start (%s): less `memory` in [sluice] or hugepages = off may "
			"help, or what DPDK says",
			rte_strerror(rte_errno));
	started = true;
	keep_out_of_dumps();
	return 0;
}

void sl_eal_cleanup(void)
{
	if (started) {
		rte_mempool_free(sl_mbufs);
		sl_mbufs = NULL;
		rte_eal_cleanup();
	}
	started = false;
	sl_eal_text_close();
}
