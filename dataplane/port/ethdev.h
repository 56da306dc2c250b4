/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port as the dataplane's own files see it. Written by the control thread, before the workers
 * start unless it says so. Private to dataplane.
 */
#ifndef SL_DATAPLANE_ETHDEV_H
#define SL_DATAPLANE_ETHDEV_H

#include <rte_ethdev.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/port/port.h"
#include "sluice/limits.h"

struct sl_exception_port;

struct sl_port_counters {
	uint64_t rx, tx, rx_bytes, tx_bytes, rx_missed;
};

struct sl_ethdev {
	char name[32];
	char device[200]; /* as the configuration has it */
	char vdev[64]; /* DPDK's name of a virtual device that goes away with the port; empty: a PCI
			  device */
	uint16_t dpdk_port;
	uint16_t mtu; /* bytes of the largest IP packet that may leave */
	uint8_t mac[6];
	uint8_t n_queues;                /* RX and TX alike */
	uint8_t workers[SL_MAX_WORKERS]; /* [queue] → worker */
	unsigned ifindex;                /* the netdev, or the exception port's; 0: none */
	int node;                        /* NUMA node of the device */
	bool adaptive;
	bool af_xdp;
	const char *rss;                     /* how its queues share the packets, in words */
	char netdev[16];                     /* af_xdp: interface name */
	unsigned cores[SL_MAX_WORKERS];      /* [queue] */
	int wake_fd[SL_MAX_WORKERS];         /* [queue]: readable when packets wait; -1: none */
	struct sl_exception_port *exception; /* NULL: what is not media is dropped as not-media */
	char warning[512];                   /* see sl_port_warning */

	/* The control thread's, also later; workers know of it what messages tell them. */
	enum sl_port_state state;
	uint64_t resets;
	struct rte_ether_addr own_mac;         /* the device's, when it was opened, */
	bool tells_mac;                        /* if its driver tells it */
	struct sl_port_counters base, counted; /* before the device was last set up; in all */
	struct sl_port_counters read;          /* what the device said last */
	uint64_t heard;                        /* of what was received: until it was set up anew */
	unsigned pause, wait;                  /* turns between tries; until the next */
	atomic_bool was_reset;                 /* set by a thread of DPDK's */
};

extern struct sl_ethdev sl_ethdevs[SL_MAX_PORTS + 1]; /* the last one: SL_PORT_HAIRPIN */
extern uint8_t sl_n_ethdevs;
extern uint8_t sl_ethdev_by_dpdk[RTE_MAX_ETHPORTS]; /* DPDK's port id → sl_port */

/* Packet buffers of all ports. */
extern struct rte_mempool *sl_mbufs;

/* Adds to the port's warning, in words and with what the operator can do. */
void sl_ethdev_warn(struct sl_ethdev *dev, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
