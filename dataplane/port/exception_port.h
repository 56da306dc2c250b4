/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The exception port of a device that bypasses the kernel: a TAP device with the port's MAC and
 * addresses, through which everything that is not media goes to and comes from the kernel. Workers
 * meet it only by its two rings; a thread of its own does the system calls. Private to dataplane.
 */
#ifndef SL_DATAPLANE_EXCEPTION_PORT_H
#define SL_DATAPLANE_EXCEPTION_PORT_H

#include <rte_mbuf.h>
#include <stdbool.h>

#include "dataplane/port/port.h"
#include "dataplane/port/wait.h"
#include "sluice/error.h"

struct sl_exception_port;

/* Creates TAP `name` with `mac` (6 bytes) and `mtu`, up. 0 or -errno with `error`. */
int sl_exception_open(const char *name, const uint8_t *mac, uint16_t mtu,
	struct sl_exception_port **exception, struct sl_error *error);

/*
 * Configures an address (IPv4 in mapped form; prefix length in bits of its own family): on the TAP,
 * or, where `vlan` is not 0, on TAP.VLAN, which is made for the first.
 */
int sl_exception_address(struct sl_exception_port *exception, uint16_t vlan, const uint8_t ip[16],
	unsigned prefix, struct sl_error *error);

/* Starts the thread, which wakes `worker` when the kernel sends; after privileges were dropped. */
int sl_exception_start(
	struct sl_exception_port *exception, struct sl_wait *worker, struct sl_error *error);

/* Stops the thread; the TAP goes with its descriptor. */
void sl_exception_close(struct sl_exception_port *exception);

/* Returns the netdev index of the TAP, or of its VLAN; 0: none was made. */
unsigned sl_exception_ifindex(const struct sl_exception_port *exception, uint16_t vlan);

/* Packet path: gives a frame to the kernel (true: taken), takes up to n frames from it. */
bool sl_exception_give(struct sl_exception_port *exception, struct rte_mbuf *m);
unsigned sl_exception_take(struct sl_exception_port *exception, struct rte_mbuf **m, unsigned n);

#endif
