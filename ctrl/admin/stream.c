/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/stream.h"

#include <stdlib.h>
#include <string.h>

struct sl_stream {
	uv_pipe_t pipe;
	uv_write_t write;
	void (*gone)(void *owner); /* NULL: it was called, or is of no use any more */
	void *owner;
	char *waiting, *leaving; /* SL_STREAM_BUFFER bytes each */
	size_t n_waiting;
	char ignored[64]; /* what the client may send */
	bool busy, ending;
};

static void stream_free(struct sl_stream *s)
{
	if (s->waiting)
		explicit_bzero(s->waiting, SL_STREAM_BUFFER);
	if (s->leaving)
		explicit_bzero(s->leaving, SL_STREAM_BUFFER);
	free(s->waiting);
	free(s->leaving);
	free(s);
}

static void closed(uv_handle_t *handle)
{
	stream_free(handle->data);
}

static void tell_gone(struct sl_stream *s)
{
	void (*gone)(void *owner) = s->gone;

	s->gone = NULL;
	if (gone)
		gone(s->owner);
}

static void written(uv_write_t *write, int status)
{
	struct sl_stream *s = write->data;

	s->busy = false;
	if (status < 0 || (s->ending && !s->n_waiting))
		tell_gone(s);
	else if (s->gone)
		sl_stream_flush(s);
}

void sl_stream_flush(struct sl_stream *s)
{
	char *full = s->waiting;
	uv_buf_t buf = uv_buf_init(full, (unsigned)s->n_waiting);

	if (s->busy || !s->n_waiting)
		return;
	s->waiting = s->leaving;
	s->leaving = full;
	s->n_waiting = 0;
	s->write.data = s;
	s->busy = true;
	if (uv_write(&s->write, (uv_stream_t *)&s->pipe, &buf, 1, written))
		tell_gone(s);
}

void sl_stream_end(struct sl_stream *s)
{
	s->ending = true;
	sl_stream_flush(s);
}

bool sl_stream_put(struct sl_stream *s, const char *line, size_t len, const void *data,
	size_t data_len, size_t reserve)
{
	if (s->n_waiting + len + data_len + reserve > SL_STREAM_BUFFER)
		return false;
	memcpy(s->waiting + s->n_waiting, line, len);
	memcpy(s->waiting + s->n_waiting + len, data, data_len);
	s->n_waiting += len + data_len;
	return true;
}

bool sl_stream_put_json(struct sl_stream *s, json_t *line, size_t reserve)
{
	char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(16));
	size_t len = text ? strlen(text) : 0;
	bool done = false;

	if (text) {
		text[len++] = '\n'; /* in place of the NUL */
		done = sl_stream_put(s, text, len, "", 0, reserve);
	}
	free(text);
	json_decref(line);
	return done;
}

/* A client has nothing to say but that it goes. */
static void heard_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct sl_stream *s = handle->data;

	*buf = uv_buf_init(s->ignored, sizeof(s->ignored));
}

static void heard(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	if (n < 0)
		tell_gone(stream->data);
}

static struct sl_stream *stream_alloc(void)
{
	struct sl_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->waiting = malloc(SL_STREAM_BUFFER);
	s->leaving = malloc(SL_STREAM_BUFFER);
	if (s->waiting && s->leaving)
		return s;
	stream_free(s);
	return NULL;
}

struct sl_stream *sl_stream_new(uv_loop_t *loop, int fd, void (*gone)(void *owner), void *owner)
{
	struct sl_stream *s = stream_alloc();

	if (!s)
		return NULL;
	s->pipe.data = s;
	uv_pipe_init(loop, &s->pipe, 0);
	if (uv_pipe_open(&s->pipe, fd)) {
		sl_stream_close(s);
		return NULL;
	}
	s->gone = gone;
	s->owner = owner;
	uv_read_start((uv_stream_t *)&s->pipe, heard_alloc, heard);
	return s;
}

void sl_stream_close(struct sl_stream *s)
{
	s->gone = NULL;
	uv_close((uv_handle_t *)&s->pipe, closed);
}
