/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/events.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/admin/admin_call.h"
#include "ctrl/admin/admin_core.h"
#include "ctrl/base/address.h"
#include "ctrl/base/log.h"
#include "ctrl/base/pseudonym.h"
#include "ctrl/call/session.h"
#include "ctrl/limits/alarm.h"
#include "ctrl/records/json_text.h"

enum { LOST_ROOM = 64 }; /* bytes kept free for the line that tells of what was lost */

static const char *const names[SL_NOTICE_COUNT] = {
#define X(id, label) label,
	SL_NOTICES(X)
#undef X
};

struct reader {
	uv_pipe_t pipe;
	uv_write_t write;
	TAILQ_ENTRY(reader) entry;
	struct sl_events *events;
	char *waiting, *leaving; /* SL_EVENTS_BUFFER bytes each */
	size_t n_waiting, n_leaving;
	uint64_t lost;
	char ignored[64]; /* what it may send */
	bool busy, closing;
};

struct sl_events {
	uv_loop_t *loop;
	TAILQ_HEAD(, reader) readers;
	struct sl_events_stats stats;
	unsigned handles; /* readers not yet closed, and the owner */
};

static void release(struct sl_events *events)
{
	if (!--events->handles)
		free(events);
}

static void reader_closed(uv_handle_t *handle)
{
	struct reader *r = handle->data;

	release(r->events);
	free(r->waiting);
	free(r->leaving);
	free(r);
}

static void reader_close(struct reader *r)
{
	if (r->closing)
		return;
	r->closing = true;
	TAILQ_REMOVE(&r->events->readers, r, entry);
	r->events->stats.readers--;
	uv_close((uv_handle_t *)&r->pipe, reader_closed);
}

static void flush(struct reader *r);

static void written(uv_write_t *write, int status)
{
	struct reader *r = write->data;

	r->busy = false;
	if (status < 0)
		reader_close(r);
	else
		flush(r);
}

static void tell_lost(struct reader *r)
{
	if (!r->lost || r->n_waiting + LOST_ROOM > SL_EVENTS_BUFFER)
		return;
	r->n_waiting += (size_t)snprintf(r->waiting + r->n_waiting, LOST_ROOM,
		"{\"event\":\"lost\",\"count\":%llu}\n", (unsigned long long)r->lost);
	r->lost = 0;
}

static void flush(struct reader *r)
{
	char *full = r->waiting;
	uv_buf_t buf;

	if (r->busy || r->closing)
		return;
	tell_lost(r);
	if (!r->n_waiting)
		return;
	r->waiting = r->leaving;
	r->leaving = full;
	r->n_leaving = r->n_waiting;
	r->n_waiting = 0;
	buf = uv_buf_init(r->leaving, (unsigned)r->n_leaving);
	r->write.data = r;
	r->busy = true;
	if (uv_write(&r->write, (uv_stream_t *)&r->pipe, &buf, 1, written))
		reader_close(r);
}

static void reader_line(struct reader *r, const char *line, size_t len)
{
	if (r->lost || r->n_waiting + len + LOST_ROOM > SL_EVENTS_BUFFER) {
		r->lost++;
		r->events->stats.lost++;
	} else {
		memcpy(r->waiting + r->n_waiting, line, len);
		r->n_waiting += len;
	}
	flush(r);
}

/* A reader has nothing to say but that it goes. */
static void heard_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct reader *r = handle->data;

	*buf = uv_buf_init(r->ignored, sizeof(r->ignored));
}

static void heard(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	if (n < 0)
		reader_close(stream->data);
}

struct sl_events *sl_events_new(uv_loop_t *loop)
{
	struct sl_events *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->loop = loop;
	events->handles = 1;
	TAILQ_INIT(&events->readers);
	return events;
}

void sl_events_stop(struct sl_events *events)
{
	struct reader *r;

	if (!events)
		return;
	while ((r = TAILQ_FIRST(&events->readers)))
		reader_close(r);
	release(events);
}

