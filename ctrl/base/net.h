/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks that are named where addresses are let in: net:ADDRESS/BITS. Pure. */
#ifndef SL_CTRL_NET_H
#define SL_CTRL_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/base/address.h"

enum { SL_NET_TEXT = SL_ADDRESS_TEXT + 4 + 4 };

struct sl_net {
	uint8_t ip[16];         /* its host bits are zero */
	uint8_t bits;           /* of the prefix, out of 128: an IPv4 /8 has 104 */
	char text[SL_NET_TEXT]; /* as written: net:10.0.0.0/8 */
};

/* Reads net:ADDRESS or net:ADDRESS/BITS. Returns NULL, or why it is refused. */
const char *sl_net_parse(const char *value, struct sl_net *net);

/* True when `ip` is in one of the `n` networks. */
bool sl_net_has(const struct sl_net *nets, unsigned n, const uint8_t ip[16]);

#endif
