/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP addresses as ctrl holds them: 16 bytes, network byte order, IPv4 in its IPv4-mapped form
 * (RFC 4291 2.5.5.2), the same as in the guard's maps. Pure: no allocation, no name look-up.
 */
#ifndef SL_CTRL_ADDRESS_H
#define SL_CTRL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_IPV4 = 0, SL_IPV6 = 1, SL_FAMILIES = 2 }; /* an index, not AF_INET and AF_INET6 */

enum { SL_ADDRESS_TEXT = 46 }; /* bytes that hold any address as text, final NUL included */

/*
 * Reads an IPv4 or IPv6 literal (no zone, no prefix). 0; -EINVAL when it is neither; -EAFNOSUPPORT
 * for an IPv4 address dressed as IPv6 (::ffff:a.b.c.d), which has to be written as IPv4.
 */
int sl_address_parse(const char *text, uint8_t ip[16]);

/* The usual text form (RFC 5952), IPv4 as dotted quad. Returns `text`. */
const char *sl_address_text(const uint8_t ip[16], char text[SL_ADDRESS_TEXT]);

enum { SL_ENDPOINT_TEXT = SL_ADDRESS_TEXT + 9 };

/* Address and port (host byte order) as 192.0.2.1:5004 or [2001:db8::1]:5004. Returns `text`. */
const char *sl_endpoint_text(const uint8_t ip[16], unsigned port, char text[SL_ENDPOINT_TEXT]);

/* Reads that form. 0 or -EINVAL; the port is 1 to 65535, host byte order. */
int sl_endpoint_parse(const char *text, uint8_t ip[16], uint16_t *port);

/* True for IPv4. */
bool sl_address_is_ipv4(const uint8_t ip[16]);

/* SL_IPV4 or SL_IPV6. */
int sl_address_family(const uint8_t ip[16]);

/*
 * Why no media may be sent to or received at this address, in words ("a loopback address"), or NULL
 * when it is an ordinary unicast address.
 */
const char *sl_address_refused(const uint8_t ip[16]);

#endif
