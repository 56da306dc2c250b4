/* SPDX-License-Identifier: BSD-3-Clause */
/* The rewrite stage: new headers in front of the payload. */
#include <rte_branch_prediction.h>
#include <string.h>

#include "dataplane/base/buffer.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

/* An 802.1Q tag of priority 0: what the network makes of the DSCP is its own business. */
static void put_vlan(uint8_t *tag, uint16_t id)
{
	tag[0] = 0x81;
	tag[1] = 0x00;
	tag[2] = (uint8_t)(id >> 8);
	tag[3] = (uint8_t)id;
}

/* The commit stage has seen to it that it fits and that there is a next hop. */
static void rewrite(struct sl_packet *p)
{
	static const uint8_t types[2][2] = {{0x08, 0x00}, {0x86, 0xdd}}; /* IPv4, IPv6 */
	const struct sl_egress *egress = &p->flow->egress[p->component];
	struct rte_mbuf *m = p->m;
	uint8_t *payload = p->op.data;
	uint16_t len = p->op.len, header_len = egress->header_len;
	uint16_t ether_len = SL_ETHER_LEN + (unlikely(egress->vlan) ? SL_VLAN_LEN : 0);
	uint16_t in_front = ether_len + header_len;
	uint16_t start = m->data_off + p->view.payload;
	uint8_t *ether = payload - in_front;

	sl_rewrite(egress, payload, len);
	memcpy(ether, &p->hop, 6);
	memcpy(ether + 6, sl_ethdevs[egress->port].mac, 6);
	if (unlikely(egress->vlan))
		put_vlan(ether + 12, egress->vlan);
	memcpy(ether + ether_len - 2, types[header_len == 48], 2);
	m->data_off = start - in_front;
	m->data_len = len + in_front;
	m->pkt_len = len + in_front;
	m->ol_flags &= SL_BUFFER_FLAGS;
}

void sl_stage_rewrite(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b)
		rewrite(p);
}
