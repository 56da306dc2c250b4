/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lives of calls through NG, sessions, flow tables and workers, as hostile proxies and parties lead
 * them: call_life.h. With SL_FUZZ_STORY in the environment each life is told as it goes.
 */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "call_life.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	__lsan_disable(); /* DPDK holds it where nobody looks */
	world_start(WORKERS_MAX);
	__lsan_enable();
	return 0;
}

/* One life in so many is led twice, and must go the same way: what fails is to be repeated. */
enum { TWICE = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	life_run(data, size);
	if (story_digest() % TWICE)
		return 0;
	story_keep();
	life_run(data, size);
	story_compare();
	return 0;
}
