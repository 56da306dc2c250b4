/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/base/escape.h"

enum { FIELD = 1024, END = 2 }; /* bytes: of a text before it is escaped; of CR LF */

static void put(struct sl_csv *csv, const char *data, size_t len)
{
	if (csv->len + len > SL_CSV_LINE - END) {
		csv->overflow = true;
		return;
	}
	memcpy(csv->text + csv->len, data, len);
	csv->len += len;
}

static void separate(struct sl_csv *csv)
{
	if (csv->len)
		put(csv, ",", 1);
}

void sl_csv_text(struct sl_csv *csv, const char *text)
{
	char printable[4 * FIELD + 2];

	separate(csv);
	if (!text)
		text = "";
	sl_escape(printable, sizeof(printable), text, strnlen(text, FIELD), SL_ESCAPE_LINE);
	if (!strpbrk(printable, ",\"")) {
		put(csv, printable, strlen(printable));
		return;
	}
	put(csv, "\"", 1);
	for (const char *c = printable; *c; c++) {
		if (*c == '"')
			put(csv, "\"", 1);
		put(csv, c, 1);
	}
	put(csv, "\"", 1);
}

void sl_csv_number(struct sl_csv *csv, int64_t number)
{
	char text[24];

	separate(csv);
	put(csv, text, (size_t)snprintf(text, sizeof(text), "%" PRId64, number));
}

void sl_csv_real(struct sl_csv *csv, bool known, double number)
{
	char text[64] = "";

	if (known)
		snprintf(text, sizeof(text), "%.3f", number);
	separate(csv);
	put(csv, text, strlen(text));
}

void sl_csv_end(struct sl_csv *csv)
{
	memcpy(csv->text + csv->len, "\r\n", END);
	csv->len += END;
}
