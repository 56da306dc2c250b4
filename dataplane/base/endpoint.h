/* SPDX-License-Identifier: BSD-3-Clause */
/* A transport address as the whole relay holds it. */
#ifndef SL_DATAPLANE_ENDPOINT_H
#define SL_DATAPLANE_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* IPv4 in IPv4-mapped form (RFC 4291 2.5.5.2), network byte order; port in host byte order. */
struct sl_endpoint {
	uint8_t ip[16];
	uint16_t port;
};

static inline bool sl_endpoint_equal(const struct sl_endpoint *a, const struct sl_endpoint *b)
{
	return a->port == b->port && memcmp(a->ip, b->ip, 16) == 0;
}

#endif
