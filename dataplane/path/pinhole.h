/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pinhole table: which flow, if any, expects a UDP packet at a local address and port. Direct:
 * one word per port of the address's media range, no hash and no lock. Only the worker that owns a
 * port writes its word.
 */
#ifndef SL_DATAPLANE_PINHOLE_H
#define SL_DATAPLANE_PINHOLE_H

#include "dataplane/base/media_address.h"
#include "dataplane/flow/flow.h"

/* The entry of a UDP port that the address covers. */
static inline struct sl_flow **sl_pinhole(uint8_t slot, uint16_t udp_port)
{
	return &sl_addresses[slot].pinholes[udp_port - sl_addresses[slot].port_min];
}

/* Opens, or closes, both ports of a flow. By the flow's owner. */
void sl_pinhole_open(struct sl_flow *flow);
void sl_pinhole_close(const struct sl_flow *flow);

#endif
