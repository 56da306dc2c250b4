/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of the administrator's socket as text of at most 80 columns, to standard output. */
#ifndef SL_CTRL_SHOW_H
#define SL_CTRL_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctrl/base/escape.h"

/*
 * The answer with every string and key in it fit for a terminal, names as words, the rest as `how`
 * says: the one way from a socket to the views below. NULL: there was none, or no memory.
 */
json_t *sl_show_plain(const json_t *answer, enum sl_escape how);

void sl_show_status(const json_t *answer);
void sl_show_calls(const json_t *answer);
void sl_show_call(const json_t *answer);
void sl_show_drops(const json_t *answer);
void sl_show_guard(const json_t *answer);
void sl_show_ports(const json_t *answer);

void sl_show_reload(const json_t *answer);
void sl_show_config(const json_t *answer);    /* itself, or differences from the file */
void sl_show_drift(const json_t *config);     /* in one line, of the status */
void sl_show_obstacles(const json_t *answer); /* to standard error: why it was not reloaded */

/* Reasons that did not occur, too. */
extern bool sl_show_all;

/* Shows the path between the two ends. */
void sl_show_why(const json_t *answer);

/* The same two to a stream. */
void sl_print_call(FILE *out, const json_t *answer);
void sl_print_why(FILE *out, const json_t *answer);

/* A line of the event stream, as it came. */
void sl_show_event(const char *line);

/* A packet of `trace`, and the last line of `trace` and `capture`, fit for a terminal. */
void sl_show_packet(const json_t *packet);
void sl_show_tap_end(const json_t *end);

#endif
