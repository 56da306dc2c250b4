/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of all that could not be put back. A change that fails half-way is undone: all of it,
 * whatever fails on the way back too, and here is the list of that. Empty: everything is as it was.
 */
#ifndef SL_CTRL_UNRESTORED_H
#define SL_CTRL_UNRESTORED_H

#include "sluice/error.h"

enum { SL_UNRESTORED = 16 /* that are named; further ones are counted */ };

struct sl_unrestored {
	unsigned n; /* all */
	char text[SL_UNRESTORED][SL_ERROR_TEXT];
};

/* Adds a sentence: which thing, and why. */
void sl_unrestored_add(struct sl_unrestored *left, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many of them have a text. */
static inline unsigned sl_unrestored_named(const struct sl_unrestored *left)
{
	return left->n < SL_UNRESTORED ? left->n : SL_UNRESTORED;
}

/* Logs each as an error, behind "WHAT: not put back: "; nothing if the list is empty. */
void sl_unrestored_log(const struct sl_unrestored *left, const char *what);

#endif
