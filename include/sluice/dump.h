/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory with keys, or with media in clear, is left out of core dumps, which are allowed under
 * --debug.
 */
#ifndef SLUICE_DUMP_H
#define SLUICE_DUMP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

enum { SL_DUMP_PAGE = 4096 };

/*
 * The whole pages in these bytes. A kernel that has no such thing dumps them, and nothing else
 * depends on it.
 */
static inline void sl_dump_not(void *memory, size_t len)
{
	uintptr_t from = ((uintptr_t)memory + SL_DUMP_PAGE - 1) & ~(uintptr_t)(SL_DUMP_PAGE - 1);
	uintptr_t end = ((uintptr_t)memory + len) & ~(uintptr_t)(SL_DUMP_PAGE - 1);

	if (end > from)
		(void)madvise((void *)from, end - from, MADV_DONTDUMP);
}

#endif