void sl_events_adopt(void *context, int fd)
{
	struct sl_events *events = context;
	struct reader *r = NULL;

	if (events->stats.readers < SL_EVENTS_READERS)
		r = calloc(1, sizeof(*r));
	if (r) {
		r->waiting = malloc(SL_EVENTS_BUFFER);
		r->leaving = malloc(SL_EVENTS_BUFFER);
	}
	if (!r || !r->waiting || !r->leaving) {
		static const char full[] = "{\"error\":\"too many readers of events\"}\n";

		/* A courtesy: it may not arrive. */
		if (write(fd, full, sizeof(full) - 1) < 0)
			events->stats.lost++;
		close(fd);
		if (r) {
			free(r->waiting);
			free(r->leaving);
		}
		free(r);
		return;
	}
	r->events = events;
	r->pipe.data = r;
	uv_pipe_init(events->loop, &r->pipe, 0);
	events->handles++;
	events->stats.readers++;
	TAILQ_INSERT_TAIL(&events->readers, r, entry);
	if (uv_pipe_open(&r->pipe, fd)) {
		close(fd);
		reader_close(r);
		return;
	}
	uv_read_start((uv_stream_t *)&r->pipe, heard_alloc, heard);
	/* So that who reads knows from when on it hears of everything. */
	reader_line(r, "{\"event\":\"listening\"}\n", 22);
}

static void set(json_t *line, const char *key, json_t *value)
{
	json_object_set_new(line, key, value);
}

static void set_alarm(json_t *line, const struct sl_alarm_report *r)
{
	bool raised = r->change == SL_ALARM_RAISED;
	char source[SL_ADDRESS_TEXT];

	set(line, "state", json_string(raised ? "raised" : "ended"));
	set(line, "kind", json_string(sl_alarm_kinds[r->kind]));
	if (r->reason) {
		set(line, "by", json_string(r->by));
		set(line, "reason", json_string(r->reason));
	}
	if (r->source)
		set(line, "source", json_string(sl_address_text(r->source, source)));
	if (r->users) {
		set(line, "core", json_integer(r->users->core));
		set(line, "ran", sl_admin_core_users(r->users));
	}
	set(line, "since", json_integer((json_int_t)r->alarm->since));
	set(line, "threshold", json_integer(r->threshold));
	set(line, "rate", json_integer(r->alarm->rate));
	if (!raised) {
		set(line, "total", json_integer((json_int_t)r->alarm->total));
		set(line, "peak", json_integer(r->alarm->peak));
	}
}

static void set_totals(json_t *line, const struct sl_call *call)
{
	struct sl_call_view view;

	sl_view_call(call, &view);
	json_object_update_missing_new(line, sl_admin_totals(&view));
}

static json_t *line_of(const struct sl_notice *n)
{
	json_t *line = json_object();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	set(line, "event", json_string(names[n->type]));
	set(line, "time", json_real((double)now.tv_sec + (double)now.tv_nsec / 1e9));
	if (n->call)
		set(line, "call", sl_json_text(n->call->id));
	if (n->leg) {
		set(line, "leg", sl_json_text(n->leg->tag));
		set(line, "medium", json_integer(n->medium + 1));
	}
	if (n->component)
		set(line, "component", json_string(n->component));
	if (n->endpoint) {
		char text[SL_ENDPOINT_TEXT];

		set(line, "address",
			json_string(sl_endpoint_text(n->endpoint->ip, n->endpoint->port, text)));
	}
	if (n->reason)
		set(line, "reason", json_string(n->reason));
	if (n->seconds)
		set(line, "seconds", json_integer((json_int_t)n->seconds));
	if (n->type == SL_NOTICE_REKEYED)
		set(line, "reinvite", json_integer((json_int_t)n->call->rounds));
	if (n->alarm)
		set_alarm(line, n->alarm);
	if (n->type == SL_NOTICE_ENDED)
		set_totals(line, n->call);
	return line;
}

/* A line as the log would have it. Frees `text`. */
static char *hide(char *text)
{
	size_t len;
	char *hidden = sl_pseudonyms_hide_all(text, strlen(text), SL_PSEUDONYM_IN_JSON, &len);

	free(text);
	return hidden;
}

void sl_events_notify(void *context, const struct sl_notice *notice)
{
	struct sl_events *events = context;
	struct reader *r, *next;
	json_t *line;
	char *text;
	size_t len;

	events->stats.told++;
	if (TAILQ_EMPTY(&events->readers))
		return;
	line = line_of(notice);
	text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(13));
	json_decref(line);
	if (text && sl_log_hiding())
		text = hide(text);
	if (!text)
		return;
	len = strlen(text);
	text[len++] = '\n'; /* in place of the NUL */
	for (r = TAILQ_FIRST(&events->readers); r; r = next) {
		next = TAILQ_NEXT(r, entry);
		reader_line(r, text, len);
	}
	free(text);
}

struct sl_events_stats sl_events_stats(const struct sl_events *events)
{
	return events->stats;
}
