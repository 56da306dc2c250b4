/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/xsk_fill.h"

#include <dlfcn.h>
#include <errno.h>
#include <rte_mbuf.h>
#include <xdp/xsk.h>

enum { BATCH = 64 };

static struct {
	struct xsk_ring_prod *ring; /* NULL: none was made */
	uint8_t *area;
	uint64_t size;
} made;

/* The driver calls this in place of libxdp's: the dynamic linker looks in the program first. */
int xsk_umem__create(struct xsk_umem **umem, void *area, __u64 size, struct xsk_ring_prod *fill,
	struct xsk_ring_cons *completion, const struct xsk_umem_config *config)
{
	void *library = dlopen("libxdp.so.1", RTLD_NOW | RTLD_NOLOAD);
	int (*create)(struct xsk_umem **, void *, __u64, struct xsk_ring_prod *,
		struct xsk_ring_cons *, const struct xsk_umem_config *) = NULL;
	int rc;

	if (!library)
		return -ENOSYS;
	*(void **)&create = dlsym(library, "xsk_umem__create");
	rc = create ? create(umem, area, size, fill, completion, config) : -ENOSYS;
	dlclose(library);
	if (!rc) {
		made.ring = fill;
		made.area = area;
		made.size = size;
	}
	return rc;
}

void sl_xsk_fill_forget(void)
{
	made.ring = NULL;
}

/* An address in the ring is the offset of the pool's object, which begins before the buffer. */
static bool holds(const struct rte_mempool *pool)
{
	uint64_t first = *xsk_ring_prod__fill_addr(made.ring, 0) + pool->header_size;

	return made.ring->cached_prod > 0 && first < made.size &&
	       ((struct rte_mbuf *)(made.area + first))->pool == pool;
}

unsigned sl_xsk_fill_up(struct rte_mempool *pool)
{
	struct rte_mbuf *buffers[BATCH];
	unsigned added = 0;
	uint32_t at = 0;

	if (!made.ring || !holds(pool))
		return 0;
	while (xsk_prod_nb_free(made.ring, BATCH) >= BATCH &&
		rte_pktmbuf_alloc_bulk(pool, buffers, BATCH) == 0) {
		xsk_ring_prod__reserve(made.ring, BATCH, &at);
		for (unsigned i = 0; i < BATCH; i++)
			*xsk_ring_prod__fill_addr(made.ring, at + i) =
				(uint64_t)((uint8_t *)buffers[i] - made.area) - pool->header_size;
		xsk_ring_prod__submit(made.ring, BATCH);
		added += BATCH;
	}
	return added;
}
