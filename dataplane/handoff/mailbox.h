/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How flows change hands between the control thread and the workers: messages through a
 * single-producer ring, each acknowledged by its worker once it holds nothing of the old flow any
 * more.
 */
#ifndef SL_DATAPLANE_MAILBOX_H
#define SL_DATAPLANE_MAILBOX_H

#include "dataplane/flow/flow.h"
#include "dataplane/path/tap.h"

/*
 * One update: `flow` is published in place of `old`. Either may be NULL: publish only, withdraw
 * only. When both are given they may sit at different pinholes or workers; `flow` inherits from
 * `old` (sl_flow_inherit) and, on one worker, no packet falls between them. Without `old` it
 * inherits from `parked`, unless that is NULL: a flow that was withdrawn before. A flow is
 * published once.
 */
struct sl_flow_update {
	struct sl_flow *flow;
	struct sl_flow *old;
	const struct sl_flow *parked;
};

/*
 * Carries out `n` updates and returns when all are acknowledged, however long that takes: then
 * the new flows are live and the old ones are the caller's to free. Control thread only. 0;
 * -EEXIST: a pinhole is taken by another flow; -EBUSY: so is a key, whose indices belong to one
 * flow; -ENOMEM. On failure nothing was changed.
 */
int sl_flows_update(const struct sl_flow_update *updates, unsigned n);

/*
 * Returns when every worker has begun another turn: none holds on to what it found in its last one.
 */
void sl_workers_quiesce(void);

/*
 * From their next turn on workers copy packets to `tap`; NULL: to none, and when this returns none
 * holds on to the one that was.
 */
void sl_workers_tap(struct sl_tap *tap);

/*
 * When this returns no worker receives or sends by the port any more, nor does one before
 * sl_workers_return: what is to leave by it is dropped as `port-reset`.
 */
void sl_workers_leave(uint8_t port);
void sl_workers_return(uint8_t port);

#endif
