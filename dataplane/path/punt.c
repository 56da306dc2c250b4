/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that are the kernel's: by the exception port of their device, where there is one, within
 * the limits.
 */
#include "dataplane/base/media_address.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/exception_port.h"

#include "dataplane/base/packet_path.h"

/* TCP connections, echo requests and the UDP ports that the operator lists are limited as media is.
 */
static bool is_limited(const struct sl_packet *p)
{
	int slot;

	if (!p->view.ip || (!p->view.limited && !p->view.ports))
		return false;
	slot = sl_address_first(sl_ethdev_by_dpdk[p->m->port], p->view.vlan, p->view.destination);
	return slot >= 0 &&
	       (p->view.limited || sl_address_limits((uint8_t)slot, p->view.destination_port));
}

enum sl_verdict sl_punt(const struct sl_packet *p, uint64_t now)
{
	struct sl_exception_port *exception = sl_ethdevs[sl_ethdev_by_dpdk[p->m->port]].exception;
	enum sl_verdict v = is_limited(p) ? sl_source_budget(p, SL_BUDGET_KERNEL, now) : SL_FORWARD;

	if (v != SL_FORWARD)
		return v;
	if (!exception)
		return SL_DROP_NOT_MEDIA;
	return sl_exception_give(exception, p->m) ? SL_PUNT : SL_DROP_PUNT_FULL;
}
