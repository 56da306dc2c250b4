/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream to one client of the admin socket, that nobody waits for: SL_STREAM_BUFFER bytes are
 * kept until its socket takes them. Private to ctrl/admin.
 */
#ifndef SL_CTRL_STREAM_H
#define SL_CTRL_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum { SL_STREAM_BUFFER = 1024 * 1024 };

struct sl_stream;

/*
 * Over a connected socket, which is taken over. `gone(owner)` is called, at most once and until
 * sl_stream_close, when the client has gone, or when it has all after sl_stream_end. NULL: out of
 * memory, and `fd` is still the caller's.
 */
struct sl_stream *sl_stream_new(uv_loop_t *loop, int fd, void (*gone)(void *owner), void *owner);

/* Adds both, or neither if there would be less than `reserve` bytes left. True: they are added. */
bool sl_stream_put(struct sl_stream *stream, const char *line, size_t len, const void *data,
	size_t data_len, size_t reserve);

/* Adds a line of JSON likewise. Takes `line` over. */
bool sl_stream_put_json(struct sl_stream *stream, json_t *line, size_t reserve);

/* Sends what was added. May call `gone`. */
void sl_stream_flush(struct sl_stream *stream);

/* The same, and nothing will be added any more. */
void sl_stream_end(struct sl_stream *stream);

/* Wipes its buffers; the loop frees it. */
void sl_stream_close(struct sl_stream *stream);

#endif
