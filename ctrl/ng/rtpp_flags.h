/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of a routing script as one string (`rtpp-flags`), which a proxy may hand over unread:
 *
 *   replace-origin OSRTP=accept codec=[strip=[EVS AMR] offer=PCMA] sdp-attr=[audio=[add=ptime:20]]
 *
 * Items stand between spaces. An item is a WORD, KEY=WORD, KEY=[ITEM ...] or [ITEM ...]. A pure
 * leaf.
 */
#ifndef SL_CTRL_RTPP_FLAGS_H
#define SL_CTRL_RTPP_FLAGS_H

#include <stddef.h>

#include "ctrl/ng/node.h"

/*
 * Parses into nodes[0], a list of the items in order; an item KEY=... has its `key` set, which
 * tells it from a plain word. Strings point into `text`. 0; or -EINVAL with `*reason` in words, a
 * string constant.
 */
int sl_rtpp_flags_parse(const char *text, size_t len, struct sl_node *nodes, uint32_t capacity,
	const char **reason);

#endif
