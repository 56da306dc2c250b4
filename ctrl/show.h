/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of the administrator's socket as text of at most 80 columns, to standard output. */
#ifndef SL_CTRL_SHOW_H
#define SL_CTRL_SHOW_H

#include <jansson.h>
#include <stdbool.h>

void sl_show_status(const json_t *answer);
void sl_show_calls(const json_t *answer);
void sl_show_call(const json_t *answer);
void sl_show_drops(const json_t *answer);
void sl_show_guard(const json_t *answer);
void sl_show_ports(const json_t *answer);

/* Reasons that did not occur, too. */
extern bool sl_show_all;

/* What stands between the two ends. */
void sl_show_why(const json_t *answer);

/* A line of the event stream. */
void sl_show_event(const char *line);

#endif
