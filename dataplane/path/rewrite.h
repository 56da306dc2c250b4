/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * New headers in front of a payload: Ethernet, IPv4 or IPv6, UDP with a full checksum; and was the
 * checksum right that it came with? A pure leaf.
 */
#ifndef SL_DATAPLANE_REWRITE_H
#define SL_DATAPLANE_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/flow/flow.h"

enum { SL_ETHER_LEN = 14, SL_VLAN_LEN = 4, SL_UDP_LEN = 8 };

/*
 * Is the checksum right of the UDP datagram at udp[0..len) with these addresses (IPv4 in mapped
 * form)? So is none (RFC 768), and one that a sender on this very machine has left to a device to
 * finish: it is still the sum of the pseudo-header alone.
 */
bool sl_udp_intact(
	const uint8_t source[16], const uint8_t destination[16], const uint8_t *udp, uint16_t len);

/*
 * Builds the template of one component: from `source` to `destination`, both of one family, with
 * traffic class `tos`. Fills header, header_len and the sums only.
 */
void sl_egress_build(struct sl_egress *egress, const struct sl_endpoint *source,
	const struct sl_endpoint *destination, uint8_t tos);

/*
 * Writes the network and transport header of `egress` into the header_len bytes before `payload`.
 * IPv4 leaves with DF set and identification 0: an atomic datagram (RFC 6864 4.1).
 */
void sl_rewrite(const struct sl_egress *egress, uint8_t *payload, uint16_t payload_len);

#endif
