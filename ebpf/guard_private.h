/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the guard's user side. Private to ebpf. */
#ifndef SL_EBPF_GUARD_PRIVATE_H
#define SL_EBPF_GUARD_PRIVATE_H

#include <net/if.h>
#include <stdbool.h>

#include <linux/bpf.h>

#include "ebpf/guard_user.h"
#include "sluice/error.h"

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
	unsigned ifindex;
	int maps[MAPS];
	int xdp, tc; /* programs that were loaded, to be attached; -1: none */
	struct sl_guard_pinholes *pinholes; /* SL_MAX_ADDRESS_SLOTS, shared with the program */
	__u64 *per_cpu;                     /* room for one counter of every possible CPU */
	int cpus;
	struct ring_buffer *events;
	sl_guard_see *see; /* whom events go to */
	void *context;
	void *expected_sources;              /* of search.h: the sources that calls name */
	bool kernel;                         /* no dataplane: open ports are the kernel's */
	uint8_t index[SL_MAX_ADDRESS_SLOTS]; /* [slot]: of its pinholes; slots of one address share
					      */
	struct {
		uint16_t min, max; /* the media ports */
	} range[SL_MAX_ADDRESS_SLOTS];
};

/* A program that stands before a netdev, and those of its maps that bear our names. */
struct sl_guard_attached {
	char netdev[IF_NAMESIZE];
	__u32 id;    /* 0: none is there */
	__u32 flags; /* XDP_FLAGS_*_MODE it is attached by */
	int fd;
	char name[BPF_OBJ_NAME_LEN];
	int maps[MAPS];
	struct bpf_map_info infos[MAPS];
};

int sl_guard_find_xdp(unsigned ifindex, struct sl_guard_attached *attached, struct sl_error *error);
int sl_guard_find_tc(unsigned ifindex, struct sl_guard_attached *attached, struct sl_error *error);
void sl_guard_release(struct sl_guard_attached *attached);
bool sl_guard_is_guard(const struct sl_guard_attached *attached);
bool sl_guard_is_ours(const struct sl_guard_attached *attached); /* the guard, or its placeholder */
int sl_guard_refuse_foreign(
	const struct sl_guard_attached *attached, int rc, struct sl_error *error);
/* -EBUSY when a process, `others`: other than this one, holds its socket map. */
int sl_guard_refuse_busy(struct sl_guard_attached *attached, bool others, struct sl_error *error);
int sl_guard_check_layout(const struct sl_guard_attached *attached, struct sl_error *error);
const char *sl_guard_map_name(enum map map);

/* guard_user.c. A handle that takes the maps over; NULL: no memory. */
struct sl_guard *sl_guard_new(struct sl_guard_attached *attached, unsigned ifindex);

/* guard_tc.c: the one filter of ours at tc ingress, or whose program is in its place. `id` 0: none.
 */
#define SL_GUARD_TC_REMOVE "tc filter del dev %s ingress pref 81"
int sl_guard_tc_query(unsigned ifindex, __u32 *id);
/* `replace`: in place of what is there; else nothing may be: -EEXIST. */
int sl_guard_tc_attach(unsigned ifindex, int program, bool replace);
int sl_guard_tc_detach(unsigned ifindex);

/* Takes hold of the ring buffer. 0 or -errno. */
int sl_guard_events_open(struct sl_guard *guard);

#endif
