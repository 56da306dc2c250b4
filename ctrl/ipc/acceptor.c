/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/acceptor.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/base/log.h"

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *pause)
{
	struct sl_acceptor *a = pause->data;

	uv_poll_start(&a->poll, UV_READABLE, on_readable);
}

static void look_away(struct sl_acceptor *a, int error)
{
	a->pauses++;
	SL_LOG_LIMITED(
		SL_LOG_WARNING, "a control connection cannot be taken now: %s", strerror(error));
	uv_poll_stop(&a->poll);
	uv_timer_start(&a->pause, on_pause_over, SL_ACCEPTOR_PAUSE_MS, 0);
}

/* It was the connection's, and went with it: accept(2) tells of what the network did to it. */
static bool of_one_connection(int error)
{
	switch (error) {
	case ECONNABORTED:
	case EINTR:
	case EPERM:
	case EPROTO:
	case ENETDOWN:
	case ENETUNREACH:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case EHOSTUNREACH:
		return true;
	default:
		return false;
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct sl_acceptor *a = poll->data;

	uint64_t end = uv_hrtime() + SL_ACCEPTOR_NS;

	while (uv_hrtime() < end) {
		int fd = accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			a->take(a->context, fd);
		} else if (errno == EAGAIN) {
			return;
		} else if (!of_one_connection(errno)) {
			look_away(a, errno);
			return;
		}
	}
}

int sl_acceptor_start(struct sl_acceptor *a, uv_loop_t *loop, int fd,
	void (*take)(void *context, int fd), void *context)
{
	int rc;

	memset(a, 0, sizeof(*a));
	a->fd = fd;
	a->take = take;
	a->context = context;
	uv_timer_init(loop, &a->pause);
	a->pause.data = a;
	a->open = 1;
	if (listen(fd, SL_ACCEPTOR_BACKLOG))
		return -errno;
	rc = uv_poll_init(loop, &a->poll, fd);
	if (rc)
		return rc;
	a->poll.data = a;
	a->open = 2;
	return uv_poll_start(&a->poll, UV_READABLE, on_readable);
}

static void handle_closed(uv_handle_t *handle)
{
	struct sl_acceptor *a = handle->data;

	if (--a->open)
		return;
	if (a->closed)
		a->closed(a->context);
}

void sl_acceptor_stop(struct sl_acceptor *a, void (*closed)(void *context))
{
	a->closed = closed;
	if (a->open == 2)
		uv_close((uv_handle_t *)&a->poll, handle_closed);
	uv_close((uv_handle_t *)&a->pause, handle_closed);
	close(a->fd);
	a->fd = -1;
}
