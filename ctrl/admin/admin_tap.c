/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/admin/stream.h"
#include "ctrl/admin/tap_parts.h"
#include "ctrl/base/log.h"
#include "ctrl/records/json_text.h"
#include "dataplane/base/clock.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/handoff/tap_new.h"
#include "dataplane/path/workers.h"

enum {
	TURN_MS = 10,                /* from one look at the rings to the next */
	LINE = 1024,                 /* bytes of the longest line */
	GRACE_NS = 5 * 1000000000LL, /* for the client to take the end of the stream */
};

static const char no_memory[] = "{\"error\":\"out of memory\"}\n";

/* The request, and who made it. */
struct wish {
	char call[SL_CALL_NAME + 1];
	bool capture, clear;
	uint64_t packets; /* 0: as many as come */
	uint64_t seconds;
	uid_t uid;
	pid_t pid;
};

struct sl_taps {
	uv_loop_t *loop;
	uv_timer_t timer;
	const struct sl_sessions *sessions;

	struct wish wish;         /* granted last */
	struct sl_stream *client; /* whom it is for; NULL: nothing is going on */
	struct sl_tap *tap;       /* NULL: it has ended, and the rest is on its way to the client */
	uint64_t began, ended;    /* sl_clock */
	uint64_t received, sent, lost, bytes;
};

static void timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* Workers copy nothing any more. */
static void take_off(struct sl_taps *taps)
{
	if (!taps->tap)
		return;
	sl_workers_tap(NULL);
	taps->lost += sl_tap_lost(taps->tap);
	sl_tap_free(taps->tap);
	taps->tap = NULL;
	taps->ended = sl_clock();
	sl_log_event(SL_LOG_INFO,
		SL_FIELDS(.call = taps->wish.call, .count = sl_decimal(taps->received).text,
			.command = taps->wish.capture ? "capture" : "trace"),
		"%s of call %s has ended: %llu packets, %llu sent, %llu lost",
		taps->wish.capture ? "capture" : "trace", sl_word(taps->wish.call).text,
		(unsigned long long)taps->received, (unsigned long long)taps->sent,
		(unsigned long long)taps->lost);
}

/* The client has gone, or has all. */
static void hang_up(void *context)
{
	struct sl_taps *taps = context;

	take_off(taps);
	if (!taps->client)
		return;
	uv_timer_stop(&taps->timer);
	sl_stream_close(taps->client);
	taps->client = NULL;
}

static bool put_blocks(struct sl_taps *taps, const uint8_t *blocks, size_t len, size_t reserve)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "{\"bytes\":%zu}\n", len);

	if (!sl_stream_put(taps->client, line, (size_t)n, blocks, len, reserve))
		return false;
	taps->bytes += len;
	return true;
}

/* Whatever was lost so far, there is room for this. */
enum { END_ROOM = 2 * LINE };

static uint64_t wall(uint64_t at)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec - sl_clock() + at;
}

/* The last line, and the end of a capture file before it. */
static void finish(struct sl_taps *taps, const char *reason)
{
	uint8_t blocks[SL_TAP_BLOCKS];

	take_off(taps);
	if (taps->wish.capture)
		put_blocks(taps, blocks,
			sl_tap_footer(
				blocks, wall(sl_clock()), taps->received + taps->lost, taps->lost),
			0);
	sl_stream_put_json(taps->client,
		json_pack("{s:s, s:I, s:I, s:I}", "end", reason, "received",
			(json_int_t)taps->received, "sent", (json_int_t)taps->sent, "lost",
			(json_int_t)taps->lost),
		0);
	sl_stream_end(taps->client);
}

static bool tell(struct sl_taps *taps, const struct sl_call *call, const struct sl_tap_record *r,
	int64_t offset)
{
	uint8_t blocks[SL_TAP_BLOCKS];
	bool done;

	if (!taps->wish.capture)
		return sl_stream_put_json(taps->client, sl_tap_line(call, r, offset), END_ROOM);
	done = put_blocks(taps, blocks, sl_tap_blocks(blocks, r, offset), END_ROOM);
	if (taps->wish.clear)
		explicit_bzero(blocks, sizeof(blocks));
	return done;
}

/* True: that was the last one that was asked for. */
static bool account(struct sl_taps *taps, const struct sl_call *call, const struct sl_tap_record *r,
	int64_t offset)
{
	if (r->elsewhere)
		return false;
	if (!tell(taps, call, r, offset)) {
		taps->lost++;
		return false;
	}
	taps->received++;
	taps->sent += r->frame[SL_TAP_SENT].len != 0;
	return taps->received == taps->wish.packets;
}

/* True: there are as many packets as were asked for. */
static bool drain(struct sl_taps *taps, const struct sl_call *call)
{
	int64_t offset = (int64_t)wall(0);
	const struct sl_tap_record *r;

	for (unsigned i = 0; i < sl_workers_count(); i++)
		for (unsigned n = 0; n < SL_TAP_RECORDS && (r = sl_tap_peek(taps->tap, i)); n++) {
			bool last = account(taps, call, r, offset);

			sl_tap_done(taps->tap, i);
			if (last)
				return true;
		}
	return false;
}

/* Why it is over, or NULL. */
static const char *over(const struct sl_taps *taps, const struct sl_call *call, bool enough)
{
	if (enough)
		return "count";
	if (!call)
		return "call ended";
	if (taps->bytes > SL_TAP_BYTES - 2 * (size_t)SL_STREAM_BUFFER)
		return "size";
	return sl_clock() - taps->began > taps->wish.seconds * 1000000000u ? "time" : NULL;
}

static struct sl_call *call_of(const struct sl_taps *taps)
{
	const char *id = taps->wish.call;

	return sl_session_find(taps->sessions, (struct sl_text){id, (uint32_t)strlen(id)});
}

