/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by reload.c and drift.c. Private to ctrl/reload. */
#ifndef SL_CTRL_RELOAD_PARTS_H
#define SL_CTRL_RELOAD_PARTS_H

#include "ctrl/reload/reload.h"

/*
 * Reads the file into `config`, and what it is into `file`, all zero if it is not there. NULL, or
 * why it cannot be read; with mistakes in it, `errors` has some.
 */
const char *sl_reload_read(const struct sl_running *running, struct sl_config *config,
	struct sl_config_errors *errors, struct stat *file);

/* Copies the running configuration, with the guard's limits as they are. */
void sl_reload_running(const struct sl_running *running, struct sl_config *config);

/* Returns why a file cannot be used, and where, as "error" and "mistakes". */
json_t *sl_reload_mistakes(const struct sl_running *running, const char *unread,
	const struct sl_config_errors *errors);

/* Differences as they are told, of which a list of prefixes may have thousands. */
struct sl_differences {
	json_t *list;
	unsigned more; /* that are not in it */
};
void sl_differences_add(
	struct sl_differences *differences, const struct sl_config_difference *difference);
/* Puts them into `answer` as `name` and "more". */
void sl_differences_put(const struct sl_differences *differences, const char *name, json_t *answer);

#endif
