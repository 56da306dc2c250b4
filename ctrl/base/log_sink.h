/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where log lines go: the journal's socket, or stderr. Nothing here waits. Private to ctrl/base and
 * its tests.
 *
 * The journal's native protocol is a datagram of lines NAME=value; its second form, for values with
 * newlines, is not needed, as no value has one, nor is a file descriptor for long ones, as all are
 * bounded. It is not sd_journal_sendv(3), whose socket waits while the journal does not read.
 */
#ifndef SL_CTRL_LOG_SINK_H
#define SL_CTRL_LOG_SINK_H

#include <stdbool.h>

#include "ctrl/base/log_fields.h"

/* A line, ready: escaped, with pseudonyms where they are wanted. */
struct sl_log_entry {
	enum sl_log_level level;
	const char *level_word, *program, *message;
	const struct sl_log_fields *fields; /* never NULL */
};

/* Chooses where and how. */
void sl_log_sink_set(enum sl_log_format format);

/* The path of the journal's socket; a constant. */
void sl_log_sink_set_journal(const char *path);

/* False: nobody took it. */
bool sl_log_sink_put(const struct sl_log_entry *entry);

#endif
