/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel twin of a port that bypasses the kernel: a TAP device with the port's MAC and
 * addresses, through which everything that is not media goes to and comes from the kernel. Workers
 * meet it only by its two rings; a thread of its own does the system calls. Private to dataplane.
 */
#ifndef SL_DATAPLANE_TWIN_H
#define SL_DATAPLANE_TWIN_H

#include <rte_mbuf.h>
#include <stdbool.h>

#include "dataplane/port/port.h"
#include "dataplane/port/wait.h"

struct sl_twin;

/* Creates TAP `name` with `mac` (6 bytes) and `mtu`, up. 0 or -errno with `why`. */
int sl_twin_open(const char *name, const uint8_t *mac, uint16_t mtu, struct sl_twin **twin,
	char why[SL_WHY]);

/*
 * Configures an address (IPv4 in mapped form; prefix length in bits of its own family): on the TAP,
 * or, where `vlan` is not 0, on TAP.VLAN, which is made for the first.
 */
int sl_twin_address(struct sl_twin *twin, uint16_t vlan, const uint8_t ip[16], unsigned prefix,
	char why[SL_WHY]);

/* Starts the thread, which wakes `worker` when the kernel sends; after privileges were dropped. */
int sl_twin_start(struct sl_twin *twin, struct sl_wait *worker, char why[SL_WHY]);

/* Stops the thread; the TAP goes with its descriptor. */
void sl_twin_close(struct sl_twin *twin);

/* Of the TAP, or of its VLAN; 0: none was made. */
unsigned sl_twin_ifindex(const struct sl_twin *twin, uint16_t vlan);

/* Packet path: gives a frame to the kernel (true: taken), takes up to n frames from it. */
bool sl_twin_give(struct sl_twin *twin, struct rte_mbuf *m);
unsigned sl_twin_take(struct sl_twin *twin, struct rte_mbuf **m, unsigned n);

#endif
