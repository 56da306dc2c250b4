/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

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

static const char *name = "sluiced";
static enum sl_log_level least = SL_LOG_INFO; /* grave; set before other threads run */

static const char *const level_words[] = {
	[SL_LOG_ERROR] = "error",
	[SL_LOG_WARNING] = "warning",
	[SL_LOG_NOTICE] = "notice",
	[SL_LOG_INFO] = "info",
	[SL_LOG_DEBUG] = "debug",
};

void sl_log_set_name(const char *program)
{
	name = program;
}

void sl_log_set_level(enum sl_log_level level)
{
	least = level;
}

int sl_log_wanted(enum sl_log_level level)
{
	return level <= least;
}

const char *sl_log_level_word(enum sl_log_level level)
{
	return level_words[level];
}

int sl_log_level_of(const char *word, enum sl_log_level *level)
{
	for (int i = SL_LOG_ERROR; i <= SL_LOG_DEBUG; i++)
		if (!strcmp(word, level_words[i])) {
			*level = (enum sl_log_level)i;
			return true;
		}
	return false;
}

static size_t put_prefix(char *line, size_t size, enum sl_log_level level)
{
	static const char *const words[] = {
		[SL_LOG_ERROR] = "error: ",
		[SL_LOG_WARNING] = "warning: ",
		[SL_LOG_NOTICE] = "",
		[SL_LOG_INFO] = "",
		[SL_LOG_DEBUG] = "debug: ",
	};
	static int journal = -1;

	if (journal < 0)
		journal = to_journal();
	return (size_t)(journal ? snprintf(line, size, "<%d>", level)
				: snprintf(line, size, "%s: %s", name, words[level]));
}

void sl_log(enum sl_log_level level, const char *format, ...)
{
	char message[SL_LOG_LINE], line[SL_LOG_LINE + 32];
	int saved = errno;
	va_list arguments;
	ssize_t written;
	size_t len;

	if (!sl_log_wanted(level))
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	len = put_prefix(line, sizeof(line), level);
	/* Room is kept for the newline. */
	len += sl_escape(
		line + len, sizeof(line) - len - 1, message, strlen(message), SL_ESCAPE_LINE);
	line[len++] = '\n';
	/* One write, so that lines do not mix. Nothing can be done when it fails. */
	written = write(STDERR_FILENO, line, len);
	(void)written;
	errno = saved;
}

int sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level)
{
	struct timespec now;
	uint64_t ns;

	if (!sl_log_wanted(level))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (ns < limit->next) {
		limit->left_out++;
		return false;
	}
	limit->next = ns + 1000000000u;
	if (limit->left_out)
		sl_log(level, "%u more like the next were left out", limit->left_out);
	limit->left_out = 0;
	return true;
}

void sl_notify_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

/* Both kinds of unit understand it: Type=notify, and Type=notify-reload, which wants the time. */
void sl_notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

void sl_notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

void sl_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}
