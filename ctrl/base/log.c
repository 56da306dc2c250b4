/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "ctrl/base/log_sink.h"
#include "ctrl/base/pseudonym.h"

enum { VALUE = 512 }; /* bytes of a field; what is longer is cut */

/* Set before other threads run, but for the level, which may change at any time. */
static const char *name = "sluiced";
static _Atomic enum sl_log_level least = SL_LOG_INFO; /* grave */
static atomic_bool hiding;

static atomic_uint_fast64_t written, left_out, lost, untold; /* lost ones that no line told of */

static struct sl_log_limit *limits; /* with lines that were left out */

static const char *const level_words[] = {
	[SL_LOG_ERROR] = "error",
	[SL_LOG_WARNING] = "warning",
	[SL_LOG_NOTICE] = "notice",
	[SL_LOG_INFO] = "info",
	[SL_LOG_DEBUG] = "debug",
};

static const char *const format_words[] = {
	[SL_LOG_AUTO] = "auto",
	[SL_LOG_JOURNAL] = "journal",
	[SL_LOG_TEXT] = "text",
	[SL_LOG_JSON] = "json",
};

struct sl_decimal sl_decimal(uint64_t number)
{
	struct sl_decimal decimal;

	snprintf(decimal.text, sizeof(decimal.text), "%" PRIu64, number);
	return decimal;
}

void sl_log_set_name(const char *program)
{
	name = program;
}

void sl_log_set_level(enum sl_log_level level)
{
	least = level;
}

void sl_log_set_format(enum sl_log_format format)
{
	sl_log_sink_set(format);
}

void sl_log_set_hiding(bool hides)
{
	hiding = hides;
}

bool sl_log_hiding(void)
{
	return hiding;
}

int sl_log_wanted(enum sl_log_level level)
{
	return level <= least;
}

const char *sl_log_level_word(enum sl_log_level level)
{
	return level_words[level];
}

const char *sl_log_format_word(enum sl_log_format format)
{
	return format_words[format];
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

int sl_log_format_of(const char *word, enum sl_log_format *format)
{
	for (int i = SL_LOG_AUTO; i <= SL_LOG_JSON; i++)
		if (!strcmp(word, format_words[i])) {
			*format = (enum sl_log_format)i;
			return true;
		}
	return false;
}

/* The one way of text into a line: pseudonyms, then no byte that anything would act on. `cut`: the
 * text is the beginning of a longer one. */
static const char *shown(char *out, size_t room, const char *text, bool cut)
{
	char hidden[VALUE + SL_LOG_LINE];
	size_t len = strlen(text);

	if (hiding) {
		if (cut)
			len = sl_pseudonyms_trim(text, len);
		len = sl_pseudonyms_hide(hidden, sizeof(hidden), text, len);
		text = hidden;
	}
	sl_escape(out, room, text, len, SL_ESCAPE_LINE);
	return out;
}

static bool emit(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *message, bool cut)
{
	static const struct sl_log_fields none;
	char text[SL_LOG_LINE + 8], values[sizeof(none) / sizeof(char *)][VALUE];
	struct sl_log_fields ready = {0};
	unsigned n = 0;
	bool done;

	if (!fields)
		fields = &none;
#define X(member, label, what)                                                 \
	if (fields->member)                                                    \
		ready.member = shown(values[n], VALUE, fields->member, false); \
	n++;
	SL_LOG_FIELDS(X)
#undef X
	done = sl_log_sink_put(&(struct sl_log_entry){.level = level,
		.level_word = level_words[level],
		.program = name,
		.message = shown(text, sizeof(text), message, cut),
		.fields = &ready});
	if (done)
		written++;
	return done;
}

/* Tells of lines that nobody took, as soon as somebody takes one. */
static void tell_lost(void)
{
	uint64_t n = untold;
	char text[80];

	if (!n)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " line(s) of the log were lost: nobody took them",
		n);
	if (emit(SL_LOG_WARNING, SL_FIELDS(.count = sl_decimal(n).text), text, false))
		untold -= n;
}

void sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...)
{
	char message[SL_LOG_LINE];
	int saved = errno, len;
	va_list arguments;

	if (!sl_log_wanted(level))
		return;
	va_start(arguments, format);
	len = vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	tell_lost();
	if (!emit(level, fields, message, len >= (int)sizeof(message))) {
		lost++;
		untold++;
	}
	errno = saved;
}

/* The sentence with dots where each of its lines said something else. */
static void kind_of(const char *format, char *kind, size_t room)
{
	size_t len = 0;

	while (*format && len + 4 < room) {
		if (*format != '%') {
			kind[len++] = *format++;
			continue;
		}
		format += 1 + strcspn(format + 1, "diouxXeEfgGcsp%");
		memcpy(kind + len, "...", 3);
		len += *format == '%' ? 1 : 3;
		if (*format == '%')
			kind[len - 1] = '%';
		format += *format != '\0';
	}
	kind[len] = '\0';
}

static void tell_left_out(struct sl_log_limit *limit)
{
	char kind[160];

	kind_of(limit->format, kind, sizeof(kind));
	sl_log_event(limit->level, SL_FIELDS(.count = sl_decimal(limit->left_out).text),
		"%u more were left out like: %s", limit->left_out, kind);
	limit->left_out = 0;
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level, const char *format)
{
	uint64_t ns;

	if (!sl_log_wanted(level))
		return false;
	ns = clock_ns();
	if (ns < limit->next) {
		limit->left_out++;
		left_out++;
		limit->level = level;
		limit->format = format;
		if (!limit->listed) {
			limit->behind = limits;
			limits = limit;
			limit->listed = true;
		}
		return false;
	}
	limit->next = ns + 1000000000u;
	if (limit->left_out)
		tell_left_out(limit);
	return true;
}

void sl_log_tick(void)
{
	struct sl_log_limit **at = &limits, *limit;
	uint64_t ns = clock_ns();

	while ((limit = *at)) {
		if (ns < limit->next) {
			at = &limit->behind;
			continue;
		}
		if (limit->left_out)
			tell_left_out(limit);
		*at = limit->behind;
		limit->listed = false;
	}
	tell_lost();
}

struct sl_log_stats sl_log_stats(void)
{
	return (struct sl_log_stats){.written = written, .left_out = left_out, .lost = lost};
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
