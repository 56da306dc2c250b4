/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A HEP3 packet: "HEP3", the length of all of it, and chunks of vendor, type, length and value, all
 * in network byte order ("The HEP/EEP Network Protocol", revision 37, of sipcapture.org).
 * Pure.
 */
#ifndef SL_CTRL_HEP_PACKET_H
#define SL_CTRL_HEP_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "dataplane/base/endpoint.h"

enum {
	SL_HEP_PACKET = 2048, /* bytes of a packet, at most */
	SL_HEP_CALL_ID = 512, /* of its correlation id; what is longer is cut */
};

/* The protocol of the payload (chunk 0x000b), as Homer 7 sorts it. */
enum sl_hep_type {
	SL_HEP_RTCP = 5, /* a report of RTCP as JSON */
	SL_HEP_RTP = 34, /* what an agent has measured of RTP, as JSON */
};

struct sl_hep_packet {
	enum sl_hep_type type;
	struct sl_endpoint from, to; /* UDP; if one is IPv6, both are written so */
	uint64_t time_us;            /* Unix time */
	uint32_t capture_id;
	const char *call_id; /* what Homer finds the rest of the call by */
	const char *payload;
};

/* Writes the packet. Returns its length, or 0: the payload does not fit. */
size_t sl_hep_packet(const struct sl_hep_packet *packet, uint8_t out[SL_HEP_PACKET]);

#endif
