/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/connection.h"
#include "sluice/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void wipe_free(char *data, size_t len)
{
	if (data)
		explicit_bzero(data, len);
	free(data);
}

/* Memory of a request: the protocol's state, then the request and a NUL. */
enum { BUFFER = SL_SERVER_STATE_MAX + SL_SERVER_REQUEST_MAX + 1 };

/*
 * Mapped, so that what a crowd needed goes back to the system: our heap is locked in memory and
 * would keep it. A few are kept for the next requests.
 */
static bool buffer_take(struct sl_server *server, struct sl_connection *c)
{
	void *buffer;

	if (server->n_spare) {
		buffer = server->spare[--server->n_spare];
	} else {
		buffer = mmap(
			NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (buffer == MAP_FAILED)
			return false;
		sl_dump_not(buffer, BUFFER);
	}
	c->state = buffer;
	c->data = (char *)buffer + SL_SERVER_STATE_MAX;
	return true;
}

static void buffer_give(struct sl_server *server, struct sl_connection *c)
{
	if (!c->data)
		return;
	explicit_bzero(c->data, c->len);
	if (server->n_spare < SL_SERVER_SPARE)
		server->spare[server->n_spare++] = c->state;
	else
		munmap(c->state, BUFFER);
	c->data = NULL;
	c->state = NULL;
}

void sl_connection_buffers_free(struct sl_server *server)
{
	while (server->n_spare)
		munmap(server->spare[--server->n_spare], BUFFER);
}

static void connection_free(struct sl_connection *c)
{
	struct sl_server *server = c->listener->server;

	wipe_free(c->reply.data, c->reply.len);
	free(c);
	sl_server_release(server);
}

static void connection_closed(uv_handle_t *handle)
{
	connection_free(handle->data);
}

/* The connection must not be touched any more. */
void sl_connection_close(struct sl_connection *c)
{
	struct sl_server *server = c->listener->server;

	/* Now: a client that is answered may be back before this turn of the loop is over. */
	buffer_give(server, c);
	sl_fair_leave(sl_work_fair(server->work), &c->item);
	TAILQ_REMOVE(&server->connections, c, entry);
	server->stats.connections--;
	server->strangers -= c->stranger;
	if (c->polled)
		uv_close((uv_handle_t *)&c->poll, connection_closed);
	if (c->fd >= 0)
		close(c->fd);
	if (!c->polled)
		connection_free(c);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct sl_connection *c = poll->data;

	sl_work_ready(c->listener->server->work, &c->item);
}

void sl_connection_wait(struct sl_connection *c, int events)
{
	struct sl_server *server = c->listener->server;

	if (!c->polled && uv_poll_init(server->loop, &c->poll, c->fd)) {
		sl_connection_close(c);
		return;
	}
	c->poll.data = c;
	c->polled = true;
	if (uv_poll_start(&c->poll, events, on_poll))
		sl_connection_close(c);
}

/* Once, unless a client asks for megabytes and is slow to take them. */
static void connection_send(struct sl_connection *c)
{
	ssize_t n = send(c->fd, c->reply.data + c->sent, c->reply.len - c->sent,
		MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		n = 0;
	if (n >= 0)
		c->sent += (size_t)n;
	if (n < 0 || c->sent == c->reply.len)
		sl_connection_close(c);
	else
		sl_connection_wait(c, UV_WRITABLE);
}

static void connection_answer(struct sl_connection *c)
{
	struct sl_server *server = c->listener->server;

	c->answered = true;
	if (!c->reply.data) {
		sl_connection_close(c);
		return;
	}
	c->since = uv_now(server->loop);
	TAILQ_REMOVE(&server->connections, c, entry);
	TAILQ_INSERT_TAIL(&server->connections, c, entry);
	connection_send(c);
}

void sl_connection_refuse(struct sl_connection *c, const char *why)
{
	const struct sl_server_listen *how = &c->listener->how;

	how->protocol->refuse(how->context, c->state, c->data, why, &c->reply);
	connection_answer(c);
}

/* The listener's protocol goes on with it elsewhere. */
static void connection_hand_over(struct sl_connection *c)
{
	void (*adopt)(void *adopter, int fd) = c->reply.adopt;
	void *adopter = c->reply.adopter;
	int fd = c->polled ? fcntl(c->fd, F_DUPFD_CLOEXEC, 0) : c->fd;

	if (!c->polled)
		c->fd = -1;
	sl_connection_close(c);
	if (fd >= 0)
		adopt(adopter, fd);
}

static void connection_serve(struct sl_connection *c, size_t len)
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
static void arrived(struct sl_connection *c, size_t n)
{
	struct sl_error error = {0};
	ssize_t end;

	c->len += n;
	if (c->stranger) {
		sl_connection_refuse(c, "this user may not use the control socket");
		return;
	}
	end = c->listener->how.protocol->frame(c->state, c->data, c->len, &error);
	if (!end && c->len == SL_SERVER_REQUEST_MAX) {
		end = sl_refuse(
			&error, -EMSGSIZE, "request larger than %d bytes", SL_SERVER_REQUEST_MAX);
	}
	if (end < 0) {
		c->listener->server->stats.refused_request++;
		sl_connection_refuse(c, error.text);
	} else if (end > 0) {
		connection_serve(c, (size_t)end);
	} else {
		sl_connection_wait(c, UV_READABLE);
	}
}

/* Memory that was never written to costs nothing, so a connection gets all it may need at once. */
static bool connection_buffer(struct sl_connection *c)
{
	if (c->data)
		return true;
	if (!buffer_take(c->listener->server, c))
		return false;
	c->listener->how.protocol->start(c->state);
	return true;
}

static void connection_read(struct sl_connection *c)
{
	struct sl_server *server = c->listener->server;
	ssize_t n;

	if (!connection_buffer(c)) {
		sl_connection_refuse(c, "out of memory");
		return;
	}
	n = recv(c->fd, c->data + c->len, SL_SERVER_REQUEST_MAX - c->len, MSG_DONTWAIT);
	if (n > 0) {
		arrived(c, (size_t)n);
	} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (!c->len)
			buffer_give(server, c);
		sl_connection_wait(c, UV_READABLE);
	} else {
		server->stats.incomplete++;
		if (n == 0)
			sl_connection_refuse(c, "the request ends before it is complete");
		else
			sl_connection_close(c);
	}
}

static void time_out(struct sl_connection *c)
{
	c->listener->server->stats.timeouts++;
	if (c->answered)
		sl_connection_close(c);
	else
		sl_connection_refuse(c, "the request did not arrive in time");
}

/* Its turn. */
void sl_connection_run(struct sl_fair_item *item)
{
	struct sl_connection *c = (struct sl_connection *)item;

	if (c->overdue)
		time_out(c);
	else if (c->answered)
		connection_send(c);
	else
		connection_read(c);
}
