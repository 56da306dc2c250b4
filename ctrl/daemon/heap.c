/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/heap.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sluice/dump.h"

void sl_heap_for_all(void)
{
	mallopt(M_ARENA_MAX, 1);
}

static char *find(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned long start = 0;

	while (maps && !start && fgets(line, sizeof(line), maps))
		if (strstr(line, "[heap]") && sscanf(line, "%lx-", &start) != 1)
			start = 0;
	if (maps)
		fclose(maps);
	return (char *)start; /* NOLINT(performance-no-int-to-ptr) */
}

static void look(uv_prepare_t *turn)
{
	struct sl_heap *heap = turn->data;
	char *end = sbrk(0);

	if (end == heap->end)
		return;
	heap->end = end;
	/* The last page may be a part of one. */
	sl_dump_not(heap->start, (size_t)(end - heap->start) + SL_DUMP_PAGE - 1);
}

void sl_heap_start(struct sl_heap *heap, uv_loop_t *loop)
{
	heap->start = find();
	heap->turn.data = heap;
	uv_prepare_init(loop, &heap->turn);
	uv_unref((uv_handle_t *)&heap->turn);
	if (!heap->start)
		return;
	look(&heap->turn);
	uv_prepare_start(&heap->turn, look);
}

void sl_heap_stop(struct sl_heap *heap)
{
	uv_close((uv_handle_t *)&heap->turn, NULL);
}
