/* SPDX-License-Identifier: BSD-3-Clause */
/* The threads that poll the ports, one per core, and what they have counted. */
#ifndef SL_DATAPLANE_WORKERS_H
#define SL_DATAPLANE_WORKERS_H

#include <stdint.h>
#include <sys/types.h>

#include "dataplane/crypto/crypto.h"
#include "dataplane/port/port.h"
#include "sluice/drop.h"
#include "sluice/error.h"

/* Starts one thread per core named by a port, pinned to it. Privileges must have been dropped
 * before. */
int sl_workers_start(const struct sl_crypto_backend *crypto, struct sl_error *error);
void sl_workers_stop(void);

enum { SL_LATENCY_BOUNDS = 12 };

struct sl_worker_stats {
	unsigned core;
	pid_t thread;                   /* the kernel's id of it */
	uint64_t rx, tx;                /* packets off and onto the wire */
	uint64_t punted;                /* packets given to an exception port */
	uint64_t verdicts[SL_VERDICTS]; /* [SL_FORWARD]: forwarded; else drops by reason */
	uint64_t busy_ns, idle_ns;      /* time spent on bursts with packets, and without */
	/* How long media was in here (struct sl_latency): of what was looked at, how much for at
	 * most 1 us, 2 us, 4 us and so on; the last one is what was longer. */
	uint64_t latency[SL_LATENCY_BOUNDS + 1];
	uint64_t latency_ns; /* of all that was looked at */
};

unsigned sl_workers_count(void);
void sl_worker_stats(unsigned worker, struct sl_worker_stats *out);

#endif
