/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pinhole table: which flow, if any, expects a UDP packet at a local address and port. Direct:
 * one word per port of the interface's media range, no hash and no lock. Only the worker that owns
 * a port writes its word.
 */
#ifndef SL_DATAPLANE_PINHOLE_H
#define SL_DATAPLANE_PINHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/flow.h"
#include "sluice/limits.h"

enum { SL_PORT_BITMAP = 65536 / 8 }; /* bytes: one bit per UDP port */

/* A media address. Written by the control thread before the workers start. */
struct sl_address {
	uint8_t ip[16];              /* IPv4 in mapped form */
	uint16_t port_min, port_max; /* UDP ports, inclusive, host byte order */
	uint8_t port;                /* sl_port it belongs to */
	uint16_t vlan;               /* id of the 802.1Q tag it is behind; 0: none */
	uint8_t *limited; /* bitmap of the kernel's UDP ports whose strangers are limited; an
			     address that several slots have has it in the first; NULL: none */
	struct sl_flow **pinholes; /* port_max - port_min + 1 entries; NULL: closed */
};

extern struct sl_address sl_addresses[SL_MAX_ADDRESS_SLOTS];
extern uint8_t sl_n_addresses;

/* The slot that covers a local address and UDP port on a port and VLAN, or -1: not media. */
int sl_address_find(uint8_t port, uint16_t vlan, const uint8_t ip[16], uint16_t udp_port);

/* The first slot of a local address, whatever ports it covers, or -1: not ours. */
int sl_address_first(uint8_t port, uint16_t vlan, const uint8_t ip[16]);

static inline bool sl_address_covers(const struct sl_address *a, uint16_t udp_port)
{
	return udp_port >= a->port_min && udp_port <= a->port_max;
}

/* By the first slot of the address. */
static inline bool sl_address_limits(uint8_t slot, uint16_t udp_port)
{
	const uint8_t *limited = sl_addresses[slot].limited;

	return limited && limited[udp_port >> 3] & 1 << (udp_port & 7);
}

/* The entry of a UDP port that the address covers. */
static inline struct sl_flow **sl_pinhole(uint8_t slot, uint16_t udp_port)
{
	return &sl_addresses[slot].pinholes[udp_port - sl_addresses[slot].port_min];
}

/* Opens, or closes, both ports of a flow. By the flow's owner. */
void sl_pinhole_open(struct sl_flow *flow);
void sl_pinhole_close(const struct sl_flow *flow);

#endif
