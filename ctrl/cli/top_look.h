/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's views for `sluicectl top`, a piece at a time. Private to ctrl/cli. */
#ifndef SL_CTRL_CLI_TOP_LOOK_H
#define SL_CTRL_CLI_TOP_LOOK_H

#include <jansson.h>
#include <stdbool.h>

/* A look that begins: all zero. */
struct sl_top_look {
	json_t *views;
	unsigned views_asked;
	json_int_t next; /* page of calls */
	bool done;
};

/*
 * Asks for the next piece, and says when it was the last: then `views` is an object of the views
 * status, ports and guard, fit for a terminal (sl_show_plain), and calls, as they came, if they may
 * be seen. 0, or -errno (sl_admin_try). Free it in any case.
 */
int sl_top_look_on(const char *socket, struct sl_top_look *look);
void sl_top_look_free(struct sl_top_look *look);

/* Sets the text of what `why` and `call` say of a call; the caller frees it. 0, or -errno. */
int sl_top_ask_call(const char *socket, const char *id, char **text);

#endif
