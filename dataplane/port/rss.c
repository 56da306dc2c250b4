/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/rss.h"

#include <rte_flow.h>

void sl_rss_configure(
	const struct rte_eth_dev_info *info, unsigned queues, struct rte_eth_conf *conf)
{
	uint64_t fields = info->flow_type_rss_offloads &
			  (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP);

	if (queues < 2 || !fields)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = fields;
}

/* UDP ports 2k and 2k+1 belong to queue k mod queues: some bits of the destination port decide. */
static int add_rule(uint16_t dpdk_port, enum rte_flow_item_type ip, uint16_t queue, unsigned queues)
{
	const struct rte_flow_attr attr = {.ingress = 1};
	const struct rte_flow_item_udp spec = {.hdr.dst_port = rte_cpu_to_be_16(queue << 1)};
	const struct rte_flow_item_udp mask = {
		.hdr.dst_port = rte_cpu_to_be_16((uint16_t)((queues - 1) << 1))};
	const struct rte_flow_item pattern[] = {
		{.type = RTE_FLOW_ITEM_TYPE_ETH},
		{.type = ip},
		{.type = RTE_FLOW_ITEM_TYPE_UDP, .spec = &spec, .mask = &mask},
		{.type = RTE_FLOW_ITEM_TYPE_END},
	};
	const struct rte_flow_action_queue to = {.index = queue};
	const struct rte_flow_action actions[] = {
		{.type = RTE_FLOW_ACTION_TYPE_QUEUE, .conf = &to},
		{.type = RTE_FLOW_ACTION_TYPE_END},
	};
	struct rte_flow_error error;

	return rte_flow_create(dpdk_port, &attr, pattern, actions, &error) ? 0 : -1;
}

static bool add_rules(uint16_t dpdk_port, unsigned queues)
{
	static const enum rte_flow_item_type ip[] = {
		RTE_FLOW_ITEM_TYPE_IPV4, RTE_FLOW_ITEM_TYPE_IPV6};
	struct rte_flow_error error;

	for (unsigned i = 0; i < RTE_DIM(ip); i++)
		for (unsigned q = 0; q < queues; q++)
			if (add_rule(dpdk_port, ip[i], (uint16_t)q, queues) != 0) {
				rte_flow_flush(dpdk_port, &error); /* all or none */
				return false;
			}
	return true;
}

const char *sl_rss_start(uint16_t dpdk_port, unsigned queues, const struct rte_eth_conf *conf)
{
	if (queues < 2)
		return "one queue";
	if ((queues & (queues - 1)) == 0 && add_rules(dpdk_port, queues))
		return "flow rules by UDP port: media arrives at its owner";
	if (conf->rxmode.mq_mode == RTE_ETH_MQ_RX_RSS)
		return "RSS by address and UDP port, the rest by hand-off rings";
	return "as the driver likes, the rest by hand-off rings";
}
