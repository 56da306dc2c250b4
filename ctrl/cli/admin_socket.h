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
 * Sends a request and waits for the answer, which is the caller's then. EXIT_SUCCESS, or the exit
 * status, having said why on stderr. `request` NULL: it could not be made.
 */
int sl_admin_ask(const char *path, const json_t *request, json_t **answer);

#endif
