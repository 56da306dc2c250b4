/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/log.h"
#include "ctrl/unix_listen.h"

enum { TICK_MS = 500, LISTENERS = 16, SPARE = 16 };

struct connection {
	uv_pipe_t pipe;
	TAILQ_ENTRY(connection) entry; /* in order of `since` */
	struct listener *listener;
	struct sl_peer peer;
	uint64_t since; /* ms, loop clock: waiting for the peer since then */
	char *data;     /* SL_SERVER_REQUEST_MAX + 1 bytes; NULL until the first bytes come */
	size_t len;
	void *state;                  /* of the protocol */
	struct sl_server_reply reply; /* being written */
	uv_write_t write;
	bool stranger; /* may not use this socket: is told so instead of being served */
	bool answered, closing;
};

struct listener {
	uv_pipe_t pipe;
	struct sl_server *server;
	struct sl_server_listen how;
	char path[SL_CONFIG_PATH];
	struct stat file; /* of our socket: another's in its place is not removed */
};

struct sl_server {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct listener listeners[LISTENERS];
	unsigned n_listeners;
	unsigned handles; /* not yet closed: the last one frees the server */
	TAILQ_HEAD(connections, connection) connections;
	void *spare[SPARE]; /* buffers, wiped */
	unsigned n_spare;
	struct sl_server_stats stats;
};

static void wipe_free(char *data, size_t len)
{
	if (data)
		explicit_bzero(data, len);
	free(data);
}

/* What a request may need: the protocol's state, then the request and a NUL. */
enum { BUFFER = SL_SERVER_STATE_MAX + SL_SERVER_REQUEST_MAX + 1 };

/*
 * Mapped, so that what a crowd needed goes back to the system: our heap is locked in memory and
 * would keep it. A few are kept for the next requests.
 */
static bool buffer_take(struct sl_server *server, struct connection *c)
{
	void *buffer;

	if (server->n_spare) {
		buffer = server->spare[--server->n_spare];
	} else {
		buffer = mmap(
			NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (buffer == MAP_FAILED)
			return false;
	}
	c->state = buffer;
	c->data = (char *)buffer + SL_SERVER_STATE_MAX;
	return true;
}

static void buffer_give(struct sl_server *server, struct connection *c)
{
	if (!c->data)
		return;
	explicit_bzero(c->data, c->len);
	if (server->n_spare < SPARE)
		server->spare[server->n_spare++] = c->state;
	else
		munmap(c->state, BUFFER);
	c->data = NULL;
	c->state = NULL;
}

static void release(struct sl_server *server)
{
	if (--server->handles)
		return;
	while (server->n_spare)
		munmap(server->spare[--server->n_spare], BUFFER);
	free(server);
}

static void connection_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;
	struct sl_server *server = c->listener->server;

	wipe_free(c->reply.data, c->reply.len);
	free(c);
	release(server);
}

static void connection_close(struct connection *c)
{
	struct sl_server *server = c->listener->server;

	if (c->closing)
		return;
	c->closing = true;
	/* Now: a client that is answered may be back before this round of the loop is over. */
	buffer_give(server, c);
	TAILQ_REMOVE(&server->connections, c, entry);
	server->stats.connections--;
	uv_close((uv_handle_t *)&c->pipe, connection_closed);
}

static void written(uv_write_t *write, int status)
{
	connection_close(write->data);
}

/* One write if the socket takes it, which it does unless a client asked for megabytes. */
static void connection_answer(struct connection *c)
{
	struct sl_server *server = c->listener->server;
	uv_buf_t buf = uv_buf_init(c->reply.data, (unsigned)c->reply.len);
	int n;

	c->answered = true;
	uv_read_stop((uv_stream_t *)&c->pipe);
	n = c->reply.data ? uv_try_write((uv_stream_t *)&c->pipe, &buf, 1) : UV_ENOMEM;
	if (n == UV_EAGAIN)
		n = 0;
	if (n < 0 || (size_t)n == c->reply.len) {
		connection_close(c);
		return;
	}
	buf = uv_buf_init(c->reply.data + n, (unsigned)(c->reply.len - (size_t)n));
	c->write.data = c;
	c->since = uv_now(server->loop);
	TAILQ_REMOVE(&server->connections, c, entry);
	TAILQ_INSERT_TAIL(&server->connections, c, entry);
	if (uv_write(&c->write, (uv_stream_t *)&c->pipe, &buf, 1, written))
		connection_close(c);
}

