/* SPDX-License-Identifier: BSD-3-Clause */
/* The EAL for unit tests of what lives on its memory: no hugepages, no devices, no files left
 * behind. */
#ifndef SL_TESTS_UNIT_UNIT_EAL_H
#define SL_TESTS_UNIT_UNIT_EAL_H

#include <stdlib.h>

#include <rte_eal.h>

static inline int unit_eal(void)
{
	char *argv[] = {"unit", "--no-huge", "--no-shconf", "--no-pci", "-m", "128",
		"--no-telemetry", "--log-level", "lib.eal:4", "-l", "0", NULL};

	return rte_eal_init(sizeof(argv) / sizeof(argv[0]) - 1, argv) < 0 ? -1 : 0;
}

#endif
