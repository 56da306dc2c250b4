/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 << 10 };

static char request[] = "{\"view\":\"metrics\"}\n";

/* One question to the relay. Its handles close together, whatever becomes of it. */
struct question {
	struct sl_fetch *fetch; /* NULL: nobody waits for it any more */
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_connect_t connect;
	uv_write_t write;
	unsigned open; /* handles */
	char *data;    /* what has come */
	size_t len, room;
};

struct sl_fetch {
	uv_loop_t *loop;
	const char *path;
	void (*arrived)(void *context);
	void *context;
	struct question *question; /* NULL: none is open */
	struct sl_snapshot last;
	uint64_t until; /* ms, loop clock: `last` is fresh */
};

static void closed(uv_handle_t *handle)
{
	struct question *q = handle->data;

	if (--q->open)
		return;
	free(q->data);
	free(q);
}

static void end(struct question *q)
{
	q->fetch = NULL;
	uv_close((uv_handle_t *)&q->pipe, closed);
	uv_close((uv_handle_t *)&q->timer, closed);
}

/* `why` is NULL when the answer is whole. */
static void settle(struct question *q, const struct sl_error *why)
{
	struct sl_fetch *f = q->fetch;

	sl_snapshot_free(&f->last);
	if (why)
		sl_snapshot_down(&f->last, why);
	else
		sl_snapshot_read(&f->last, q->data, q->len);
	f->last.time = uv_now(f->loop);
	f->until = f->last.time + SL_FETCH_FRESH_MS;
	f->question = NULL;
	end(q);
	f->arrived(f->context);
}

static void fail(struct question *q, const char *what, int status)
{
	struct sl_error why;

	sl_refuse(&why, status, "relay %s: %s: %s", q->fetch->path, what, uv_strerror(status));
	settle(q, &why);
}

static void late(uv_timer_t *timer)
{
	struct question *q = timer->data;

	fail(q, "no answer in time", UV_ETIMEDOUT);
}

/* Twice as much each time, up to what an answer may have: then there is none to read into. */
static void make_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct question *q = handle->data;
	size_t room = q->len < q->room ? q->room : 2 * q->room;
	char *data;

	if (!room)
		room = FIRST_ROOM;
	data = room > q->room && room <= SL_SNAPSHOT_MAX ? realloc(q->data, room) : NULL;
	if (data) {
		q->data = data;
		q->room = room;
	}
	*buffer = uv_buf_init(q->data + q->len, (unsigned)(q->room - q->len));
}

static void came(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct question *q = stream->data;
	const char *new = q->data + q->len;

	if (!q->fetch || !n)
		return;
	if (n == UV_ENOBUFS) {
		fail(q, "its answer is too large", UV_EMSGSIZE);
		return;
	}
	if (n < 0) {
		fail(q, "no whole answer", (int)n);
		return;
	}
	q->len += (size_t)n;
	if (memchr(new, '\n', (size_t)n)) /* the end of it */
		settle(q, NULL);
}

static void written(uv_write_t *write, int status)
{
	struct question *q = write->data;

	if (q->fetch && status)
		fail(q, "cannot be asked", status);
}

static void connected(uv_connect_t *connect, int status)
{
	uv_buf_t text = uv_buf_init(request, sizeof(request) - 1);
	struct question *q = connect->data;

	if (!q->fetch)
		return;
	if (!status)
		status = uv_write(&q->write, (uv_stream_t *)&q->pipe, &text, 1, written);
	if (!status)
		status = uv_read_start((uv_stream_t *)&q->pipe, make_room, came);
	if (status)
		fail(q, "cannot be reached", status);
}

static void ask(struct sl_fetch *f)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		return;
	q->fetch = f;
	f->question = q;
	uv_pipe_init(f->loop, &q->pipe, 0);
	uv_timer_init(f->loop, &q->timer);
	q->pipe.data = q->timer.data = q->connect.data = q->write.data = q;
	q->open = 2;
	uv_timer_start(&q->timer, late, SL_FETCH_TIMEOUT_MS, 0);
	uv_pipe_connect(&q->connect, &q->pipe, f->path, connected); /* fails by `connected` */
}

struct sl_fetch *sl_fetch_new(
	uv_loop_t *loop, const char *path, void (*arrived)(void *context), void *context)
{
	struct sl_fetch *f = calloc(1, sizeof(*f));
	struct sl_error why;

	if (!f)
		return NULL;
	f->loop = loop;
	f->path = path;
	f->arrived = arrived;
	f->context = context;
	sl_refuse(&why, -ENOTCONN, "relay %s: not asked so far", path);
	sl_snapshot_down(&f->last, &why);
	return f;
}

const struct sl_snapshot *sl_fetch_fresh(struct sl_fetch *f)
{
	if (f->question)
		return NULL;
	if (uv_now(f->loop) < f->until)
		return &f->last;
	ask(f);
	return f->question ? NULL : &f->last;
}

const struct sl_snapshot *sl_fetch_last(const struct sl_fetch *f)
{
	return &f->last;
}

void sl_fetch_stop(struct sl_fetch *f)
{
	if (!f)
		return;
	if (f->question)
		end(f->question);
	sl_snapshot_free(&f->last);
	free(f);
}
