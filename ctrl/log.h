/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line per event, to standard error: for people at a terminal, with a priority in front for the
 * journal (sd-daemon(3)). Never on the packet path, and never with a key in it.
 */
#ifndef SL_CTRL_LOG_H
#define SL_CTRL_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* As in syslog(3). */
enum sl_log_level {
	SL_LOG_ERROR = 3,
	SL_LOG_WARNING = 4,
	SL_LOG_NOTICE = 5,
	SL_LOG_INFO = 6,
};

/* `format` without a newline. Bytes that do not print become '?': text may be a peer's. */
void sl_log(enum sl_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True at most once per second for each `*last` (ns of the monotonic clock, 0 at first). */
bool sl_log_allowed(uint64_t *last);

/* For what a peer can cause at will: at most one line per second and place. */
#define SL_LOG_LIMITED(level, ...)                  \
	do {                                        \
		static uint64_t sl_log_last;        \
		if (sl_log_allowed(&sl_log_last))   \
			sl_log(level, __VA_ARGS__); \
	} while (0)

#endif
