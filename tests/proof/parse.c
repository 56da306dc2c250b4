/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any frame of LEN bytes, in memory that ends where it does, and any media payload of that length,
 * with whatever a view had in it before.
 */
#include <__fc_builtin.h>

#include "dataplane/path/parse.c"

#ifndef LEN
#error "LEN: bytes of the frame"
#endif

int main(void)
{
	uint8_t bytes[LEN ? LEN : 1];
	struct sl_view view;

	Frama_C_make_unknown((char *)&view, sizeof(view));
	Frama_C_make_unknown((char *)bytes, sizeof(bytes));
	(void)sl_parse_frame(bytes, LEN, &view);
	view.class = (uint8_t)sl_parse_class(bytes, LEN);
	(void)sl_parse_media(bytes, LEN, Frama_C_interval(0, 1), &view);
	return 0;
}
