/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/server.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/ipc/connection.h"
#include "ctrl/ipc/unix_listen.h"

enum { TICK_MS = 500, LOOKS = 16 };

void sl_server_release(struct sl_server *server)
{
	if (--server->handles)
		return;
	sl_connection_buffers_free(server);
	free(server);
}

/* >0: there is something to read; 0: the client writes no more; <0: nothing has come. */
static ssize_t peek(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

static void evict(struct sl_connection *c)
{
	c->listener->server->stats.evicted++;
	if (c->answered)
		sl_connection_close(c);
	else
		sl_connection_refuse(c, "too many connections");
}

/*
 * At the limit, the user with the most connections makes room, so that nobody can keep others out:
 * with the longest silent one. Where all have something to say there is nobody to refuse: they are
 * served in a few turns, and no user has more than SL_SERVER_READY of them.
 */
static void make_room(struct sl_server *server)
{
	struct sl_fair_peer *most;
	struct sl_fair_item *item;
	const struct sl_connection *c;

	if (server->stats.connections < SL_SERVER_CONNECTIONS)
		return;
	most = sl_fair_largest(sl_work_fair(server->work), SL_PEER_UNIX);
	for (unsigned i = 0; i < LOOKS; i++) {
		item = TAILQ_FIRST(&most->resting);
		c = (const struct sl_connection *)item;
		/* It may have spoken since the loop last looked: a crowd can come in one turn. */
		if (!item || c->answered || peek(c->fd) < 0)
			break;
		sl_work_ready(server->work, item);
	}
	item = TAILQ_FIRST(&most->resting);
	if (item)
		evict((struct sl_connection *)item);
}

/* A connection beyond what its user is served costs no more than to be closed; those behind it in
 * the backlog are there soon. */
static bool crowded(struct sl_server *server, const struct sl_peer *peer)
{
	const struct sl_fair_peer *own = sl_fair_find(sl_work_fair(server->work), peer);

	return own && own->n_ready >= SL_SERVER_READY;
}

/* Counts who may not be here. True: there are enough of them to tell. */
static bool too_strange(const struct sl_listener *l, const struct sl_peer *peer)
{
	struct sl_server *server = l->server;

	/* Once per second at most: it must not be a way to fill the disk. */
	SL_LOG_LIMITED_EVENT(SL_LOG_WARNING,
		SL_FIELDS(.file = l->path, .reason = "not allowed",
			.uid = sl_decimal(peer->uid).text,
			.pid = sl_decimal((uint64_t)peer->pid).text),
		"%s: uid %u (pid %d) may not use this socket; see ng-allow, admin-read", l->path,
		peer->uid, (int)peer->pid);
	server->stats.refused_peer++;
	if (l->how.protocol->stranger)
		l->how.protocol->stranger(l->how.context, peer);
	return server->strangers >= SL_SERVER_STRANGERS;
}

/* The client has closed, and reads no answer; one that only writes no more does. */
static bool is_gone(int fd)
{
	struct pollfd poll_fd = {.fd = fd};

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & POLLHUP;
}

static void admit(void *context, int fd)
{
	struct sl_listener *l = context;
	struct sl_server *server = l->server;
	struct sl_connection *c;
	struct sl_peer peer = {0};
	ssize_t ahead = peek(fd);
	bool stranger, speaks = ahead >= 0;

	server->stats.accepted++;
	if (sl_peer_of(fd, &peer)) {
		close(fd);
		return;
	}
	stranger = !sl_peer_allowed(fd, &peer, l->how.allow, l->how.n_allow);
	if (stranger && too_strange(l, &peer)) {
		close(fd);
		return;
	}
	/* Who knocks all the time must not cost more than it pays, or the backlog is full of it. */
	if (ahead == 0 && is_gone(fd)) {
		server->stats.incomplete++;
		close(fd);
		return;
	}
	if (speaks && crowded(server, &peer)) {
		server->stats.crowded++;
		close(fd);
		return;
	}
	make_room(server);
	c = calloc(1, sizeof(*c));
	if (!c || !sl_fair_join(sl_work_fair(server->work), &c->item, &peer)) {
		free(c);
		close(fd);
		return;
	}
	c->item.run = sl_connection_run;
	c->listener = l;
	c->peer = peer;
	c->fd = fd;
	c->since = uv_now(server->loop);
	/* Told once it has asked: a client that is still writing would not read the answer. */
	c->stranger = stranger;
	server->strangers += stranger;
	server->handles++;
	server->stats.connections++;
	TAILQ_INSERT_TAIL(&server->connections, c, entry);
	/* Most clients have written by now: served at once, they cost the loop no further turn. */
	if (speaks)
		sl_work_ready(server->work, &c->item);
	else
		sl_connection_wait(c, UV_READABLE);
}

/* Those that we wait for; what is ready waits for us. Their end is work like any other: a crowd
 * that came together is late together. */
static void tick(uv_timer_t *timer)
{
	struct sl_server *server = timer->data;
	struct sl_connection *c;

	TAILQ_FOREACH (c, &server->connections, entry) {
		if (uv_now(server->loop) - c->since < SL_SERVER_TIMEOUT_MS)
			break;
		if (c->item.ready)
			continue;
		c->overdue = true;
		sl_work_ready(server->work, &c->item);
	}
}

static void timer_closed(uv_handle_t *handle)
{
	sl_server_release(handle->data);
}

static void listener_closed(void *context)
{
	struct sl_listener *l = context;

	sl_server_release(l->server);
}

struct sl_server *sl_server_new(uv_loop_t *loop, struct sl_work *work)
{
	struct sl_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->loop = loop;
	server->work = work;
	TAILQ_INIT(&server->connections);
	uv_timer_init(loop, &server->timer);
	server->timer.data = server;
	server->handles = 1;
	uv_timer_start(&server->timer, tick, TICK_MS, TICK_MS);
	return server;
}

int sl_server_listen(
	struct sl_server *server, const struct sl_server_listen *listen, struct sl_error *error)
{
	struct sl_listener *l = &server->listeners[server->n_listeners];
	int fd, rc;

	if (server->n_listeners == SL_SERVER_LISTENERS)
		return sl_refuse(error, -ENOSPC, "more than %d sockets", SL_SERVER_LISTENERS);
	fd = sl_unix_bind(listen->path, listen->allow, listen->n_allow, &l->file, error);
	if (fd < 0)
		return fd;
	l->server = server;
	l->how = *listen;
	snprintf(l->path, sizeof(l->path), "%s", listen->path);
	l->how.path = l->path;
	server->n_listeners++;
	server->handles++;
	rc = sl_acceptor_start(&l->acceptor, server->loop, fd, admit, l);
	if (rc)
		return sl_refuse(error, rc, "%s: %s", l->path, uv_strerror(rc));
	return 0;
}

static void judge_anew(struct sl_connection *c)
{
	const struct sl_server_listen *how = &c->listener->how;
	bool stranger = !sl_peer_allowed(c->fd, &c->peer, how->allow, how->n_allow);

	c->listener->server->strangers += (unsigned)stranger - (unsigned)c->stranger;
	c->stranger = stranger;
}

/* The files of the first `n` listeners, as the listeners have it. */
static void restore_files(struct sl_server *server, unsigned n,
	const struct sl_server_protocol *protocol, struct sl_unrestored *left)
{
	for (unsigned i = 0; i < n; i++) {
		struct sl_listener *l = &server->listeners[i];
		struct sl_error error = {0};

		if (l->how.protocol == protocol &&
			sl_unix_allow(l->path, &l->file, l->how.allow, l->how.n_allow, &error))
			sl_unrestored_add(left, "%s", error.text);
	}
}

/* By ourselves, whatever the files say. */
static void judge_by(struct sl_server *server, const struct sl_server_protocol *protocol,
	const struct sl_config_allow *allow, unsigned n)
{
	struct sl_connection *c;

	for (unsigned i = 0; i < server->n_listeners; i++)
		if (server->listeners[i].how.protocol == protocol) {
			server->listeners[i].how.allow = allow;
			server->listeners[i].how.n_allow = n;
		}
	TAILQ_FOREACH (c, &server->connections, entry)
		if (c->listener->how.protocol == protocol && !c->answered)
			judge_anew(c);
}

int sl_server_allow(struct sl_server *server, const struct sl_server_protocol *protocol,
	const struct sl_config_allow *allow, unsigned n, struct sl_unrestored *left,
	struct sl_error *error)
{
	int rc = 0;
	unsigned i;

	for (i = 0; i < server->n_listeners && !rc; i++)
		if (server->listeners[i].how.protocol == protocol)
			rc = sl_unix_allow(server->listeners[i].path, &server->listeners[i].file,
				allow, n, error);
	if (rc)
		restore_files(server, i, protocol, left);
	else
		judge_by(server, protocol, allow, n);
	return rc;
}

void sl_server_allow_again(struct sl_server *server, const struct sl_server_protocol *protocol,
	const struct sl_config_allow *allow, unsigned n, struct sl_unrestored *left)
{
	judge_by(server, protocol, allow, n);
	restore_files(server, server->n_listeners, protocol, left);
}

void sl_server_stop(struct sl_server *server)
{
	struct sl_connection *c;

	if (!server)
		return;
	for (unsigned i = 0; i < server->n_listeners; i++) {
		sl_unix_unlink(server->listeners[i].path, &server->listeners[i].file);
		sl_acceptor_stop(&server->listeners[i].acceptor, listener_closed);
	}
	while ((c = TAILQ_FIRST(&server->connections)))
		sl_connection_close(c);
	uv_close((uv_handle_t *)&server->timer, timer_closed);
}

struct sl_server_stats sl_server_stats(const struct sl_server *server)
{
	struct sl_server_stats stats = server->stats;

	for (unsigned i = 0; i < server->n_listeners; i++)
		stats.pauses += server->listeners[i].acceptor.pauses;
	return stats;
}
