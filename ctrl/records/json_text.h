/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text in JSON, which has to be UTF-8 (RFC 8259 8.1): jansson refuses a text that is not, and with
 * it the whole object around it. So a text from outside, or one that may have been cut, becomes a
 * string here and nowhere else. NULL: out of memory.
 */
#ifndef SL_CTRL_JSON_TEXT_H
#define SL_CTRL_JSON_TEXT_H

#include <jansson.h>

#include "ctrl/base/unrestored.h"

/* A string; null for NULL. Where the text is no UTF-8 its escapes are those of the log
 * (SL_ESCAPE_LINES of ctrl/base/escape.h). */
json_t *sl_json_text(const char *text);

/* The same of what printf would write. */
json_t *sl_json_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An answer that is no more than "error". */
json_t *sl_json_error(const char *text);

/* The same of a change that was refused; with "unrestored", what could not be put back, and how
 * many "more", if it is not all as it was. */
json_t *sl_json_refused(const struct sl_error *error, const struct sl_unrestored *left);

#endif
