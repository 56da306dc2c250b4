/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Static tracepoints (USDT, provider `sluice`), behind each stage of a burst:
 *
 *   stage(worker, stage's name, packets still on their way)
 *   drop(worker, stage's name, name of the reason, UDP port it was for or 0)
 *
 * `stage` fires once per stage of a burst, `drop` once per packet that a stage drops. Each has a
 * semaphore, which the kernel raises while somebody listens; until then none is reached. Private to
 * dataplane/path.
 */
#ifndef SL_DATAPLANE_PROBE_H
#define SL_DATAPLANE_PROBE_H

#include <stdbool.h>

extern volatile unsigned short sluice_stage_semaphore, sluice_drop_semaphore;

/* Does anybody listen? */
static inline bool sl_probes_on(void)
{
	return sluice_stage_semaphore | sluice_drop_semaphore;
}

void sl_probe_stage(unsigned worker, const char *stage, unsigned on_their_way);
void sl_probe_drop(unsigned worker, const char *stage, const char *reason, unsigned udp_port);

#endif
