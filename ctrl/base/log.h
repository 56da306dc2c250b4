/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line per event to stderr, for the control thread and start-up: never on the packet path.
 * Under systemd each line carries its level in the form of sd-daemon(3); on a terminal it says the
 * level in words. What comes from outside may be logged: what a terminal would act on is escaped,
 * and lines are bounded. An identifier from outside is logged as sl_word(id).text
 * (ctrl/base/escape.h), so that it cannot be taken for more than itself.
 */
#ifndef SL_CTRL_LOG_H
#define SL_CTRL_LOG_H

#include <stdint.h>

#include "ctrl/base/escape.h"

enum { SL_LOG_LINE = 1024 }; /* bytes; what is longer is cut */

enum sl_log_level {         /* of syslog(3) */
	SL_LOG_ERROR = 3,   /* something the operator asked for does not work */
	SL_LOG_WARNING = 4, /* it works, but not as it should */
	SL_LOG_NOTICE = 5,  /* worth knowing */
	SL_LOG_INFO = 6,    /* the ordinary course */
	SL_LOG_DEBUG = 7,   /* each step, for whoever looks for a fault */
};

/* Names the program in lines that go to no journal; a constant. Before the first call: sluiced. */
void sl_log_set_name(const char *program);

/* Leaves out what is less grave than `level` from here on. Before the first call: SL_LOG_INFO. */
void sl_log_set_level(enum sl_log_level level);

/* True: a line of this level is logged. */
int sl_log_wanted(enum sl_log_level level);

/* The word of the configuration (`log-level`). */
const char *sl_log_level_word(enum sl_log_level level);
/* True: `word` is one, and `level` is set. */
int sl_log_level_of(const char *word, enum sl_log_level *level);

/* A line without its newline. Keys and other secrets must never be in it. errno is kept. */
void sl_log(enum sl_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define sl_log_warning(...) sl_log(SL_LOG_WARNING, __VA_ARGS__)
#define sl_log_notice(...)  sl_log(SL_LOG_NOTICE, __VA_ARGS__)
#define sl_log_info(...)    sl_log(SL_LOG_INFO, __VA_ARGS__)
/* Its arguments are worked out only where it is wanted. */
#define sl_log_debug(...)                                  \
	do {                                               \
		if (sl_log_wanted(SL_LOG_DEBUG))           \
			sl_log(SL_LOG_DEBUG, __VA_ARGS__); \
	} while (0)

/* For what a peer can provoke: at most one line a second from each place, with the number left out.
 */
#define SL_LOG_LIMITED(level, ...)                  \
	do {                                        \
		static struct sl_log_limit limit_;  \
                                                    \
		if (sl_log_allowed(&limit_, level)) \
			sl_log(level, __VA_ARGS__); \
	} while (0)

struct sl_log_limit {
	uint64_t next; /* ns, monotonic: when the next line may be written */
	unsigned left_out;
};

/* True: write the line. Says how many were left out before it. */
int sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level);

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
