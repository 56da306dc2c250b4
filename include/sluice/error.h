/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why something was refused: a code for whoever called, and words for people. A code is negative:
 * -errno, or one that the domain has of its own and that means one thing (ctrl/call/refusal.h).
 */
#ifndef SLUICE_ERROR_H
#define SLUICE_ERROR_H

#include <stdarg.h>
#include <stdio.h>

enum { SL_ERROR_TEXT = 320 }; /* bytes, NUL included; what is longer is cut */

struct sl_error {
	int code; /* 0: nothing was refused, the words are a remark */
	char text[SL_ERROR_TEXT];
};

/* Fills in both, in place of what was there. Returns `code`. */
__attribute__((format(printf, 3, 4))) static inline int sl_refuse(
	struct sl_error *error, int code, const char *format, ...)
{
	va_list arguments;

	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return code;
}

/* Fills in words about something that is passed over. The first such remark stays. */
__attribute__((format(printf, 2, 3))) static inline void sl_remark(
	struct sl_error *error, const char *format, ...)
{
	va_list arguments;

	if (error->text[0])
		return;
	error->code = 0;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
}

#endif
