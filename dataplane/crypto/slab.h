/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects of one size from hugepage memory, packed: rte_malloc would add 128 bytes to each. Control
 * thread only.
 */
#ifndef SL_DATAPLANE_SLAB_H
#define SL_DATAPLANE_SLAB_H

#include <stddef.h>
#include <sys/queue.h>

struct sl_slab_chunk;

/* Zeroed but for its size. */
struct sl_slab {
	size_t size; /* of an object, bytes: a multiple of 64, far less than 64 KiB */
	LIST_HEAD(, sl_slab_chunk) room; /* chunks that are not full */
	struct sl_slab_chunk *empty;     /* the one of them that has nothing in it; NULL: none */
};

/* A zeroed object on a cache line of its own. NULL: out of memory. */
void *sl_slab_take(struct sl_slab *slab);

/* Gives back what sl_slab_take gave; the caller has wiped it. NULL is ignored. */
void sl_slab_give(void *object);

#endif
