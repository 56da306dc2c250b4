/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/slab.h"

#include <rte_common.h>
#include <rte_malloc.h>
#include <string.h>

/* Aligned to its size, so that an object tells its chunk. What rte_malloc puts around a chunk is
 * left free in front of the next. */
enum { CHUNK = 65536, AROUND = 256 };

struct sl_slab_chunk {
	struct sl_slab *slab;
	LIST_ENTRY(sl_slab_chunk) room; /* while `free` is not NULL */
	void *free;                     /* the first word of a free object is the next one */
	unsigned used;
} __attribute__((aligned(64)));

static struct sl_slab_chunk *chunk_new(struct sl_slab *slab)
{
	struct sl_slab_chunk *chunk = rte_malloc("slab", CHUNK - AROUND, CHUNK);

	if (!chunk)
		return NULL;
	*chunk = (struct sl_slab_chunk){.slab = slab};

	uint8_t *object = (uint8_t *)(chunk + 1);

	for (; object + slab->size <= (uint8_t *)chunk + CHUNK - AROUND; object += slab->size) {
		*(void **)object = chunk->free;
		chunk->free = object;
	}
	LIST_INSERT_HEAD(&slab->room, chunk, room);
	return chunk;
}

void *sl_slab_take(struct sl_slab *slab)
{
	struct sl_slab_chunk *chunk = LIST_FIRST(&slab->room);

	if (!chunk)
		chunk = chunk_new(slab);
	if (!chunk)
		return NULL;
	if (chunk == slab->empty)
		slab->empty = NULL;

	void *object = chunk->free;

	chunk->free = *(void **)object;
	chunk->used++;
	if (!chunk->free)
		LIST_REMOVE(chunk, room);
	return memset(object, 0, slab->size);
}

void sl_slab_give(void *object)
{
	if (!object)
		return;

	struct sl_slab_chunk *chunk = RTE_PTR_ALIGN_FLOOR(object, CHUNK);

	if (!chunk->free)
		LIST_INSERT_HEAD(&chunk->slab->room, chunk, room);
	*(void **)object = chunk->free;
	chunk->free = object;
	if (--chunk->used)
		return;
	/* One is kept: calls that come and go where the others are full would else make and free a
	 * chunk each. */
	struct sl_slab_chunk *spare = chunk->slab->empty;

	chunk->slab->empty = chunk;
	if (!spare)
		return;
	LIST_REMOVE(spare, room);
	rte_free(spare);
}
