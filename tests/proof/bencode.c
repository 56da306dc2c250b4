/* SPDX-License-Identifier: BSD-3-Clause */
/* Any LEN bytes, in memory that ends where they do, whole or in two parts. */
#include <__fc_builtin.h>

#include "ctrl/ng/bencode.c"

#ifndef LEN
#error "LEN: bytes of the request"
#endif

enum { NODES = 8 };

int main(void)
{
	static struct sl_node nodes[NODES];
	struct sl_bencode bencode;
	char bytes[LEN ? LEN : 1];

	Frama_C_make_unknown(bytes, sizeof(bytes));
	sl_bencode_start(&bencode, nodes, NODES, LEN);
	if (sl_bencode_feed(&bencode, bytes, LEN / 2) == 0)
		(void)sl_bencode_feed(&bencode, bytes, LEN);
	return 0;
}
