/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/log_sink.h"

#include <ctype.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Bytes of a line; a field that does not fit is left out. A pipe that is ready takes as many. */
enum { ENTRY = PIPE_BUF };

static struct {
	pthread_mutex_t lock;
	enum { CLOSED, JOURNAL, LEVELS, TEXT, JSON } to;
	enum sl_log_format format;
	const char *path;
	int fd; /* of a socket that sends to `path`; not connected, so that it outlives the
		   journal's restarts */
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .path = "/run/systemd/journal/socket", .fd = -1};

struct buffer {
	char at[ENTRY];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static bool put(struct buffer *b, const char *format, ...)
{
	size_t room = sizeof(b->at) - b->len;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(b->at + b->len, room, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= room)
		return false;
	b->len += (size_t)n;
	return true;
}

/* $JOURNAL_STREAM names the journal's end of stderr, which may have been redirected since
 * (systemd.exec(5)). */
static bool to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

/* A container may have its stderr in a journal whose socket it does not see. */
static void choose(void)
{
	bool journal =
		sink.format == SL_LOG_JOURNAL || (sink.format == SL_LOG_AUTO && to_journal());

	if (journal && sink.fd < 0)
		sink.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink.format == SL_LOG_JSON)
		sink.to = JSON;
	else if (!journal)
		sink.to = TEXT;
	else if (sink.fd >= 0 && (sink.format == SL_LOG_JOURNAL || !access(sink.path, F_OK)))
		sink.to = JOURNAL;
	else
		sink.to = LEVELS;
}

void sl_log_sink_set(enum sl_log_format format)
{
	pthread_mutex_lock(&sink.lock);
	sink.format = format;
	choose();
	pthread_mutex_unlock(&sink.lock);
}

void sl_log_sink_set_journal(const char *path)
{
	pthread_mutex_lock(&sink.lock);
	sink.path = path;
	sink.to = CLOSED;
	pthread_mutex_unlock(&sink.lock);
}

static const char *level_text(enum sl_log_level level)
{
	return level == SL_LOG_ERROR     ? "error: "
	       : level == SL_LOG_WARNING ? "warning: "
	       : level == SL_LOG_DEBUG   ? "debug: "
					 : "";
}

/* One write, so that lines do not mix. A pipe or terminal that nobody reads is not waited for. */
static bool put_stderr(struct buffer *b)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};

	b->at[b->len++] = '\n'; /* in place of the NUL */
	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, b->at, b->len) == (ssize_t)b->len;
}

static bool put_text(const struct sl_log_entry *entry)
{
	struct buffer b = {.len = 0};

	if (sink.to == LEVELS)
		put(&b, "<%d>%s", entry->level, entry->message);
	else
		put(&b, "%s: %s%s", entry->program, level_text(entry->level), entry->message);
	return put_stderr(&b);
}

static void put_byte(struct buffer *b, char byte)
{
	if (b->len < sizeof(b->at))
		b->at[b->len++] = byte;
}

/* Leaves it out if it does not fit, with the end of the object. */
static void put_member(struct buffer *b, const char *name, const char *value)
{
	size_t before = b->len;

	put(b, before > 1 ? ",\"" : "\"");
	for (; *name; name++)
		put_byte(b, (char)tolower((unsigned char)*name));
	put(b, "\":\"");
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			put_byte(b, '\\');
		put_byte(b, *value);
	}
	put_byte(b, '"');
	if (b->len > sizeof(b->at) - sizeof("}"))
		b->len = before;
}

static bool put_json(const struct sl_log_entry *entry)
{
	struct buffer b = {.len = 0};
	struct timespec now;
	char text[40];
	struct tm utc;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + len, sizeof(text) - len, ".%03uZ", (unsigned)(now.tv_nsec / 1000000));
	put(&b, "{");
	put_member(&b, "time", text);
	put_member(&b, "level", entry->level_word);
	put_member(&b, "program", entry->program);
	put_member(&b, "message", entry->message);
#define X(member, name, what)      \
	if (entry->fields->member) \
		put_member(&b, name, entry->fields->member);
	SL_LOG_FIELDS(X)
#undef X
	put(&b, "}");
	return put_stderr(&b);
}

static bool put_journal(const struct sl_log_entry *entry)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct buffer b = {.len = 0};

	put(&b, "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nMESSAGE=%s\n", entry->level, entry->program,
		entry->message);
#define X(member, name, what)      \
	if (entry->fields->member) \
		put(&b, name "=%s\n", entry->fields->member);
	SL_LOG_FIELDS(X)
#undef X
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", sink.path);
	return sendto(sink.fd, b.at, b.len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
		       sizeof(to)) == (ssize_t)b.len;
}

bool sl_log_sink_put(const struct sl_log_entry *entry)
{
	bool taken;

	pthread_mutex_lock(&sink.lock);
	if (sink.to == CLOSED)
		choose();
	taken = sink.to == JOURNAL ? put_journal(entry)
		: sink.to == JSON  ? put_json(entry)
				   : put_text(entry);
	pthread_mutex_unlock(&sink.lock);
	return taken;
}
