/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line per event, for the control thread and start-up: never on the packet path. A line is a
 * sentence and, beside it, fields that a machine can look for: fields of the journal, keys of a
 * JSON object, or nothing where lines are for people. Text from outside may be logged: what a
 * terminal would act on is escaped, values are bounded, and no value has a newline, so nobody can
 * write a line or a field of their own. An identifier from outside stands in a sentence as
 * sl_word(id).text (ctrl/base/escape.h), so that it cannot be taken for more than itself.
 *
 * Every sentence and every value passes through one place, which puts pseudonyms for addresses if
 * it was told to (ctrl/base/pseudonym.h): callers name addresses as they are.
 *
 * Nothing waits: a line that nobody takes is lost and counted, and that is logged when lines are
 * taken again.
 */
#ifndef SL_CTRL_LOG_H
#define SL_CTRL_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/base/escape.h"
#include "ctrl/base/log_fields.h"

enum { SL_LOG_LINE = 1024 }; /* bytes of a sentence; what is longer is cut */

/* For an argument: SL_FIELDS(.call = call->id, .reason = reason). */
#define SL_FIELDS(...) (&(const struct sl_log_fields){__VA_ARGS__})

/* For a value: sl_decimal(n).text. */
struct sl_decimal {
	char text[24];
};
struct sl_decimal sl_decimal(uint64_t number);

/* Names the program; a constant. Before the first call: sluiced. */
void sl_log_set_name(const char *program);

/* Leaves out what is less grave than `level` from here on. Before the first call: SL_LOG_INFO. */
void sl_log_set_level(enum sl_log_level level);

/* Where lines go from here on, and in which form. Before the first call: SL_LOG_AUTO. Not while
 * other threads log. */
void sl_log_set_format(enum sl_log_format format);

/* Has pseudonyms stand for addresses from here on; sl_pseudonyms_start() comes first. */
void sl_log_set_hiding(bool hiding);
/* True: they do. */
bool sl_log_hiding(void);

/* True: a line of this level is logged. */
int sl_log_wanted(enum sl_log_level level);

/* The words of the configuration (`log-level`, `log-format`). */
const char *sl_log_level_word(enum sl_log_level level);
const char *sl_log_format_word(enum sl_log_format format);
/* True: `word` is one, and `level` or `format` is set. */
int sl_log_level_of(const char *word, enum sl_log_level *level);
int sl_log_format_of(const char *word, enum sl_log_format *format);

/*
 * A sentence without its newline, and fields (NULL: none). Keys and other secrets must never be in
 * them. errno is kept.
 */
void sl_log_event(enum sl_log_level level, const struct sl_log_fields *fields, const char *format,
	...) __attribute__((format(printf, 3, 4)));

#define sl_log(level, ...)  sl_log_event(level, NULL, __VA_ARGS__)
#define sl_log_warning(...) sl_log(SL_LOG_WARNING, __VA_ARGS__)
#define sl_log_notice(...)  sl_log(SL_LOG_NOTICE, __VA_ARGS__)
#define sl_log_info(...)    sl_log(SL_LOG_INFO, __VA_ARGS__)
/* Its arguments are worked out only where it is wanted. */
#define sl_log_debug(...) sl_log_debug_event(NULL, __VA_ARGS__)
#define sl_log_debug_event(fields, ...)                                  \
	do {                                                             \
		if (sl_log_wanted(SL_LOG_DEBUG))                         \
			sl_log_event(SL_LOG_DEBUG, fields, __VA_ARGS__); \
	} while (0)

/*
 * For what a peer can provoke, from the control thread: at most one line a second from each place.
 * How many were left out is logged afterwards: before the place's next line, or by sl_log_tick().
 */
#define SL_LOG_LIMITED(level, ...) SL_LOG_LIMITED_EVENT(level, NULL, __VA_ARGS__)
#define SL_LOG_LIMITED_EVENT(level, fields, ...)                                   \
	do {                                                                       \
		static struct sl_log_limit limit_;                                 \
                                                                                   \
		if (sl_log_allowed(&limit_, level, SL_LOG_FIRST(__VA_ARGS__, ""))) \
			sl_log_event(level, fields, __VA_ARGS__);                  \
	} while (0)
#define SL_LOG_FIRST(first, ...) first

struct sl_log_limit {
	uint64_t next;     /* ns, monotonic: when the next line may be written */
	unsigned left_out; /* lines, not told of yet */
	enum sl_log_level level;
	const char *format;          /* of the line: which kind it is */
	struct sl_log_limit *behind; /* in the list of those with `left_out` */
	bool listed;
};

/* True: write the line. Tells how many were left out before it. */
int sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level, const char *format);

/* Tells what was left out or lost and was not told of yet; about once a second. */
void sl_log_tick(void);

/* Lines since the start. */
struct sl_log_stats {
	uint64_t written;
	uint64_t left_out; /* by limits */
	uint64_t lost;     /* nobody took them */
};
struct sl_log_stats sl_log_stats(void);

/*
 * Tells the service manager that start-up or a reload is over, with one line on what is going on
 * for `systemctl status`; that a reload begins; that all is well (WatchdogSec=); or that the end
 * has begun. Nothing happens without a service manager (sd_notify(3)).
 */
void sl_notify_ready(const char *status);
void sl_notify_reloading(void); /* sl_notify_ready() ends it */
void sl_notify_alive(void);
void sl_notify_stopping(void);

#endif
