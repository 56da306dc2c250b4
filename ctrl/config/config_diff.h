/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two configurations, key by key. The table of keys (config_keys.c and its like) says how each
 * shows its values and whether a change of it takes a restart; what is the same in all of them is
 * the same configuration. Pure but for allocation.
 */
#ifndef SL_CTRL_CONFIG_DIFF_H
#define SL_CTRL_CONFIG_DIFF_H

#include "ctrl/config/config.h"

enum { SL_CONFIG_SECTION = 10 + SL_CONFIG_NAME }; /* bytes: "interface NAME", NUL included */

/* A key with two values, or one value of a key that may have several. */
struct sl_config_difference {
	const char *section;        /* "guard", "port wan" */
	const char *key;            /* ""; the section itself is there once only, or elsewhere */
	const char *running, *file; /* values; NULL: none */
	enum sl_config_when when;
};

/*
 * Tells each difference, in the order of the table; the texts are lent for the call. Returns how
 * many there are, or -ENOMEM.
 */
int sl_config_diff(const struct sl_config *running, const struct sl_config *file,
	void (*tell)(void *context, const struct sl_config_difference *difference), void *context);

/* "[guard] min-ttl: 1 -> 5". Returns `text`. */
enum { SL_CONFIG_DIFFERENCE_TEXT = 512 };
const char *sl_config_difference_text(
	const struct sl_config_difference *difference, char text[SL_CONFIG_DIFFERENCE_TEXT]);

#endif
