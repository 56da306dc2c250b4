/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the guard's user side share. */
#ifndef SL_EBPF_GUARD_PRIVATE_H
#define SL_EBPF_GUARD_PRIVATE_H

#include <net/if.h>

#include "ebpf/guard_user.h"

enum map {
	XSKS,
	ADDRESSES,
	PINHOLES,
	COUNTERS,
	GUARD_MAPS, /* by those before, a guard of whatever version is known */
	POLICY = GUARD_MAPS,
	PREFIXES,
	EXPECTED,
	EVENTS,
	MAPS,
};

struct ring_buffer;

struct sl_guard {
	char netdev[IF_NAMESIZE];
	int maps[MAPS];
	struct sl_guard_pinholes *pinholes; /* SL_MAX_ADDRESS_SLOTS, shared with the program */
	__u64 *per_cpu;                     /* room for one counter of every possible CPU */
	int cpus;
	struct ring_buffer *events;
	sl_guard_see *see; /* whom events go to */
	void *context;
	uint8_t index[SL_MAX_ADDRESS_SLOTS]; /* [slot]: of its pinholes; slots of one address share
					      */
};

/* Returns `error`, with `why` filled in. */
int sl_guard_refuse(int error, char why[SL_GUARD_WHY], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Takes hold of the ring buffer. 0 or -errno. */
int sl_guard_events_open(struct sl_guard *guard);

#endif
