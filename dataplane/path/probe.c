/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/probe.h"

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#include "dataplane/base/packet_path.h"

volatile unsigned short sluice_stage_semaphore __attribute__((section(".probes")));
volatile unsigned short sluice_drop_semaphore __attribute__((section(".probes")));

void sl_probe_stage(unsigned worker, const char *stage, unsigned on_their_way)
{
	DTRACE_PROBE3(sluice, stage, worker, stage, on_their_way);
}

void sl_probe_drop(unsigned worker, const char *stage, const char *reason, unsigned udp_port)
{
	DTRACE_PROBE4(sluice, drop, worker, stage, reason, udp_port);
}
