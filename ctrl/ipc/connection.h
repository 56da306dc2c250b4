/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One connection of a Unix stream listener, from its first byte to the last of its answer; and what
 * it shares with ctrl/ipc/server.c. Private to ctrl/ipc.
 */
#ifndef SL_CTRL_CONNECTION_H
#define SL_CTRL_CONNECTION_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include "ctrl/config/config.h"
#include "ctrl/ipc/acceptor.h"
#include "ctrl/ipc/server.h"

enum { SL_SERVER_LISTENERS = 16, SL_SERVER_SPARE = 16 };

struct sl_connection {
	struct sl_fair_item item; /* ready: there may be something to read, or room to write */
	TAILQ_ENTRY(sl_connection) entry; /* in order of `since` */
	struct sl_listener *listener;
	struct sl_peer peer;
	uv_poll_t poll; /* once it was waited for */
	int fd;
	uint64_t since; /* ms, loop clock: waiting for the peer since then */
	char *data;     /* SL_SERVER_REQUEST_MAX + 1 bytes; NULL until it is read from */
	size_t len;
	void *state;                  /* of the protocol */
	struct sl_server_reply reply; /* being written */
	size_t sent;
	bool stranger; /* may not use this socket: is told so instead of being served */
	bool answered, polled;
	bool overdue; /* waited for too long */
};

struct sl_listener {
	struct sl_acceptor acceptor;
	struct sl_server *server;
	struct sl_server_listen how;
	char path[SL_CONFIG_PATH];
	struct stat file; /* of our socket: another's in its place is not removed */
};

struct sl_server {
	uv_loop_t *loop;
	struct sl_work *work;
	uv_timer_t timer;
	struct sl_listener listeners[SL_SERVER_LISTENERS];
	unsigned n_listeners;
	unsigned handles; /* not yet closed: the last one frees the server */
	TAILQ_HEAD(, sl_connection) connections;
	unsigned strangers;
	void *spare[SL_SERVER_SPARE]; /* buffers, wiped */
	unsigned n_spare;
	struct sl_server_stats stats;
};

/* Its turn: reads, or goes on writing. Like the next ones it may free the connection. */
void sl_connection_run(struct sl_fair_item *item);

/* It is ready when there is something to read, or room to write: UV_READABLE, UV_WRITABLE. */
void sl_connection_wait(struct sl_connection *connection, int events);

/* Answers that it is not served, and why. */
void sl_connection_refuse(struct sl_connection *connection, const char *why);

void sl_connection_close(struct sl_connection *connection);

/* Unmaps the spare buffers. */
void sl_connection_buffers_free(struct sl_server *server);

/* One handle less. The last one frees the server. */
void sl_server_release(struct sl_server *server);

#endif
