/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which process holds a BPF map open. A guard whose socket map nobody holds was left behind by a
 * process that was killed; one that is held is at work.
 */
#ifndef SL_EBPF_MAP_OWNER_H
#define SL_EBPF_MAP_OWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct sl_map_owner {
	pid_t pid;
	char name[17]; /* the process's, as ps shows it */
};

/*
 * Looks through /proc/PID/fdinfo, so it sees the processes of its own PID namespace, and as root
 * all of those. False: none holds the map.
 */
bool sl_map_owner_find(uint32_t map_id, struct sl_map_owner *owner);

#endif