static void connection_refuse(struct connection *c, const char *why)
{
	const struct sl_server_listen *how = &c->listener->how;

	how->protocol->refuse(how->context, c->state, c->data, why, &c->reply);
	connection_answer(c);
}

/* Memory that was never written to costs nothing, so a connection gets all it may need at once. */
static bool connection_buffer(struct connection *c)
{
	const struct sl_server_protocol *protocol = c->listener->how.protocol;

	if (c->data)
		return true;
	if (!buffer_take(c->listener->server, c))
		return false;
	protocol->start(c->state);
	return true;
}

static void read_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct connection *c = handle->data;

	if (!connection_buffer(c))
		*buf = uv_buf_init(NULL, 0);
	else
		*buf = uv_buf_init(c->data + c->len, SL_SERVER_REQUEST_MAX - (unsigned)c->len);
}

/* The listener's protocol goes on with it elsewhere. */
static void connection_hand_over(struct connection *c)
{
	int fd, copy = -1;

	if (!uv_fileno((uv_handle_t *)&c->pipe, &fd))
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	connection_close(c);
	if (copy >= 0)
		c->reply.adopt(c->reply.adopter, copy);
}

static void connection_serve(struct connection *c, size_t len)
{
	const struct sl_server_listen *how = &c->listener->how;

	c->listener->server->stats.served++;
	c->data[len] = '\0';
	how->protocol->serve(how->context, &c->peer, c->state, c->data, len, &c->reply);
	if (c->reply.adopt)
		connection_hand_over(c);
	else
		connection_answer(c);
}

/* `n` more bytes are in the buffer. */
static void arrived(struct connection *c, size_t n)
{
	char why[SL_SERVER_WHY] = "";
	ssize_t end;

	c->len += n;
	if (c->stranger) {
		connection_refuse(c, "this user may not use the control socket");
		return;
	}
	end = c->listener->how.protocol->frame(c->state, c->data, c->len, why);
	if (!end && c->len == SL_SERVER_REQUEST_MAX) {
		snprintf(why, sizeof(why), "request larger than %d bytes", SL_SERVER_REQUEST_MAX);
		end = -EMSGSIZE;
	}
	if (end < 0) {
		c->listener->server->stats.refused_request++;
		connection_refuse(c, why);
	} else if (end > 0) {
		connection_serve(c, (size_t)end);
	}
}

static void read_some(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = stream->data;
	struct sl_server *server = c->listener->server;

	if (n == 0 || c->answered)
		return;
	if (n > 0) {
		arrived(c, (size_t)n);
		return;
	}
	if (n == UV_ENOBUFS) {
		connection_refuse(c, "out of memory");
		return;
	}
	server->stats.incomplete++;
	if (n == UV_EOF)
		connection_refuse(c, "the request ends before it is complete");
	else
		connection_close(c);
}

/* What may have come since the loop last looked: a crowd can arrive within one of its rounds. */
static void read_now(struct connection *c)
{
	ssize_t n;
	int fd;

	if (c->answered || uv_fileno((uv_handle_t *)&c->pipe, &fd) || !connection_buffer(c))
		return;
	n = recv(fd, c->data + c->len, SL_SERVER_REQUEST_MAX - c->len, MSG_DONTWAIT);
	if (n > 0)
		arrived(c, (size_t)n);
}

/* The longest silent one goes, so that a client which only connects cannot keep others out. */
static void make_room(struct sl_server *server)
{
	struct connection *oldest = TAILQ_FIRST(&server->connections);

	if (server->stats.connections < SL_SERVER_CONNECTIONS || !oldest)
		return;
	read_now(oldest);
	if (oldest->closing)
		return;
	server->stats.evicted++;
	if (oldest->answered)
		connection_close(oldest);
	else
		connection_refuse(oldest, "too many connections");
}

