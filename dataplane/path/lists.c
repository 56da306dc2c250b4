/* SPDX-License-Identifier: BSD-3-Clause */
/* The lists stage: sources that the operator denies, where no XDP program has looked. */
#include "dataplane/base/media_address.h"
#include "dataplane/filter/policy_rules.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

/* The address and, where it can be told, the port of a broken packet are media's. */
static bool is_ours(const struct sl_packet *p)
{
	const struct sl_view *v = &p->view;
	uint8_t port = sl_ethdev_by_dpdk[p->m->port];

	if (!v->ip)
		return false;
	return (v->ports ? sl_address_find(port, v->vlan, v->destination, v->destination_port)
			 : sl_address_first(port, v->vlan, v->destination)) >= 0;
}

/* Refused by the parse stage, which knows no addresses. */
static bool is_broken(const struct sl_packet *p)
{
	return p->verdict == SL_DROP_IP || p->verdict == SL_DROP_UDP ||
	       p->verdict == SL_DROP_FRAGMENT;
}

void sl_stage_lists(struct sl_worker *w, struct sl_burst *b)
{
	const struct sl_rules *rules = sl_policy_state && !b->hairpin ? sl_rules_now() : NULL;

	(void)w;
	for (struct sl_packet *p = b->packet; rules && p < b->packet + b->n; p++) {
		if (!sl_policy_here(sl_ethdev_by_dpdk[p->m->port]))
			continue;
		p->listed = rules->prefixes.n && p->view.ip
				    ? sl_prefixes_find(&rules->prefixes, p->view.source)
				    : SL_PREFIX_NONE;
		if (p->listed == SL_PREFIX_DENY)
			p->verdict = SL_DROP_DENIED;
		else if (is_broken(p) && !is_ours(p))
			p->verdict = SL_PUNT;
	}
}
