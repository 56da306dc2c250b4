/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line of CSV (RFC 4180): fields with commas or quotes are quoted, and the line ends in CR LF.
 * Unprintable characters are escaped first (ctrl/base/escape.h), so that a record is one line
 * whatever a party sends. A pure leaf.
 */
#ifndef SL_CTRL_CSV_H
#define SL_CTRL_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SL_CSV_LINE = 16 * 1024 }; /* bytes */

struct sl_csv {
	char text[SL_CSV_LINE];
	size_t len;
	bool overflow; /* it did not fit */
};

/* One field each; NULL is empty. All zero is an empty line. */
void sl_csv_text(struct sl_csv *csv, const char *text);
void sl_csv_number(struct sl_csv *csv, int64_t number);
/* With three digits behind the point; not `known`: empty. */
void sl_csv_real(struct sl_csv *csv, bool known, double number);

/* Ends the line. */
void sl_csv_end(struct sl_csv *csv);

#endif