/* The ports of the call as they are now. */
static void watch(struct sl_taps *taps, const struct sl_call *call)
{
	struct sl_tap_port ports[SL_TAP_PORTS];

	sl_tap_watch(taps->tap, ports, sl_tap_call_ports(call, ports));
}

static void turn(uv_timer_t *timer)
{
	struct sl_taps *taps = timer->data;
	const struct sl_call *call;
	const char *reason;

	if (!taps->tap) {
		if (sl_clock() - taps->ended > (uint64_t)GRACE_NS)
			hang_up(taps);
		return;
	}
	call = call_of(taps);
	reason = over(taps, call, drain(taps, call));
	if (reason) {
		finish(taps, reason);
		return;
	}
	watch(taps, call);
	sl_stream_flush(taps->client);
}

struct sl_taps *sl_taps_new(uv_loop_t *loop, const struct sl_sessions *sessions)
{
	struct sl_taps *taps = calloc(1, sizeof(*taps));

	if (!taps)
		return NULL;
	taps->loop = loop;
	taps->sessions = sessions;
	taps->timer.data = taps;
	uv_timer_init(loop, &taps->timer);
	return taps;
}

void sl_taps_stop(struct sl_taps *taps)
{
	if (!taps)
		return;
	hang_up(taps);
	uv_close((uv_handle_t *)&taps->timer, timer_closed);
}

/* A number of the request up to `most`; `otherwise` if it is not there. False: it is not that. */
static bool number(
	const json_t *request, const char *key, uint64_t otherwise, uint64_t most, uint64_t *value)
{
	const json_t *given = json_object_get(request, key);
	json_int_t n = json_integer_value(given);

	*value = given ? (uint64_t)n : otherwise;
	return !given || (json_is_integer(given) && n > 0 && (uint64_t)n <= most);
}

static json_t *busy(const struct sl_taps *taps)
{
	char text[SL_CALL_NAME + 160];

	snprintf(text, sizeof(text),
		"there is one at a time, and a %s of call %s is going on, for uid %u, pid %d: end "
		"that first",
		taps->wish.capture ? "capture" : "trace", taps->wish.call, taps->wish.uid,
		(int)taps->wish.pid);
	return sl_json_error(text);
}

static json_t *read_wish(const json_t *request, struct wish *wish)
{
	const char *view = json_string_value(json_object_get(request, "view"));
	const char *id = json_string_value(json_object_get(request, "id"));
	bool counted = json_object_get(request, "count");

	if (!id)
		return sl_json_error("which call? the request has no id");
	if (strlen(id) > SL_CALL_NAME)
		return sl_json_error("there is no such call");
	strcpy(wish->call, id);
	wish->capture = !strcmp(view, "capture");
	wish->clear = wish->capture && json_is_true(json_object_get(request, "clear"));
	if (!number(request, "count", wish->capture ? 0 : SL_TRACE_PACKETS, SL_TAP_PACKETS,
		    &wish->packets))
		return sl_json_error("how many packets? 1 to 1000000");
	if (!number(request, "seconds",
		    wish->capture && !counted ? SL_CAPTURE_SECONDS : SL_TAP_SECONDS, SL_TAP_SECONDS,
		    &wish->seconds))
		return sl_json_error("for how long? 1 to 3600 seconds");
	return NULL;
}

json_t *sl_taps_ask(struct sl_taps *taps, const json_t *request, const struct sl_peer *peer)
{
	struct wish wish = {.uid = peer->uid, .pid = peer->pid};
	json_t *no;

	if (taps->client)
		return busy(taps);
	no = read_wish(request, &wish);
	if (no)
		return no;
	taps->wish = wish;
	return call_of(taps) ? NULL : sl_json_error("there is no such call");
}

static void announce(const struct wish *wish)
{
	sl_log_event(wish->clear ? SL_LOG_WARNING : SL_LOG_NOTICE,
		SL_FIELDS(.call = wish->call, .command = wish->capture ? "capture" : "trace",
			.uid = sl_decimal(wish->uid).text,
			.pid = sl_decimal((uint64_t)wish->pid).text),
		"%s of call %s%s, asked for by uid %u, pid %d", wish->capture ? "capture" : "trace",
		sl_word(wish->call).text,
		wish->clear ? " in clear (decrypted media leaves the relay)" : "", wish->uid,
		(int)wish->pid);
}

/* From the first line on it sees every packet. */
static void greet(struct sl_taps *taps)
{
	uint8_t blocks[SL_TAP_BLOCKS];

	sl_stream_put_json(taps->client, json_pack("{s:s}", "tap", taps->wish.call), 0);
	if (taps->wish.capture)
		put_blocks(taps, blocks, sl_tap_header(blocks, taps->wish.clear), 0);
	sl_stream_flush(taps->client);
}

static void begin(struct sl_taps *taps)
{
	taps->received = taps->sent = taps->lost = taps->bytes = 0;
	taps->began = sl_clock();
	announce(&taps->wish);
	watch(taps, call_of(taps));
	sl_workers_tap(taps->tap);
	uv_timer_start(&taps->timer, turn, TURN_MS, TURN_MS);
	greet(taps);
}

void sl_taps_adopt(void *context, int fd)
{
	struct sl_taps *taps = context;
	struct sl_tap *tap = sl_tap_new(taps->wish.clear);

	if (tap)
		taps->client = sl_stream_new(taps->loop, fd, hang_up, taps);
	if (!taps->client) {
		sl_tap_free(tap);
		/* A courtesy: it may not arrive. */
		if (write(fd, no_memory, sizeof(no_memory) - 1) < 0)
			sl_log_warning("no memory for a tap");
		close(fd);
		return;
	}
	taps->tap = tap;
	begin(taps);
}
