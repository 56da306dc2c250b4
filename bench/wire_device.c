/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <string.h>

#include "bench/wire.h"

enum { MBUFS = 16383, DESCRIPTORS = 2048, LINK_MS = 5000 };

struct rte_mempool *wire_mbufs;

static bool start_port(struct wire *wire)
{
	uint16_t rx = DESCRIPTORS, tx = DESCRIPTORS;
	struct rte_eth_conf conf = {0};
	struct rte_ether_addr mac;
	unsigned queues = wire->opt.queues;

	wire_mbufs = rte_pktmbuf_pool_create(
		"wire_mbufs", MBUFS * queues, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!wire_mbufs ||
		rte_eth_dev_configure(wire->port, (uint16_t)queues, (uint16_t)queues, &conf) ||
		rte_eth_dev_adjust_nb_rx_tx_desc(wire->port, &rx, &tx))
		return false;
	for (uint16_t q = 0; q < queues; q++)
		if (rte_eth_rx_queue_setup(wire->port, q, rx, SOCKET_ID_ANY, NULL, wire_mbufs) ||
			rte_eth_tx_queue_setup(wire->port, q, tx, SOCKET_ID_ANY, NULL))
			return false;
	if (rte_eth_dev_start(wire->port) || rte_eth_macaddr_get(wire->port, &mac))
		return false;
	memcpy(wire->own_mac, mac.addr_bytes, 6);
	return true;
}

/* A memif is up when the other process has come. */
static bool wait_link(const struct wire *wire)
{
	struct rte_eth_link link = {0};

	for (unsigned i = 0; i < LINK_MS / 10; i++) {
		if (!rte_eth_link_get_nowait(wire->port, &link) && link.link_status)
			return true;
		rte_delay_us_sleep(10000);
	}
	return false;
}

static bool start_dpdk(const struct wire *wire)
{
	char core[16], memory[16], vdev[256];
	char *args[] = {"wire_load", "-l", core, "--no-huge", "--no-shconf", "-m", memory,
		"--iova-mode=va", "--no-pci", "--no-telemetry", "--log-level=*:error", vdev, NULL};
	int n = (int)(sizeof(args) / sizeof(args[0])) - 1;

	snprintf(core, sizeof(core), "%u", wire->opt.core);
	snprintf(memory, sizeof(memory), "%u", wire->opt.memory_mb);
	if (wire->opt.vdev)
		snprintf(vdev, sizeof(vdev), "--vdev=%s", wire->opt.vdev);
	else
		args[--n] = NULL;
	if (rte_eal_init(n, args) >= 0)
		return true;
	fprintf(stderr, "DPDK: %s\n", rte_strerror(rte_errno));
	return false;
}

bool wire_device_open(struct wire *wire)
{
	if (!start_dpdk(wire))
		return false;
	if (!wire->opt.vdev)
		return true;
	wire->port = (uint16_t)rte_eth_find_next_owned_by(0, RTE_ETH_DEV_NO_OWNER);
	if (wire->port >= RTE_MAX_ETHPORTS || !start_port(wire) || !wait_link(wire)) {
		fprintf(stderr, "%s: cannot be opened, or its link does not come up\n",
			wire->opt.vdev);
		return false;
	}
	return true;
}

void wire_device_close(struct wire *wire)
{
	if (wire->opt.vdev) {
		rte_eth_dev_stop(wire->port);
		rte_eth_dev_close(wire->port);
	}
	rte_eal_cleanup();
}