static void admit(struct connection *c)
{
	struct sl_server *server = c->listener->server;
	const struct sl_server_listen *how = &c->listener->how;
	int fd, rc;

	rc = uv_fileno((uv_handle_t *)&c->pipe, &fd);
	if (!rc)
		rc = sl_peer_of(fd, &c->peer);
	if (rc) {
		connection_close(c);
		return;
	}
	if (!sl_peer_allowed(fd, &c->peer, how->allow, how->n_allow)) {
		/* Once per second at most: it must not be a way to fill the disk. */
		SL_LOG_LIMITED(SL_LOG_WARNING,
			"%s: uid %u (pid %d) may not use this socket; see ng-allow", how->path,
			c->peer.uid, (int)c->peer.pid);
		server->stats.refused_peer++;
		/* Told once it has asked: a client that is still writing would not read the answer.
		 */
		c->stranger = true;
	}
	uv_read_start((uv_stream_t *)&c->pipe, read_alloc, read_some);
	/* Most clients have written by now: served at once, they cost the loop no further round. */
	read_now(c);
}

static void incoming(uv_stream_t *stream, int status)
{
	struct listener *l = stream->data;
	struct sl_server *server = l->server;
	struct connection *c;

	if (status < 0)
		return;
	c = calloc(1, sizeof(*c));
	if (!c)
		return; /* the next one finds the connection still waiting */
	uv_pipe_init(server->loop, &c->pipe, 0);
	c->pipe.data = c;
	c->listener = l;
	c->since = uv_now(server->loop);
	make_room(server);
	server->handles++;
	server->stats.connections++;
	TAILQ_INSERT_TAIL(&server->connections, c, entry);
	if (uv_accept(stream, (uv_stream_t *)&c->pipe)) {
		connection_close(c);
		return;
	}
	server->stats.accepted++;
	admit(c);
}

static void tick(uv_timer_t *timer)
{
	struct sl_server *server = timer->data;
	struct connection *c;

	while ((c = TAILQ_FIRST(&server->connections))) {
		if (uv_now(server->loop) - c->since < SL_SERVER_TIMEOUT_MS)
			break;
		server->stats.timeouts++;
		if (c->answered)
			connection_close(c);
		else
			connection_refuse(c, "the request did not arrive in time");
	}
}

static void timer_closed(uv_handle_t *handle)
{
	release(handle->data);
}

static void listener_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	release(l->server);
}

struct sl_server *sl_server_new(uv_loop_t *loop)
{
	struct sl_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->loop = loop;
	TAILQ_INIT(&server->connections);
	uv_timer_init(loop, &server->timer);
	server->timer.data = server;
	server->handles = 1;
	uv_timer_start(&server->timer, tick, TICK_MS, TICK_MS);
	return server;
}

int sl_server_listen(
	struct sl_server *server, const struct sl_server_listen *listen, char why[SL_SERVER_WHY])
{
	struct listener *l = &server->listeners[server->n_listeners];
	int fd, rc;

	if (server->n_listeners == LISTENERS) {
		snprintf(why, SL_SERVER_WHY, "more than %d sockets", LISTENERS);
		return -ENOSPC;
	}
	fd = sl_unix_bind(listen->path, listen->mode, &l->file, why, SL_SERVER_WHY);
	if (fd < 0)
		return fd;
	l->server = server;
	l->how = *listen;
	snprintf(l->path, sizeof(l->path), "%s", listen->path);
	l->how.path = l->path;
	uv_pipe_init(server->loop, &l->pipe, 0);
	l->pipe.data = l;
	server->n_listeners++;
	server->handles++;
	rc = uv_pipe_open(&l->pipe, fd);
	if (rc)
		close(fd);
	else
		rc = uv_listen((uv_stream_t *)&l->pipe, SL_SERVER_BACKLOG, incoming);
	if (rc)
		snprintf(why, SL_SERVER_WHY, "%s: %s", l->path, uv_strerror(rc));
	return rc;
}

void sl_server_stop(struct sl_server *server)
{
	struct connection *c;

	if (!server)
		return;
	for (unsigned i = 0; i < server->n_listeners; i++) {
		sl_unix_unlink(server->listeners[i].path, &server->listeners[i].file);
		uv_close((uv_handle_t *)&server->listeners[i].pipe, listener_closed);
	}
	while ((c = TAILQ_FIRST(&server->connections)))
		connection_close(c);
	uv_close((uv_handle_t *)&server->timer, timer_closed);
}

const struct sl_server_stats *sl_server_stats(const struct sl_server *server)
{
	return &server->stats;
}
