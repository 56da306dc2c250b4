/* SPDX-License-Identifier: BSD-3-Clause */
/* The admin socket of sluiced, as its client sees it. Private to ctrl/cli. */
#ifndef SL_CTRL_ADMIN_SOCKET_H
#define SL_CTRL_ADMIN_SOCKET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A connected socket, or -1 with errno. */
int sl_admin_connect(const char *path);

/* Says on stderr why there is no way to `path`, by errno; returns the exit status. */
int sl_admin_unreachable(const char *path);

/* All of it. False, with errno: the other end has gone. */
bool sl_admin_send(int fd, const char *text, size_t len);

/*
 * Sends a request and waits for the answer, for at most so many seconds between two pieces of it
 * (0: for ever); it is the caller's then. 0; -errno: there is no way to `path`; -EPROTO: nobody
 * answered; -EILSEQ: `request` is NULL, it could not be made.
 */
int sl_admin_try(const char *path, const json_t *request, unsigned seconds, json_t **answer);

/*
 * Adds to {"calls": []} in `all` the calls behind `*next`, 0: the first, or "error": it was
 * refused. Sets `*next`; 0: these were the last. Likewise.
 */
int sl_admin_try_page(const char *path, unsigned seconds, json_int_t *next, json_t *all);

/* Asks for all calls, a page at a time. Likewise; the answer is to be freed in any case. */
int sl_admin_try_calls(const char *path, unsigned seconds, json_t **answer);

/* Says on stderr what an error of these means, if it is one; returns the exit status. */
int sl_admin_explain(const char *path, int rc);

/* As sl_admin_try(), explained. */
int sl_admin_ask(const char *path, const json_t *request, json_t **answer);

#endif
