/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/hep/hep_queue.h"

bool sl_hep_queue_put(struct sl_hep_queue *q, uint64_t call)
{
	if (q->n == SL_HEP_QUEUE)
		return false;
	q->call[(q->first + q->n++) % SL_HEP_QUEUE] = call;
	return true;
}

bool sl_hep_queue_take(struct sl_hep_queue *q, uint64_t *call)
{
	if (!q->n)
		return false;
	*call = q->call[q->first];
	q->first = (q->first + 1) % SL_HEP_QUEUE;
	q->n--;
	return true;
}
