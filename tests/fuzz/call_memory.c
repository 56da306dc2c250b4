/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows, keys and pages come from slabs of hugepage memory, where no sanitizer looks. Here each is
 * a block of malloc's, so that its bounds and its use after free are found; and any of them may be
 * refused. They are counted, because the leak sanitizer does not see the rings that hold some of
 * them. sl_slab_take and sl_slab_give are replaced when the fuzzer is linked.
 */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "call_life.h"
#include "dataplane/crypto/slab.h"

static unsigned objects, fail;
static bool armed;

void *__wrap_sl_slab_take(struct sl_slab *slab);
void __wrap_sl_slab_give(void *object);

void *__wrap_sl_slab_take(struct sl_slab *slab)
{
	void *object;

	if (armed && fail && !--fail)
		return NULL;
	__lsan_disable();
	object = aligned_alloc(64, slab->size);
	__lsan_enable();
	if (!object)
		abort();
	objects++;
	return memset(object, 0, slab->size);
}

void __wrap_sl_slab_give(void *object)
{
	objects -= object != NULL;
	free(object);
}

unsigned memory_objects(void)
{
	return objects;
}

void memory_fail(unsigned n)
{
	fail = n;
}

void memory_arm(bool at_work)
{
	armed = at_work;
}
