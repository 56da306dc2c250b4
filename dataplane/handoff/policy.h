/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The policy where no XDP program applies it: on pci and vdev ports. Lists, sources that calls name
 * and limits on unknown sources are the same as the guard's (ebpf/guard_user.h), shared by all
 * workers. Written by the control thread.
 */
#ifndef SL_DATAPLANE_POLICY_H
#define SL_DATAPLANE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/policy.h"

/*
 * Takes the memory for all of it (some 8 MiB), once; after the last sl_port_open, and only if
 * sl_policy_here is true of some port. Until then the calls below do nothing. 0 or -ENOMEM.
 */
int sl_policy_open(void);
void sl_policy_close(void);

/*
 * These limits and these prefixes (at most SL_MAX_PREFIXES, each once) from
 * the next burst of each worker on. 0.
 */
int sl_policy_set(const struct sl_policy *limits, const struct sl_listed *list, unsigned n);

/* Calls name this source (of IPv6: its /64), or do so no more. False: no room, it stays an unknown
 * source.
 */
bool sl_policy_source_add(const uint8_t ip[16]);
void sl_policy_source_remove(const uint8_t ip[16]);

#endif
