/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/unrestored.h"

#include <stdarg.h>

#include "ctrl/base/log.h"

void sl_unrestored_add(struct sl_unrestored *left, const char *format, ...)
{
	va_list arguments;

	if (left->n < SL_UNRESTORED) {
		va_start(arguments, format);
		vsnprintf(left->text[left->n], sizeof(left->text[0]), format, arguments);
		va_end(arguments);
	}
	left->n++;
}

void sl_unrestored_log(const struct sl_unrestored *left, const char *what)
{
	unsigned named = sl_unrestored_named(left);

	for (unsigned i = 0; i < named; i++)
		sl_log(SL_LOG_ERROR, "%s: not put back: %s", what, left->text[i]);
	if (left->n > named)
		sl_log(SL_LOG_ERROR, "%s: not put back: and %u more", what, left->n - named);
}
