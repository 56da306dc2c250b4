/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that wait to be reported on, in order and bounded. Pure. */
#ifndef SL_CTRL_HEP_QUEUE_H
#define SL_CTRL_HEP_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_HEP_QUEUE = 16384 }; /* a power of two */

/* All zero: empty. */
struct sl_hep_queue {
	uint32_t first, n;
	uint64_t call[SL_HEP_QUEUE]; /* by serial */
};

/* False: there is no room. */
bool sl_hep_queue_put(struct sl_hep_queue *queue, uint64_t call);

/* False: nobody waits. */
bool sl_hep_queue_take(struct sl_hep_queue *queue, uint64_t *call);

#endif
