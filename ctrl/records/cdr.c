/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/cdr.h"

#include <string.h>

#include "ctrl/observe/quality.h"
#include "ctrl/records/record_time.h"
#include "dataplane/base/clock.h"

enum { MS = 1000000 }; /* ns */

void sl_cdr_init(struct sl_cdr *cdr, const struct sl_sessions *sessions, const struct sl_call *call,
	const char *cause)
{
	int64_t now = sl_record_now();
	uint64_t clock = sl_clock();

	*cdr = (struct sl_cdr){.sessions = sessions, .cause = cause, .ended = now};
	sl_quality_sample((struct sl_call *)call); /* it changes nothing else */
	sl_view_call(call, &cdr->call);
	sl_view_totals(&cdr->call, &cdr->totals);
	cdr->set_up = now - (int64_t)(clock - cdr->call.begun);
	if (cdr->call.answered)
		cdr->answered = now - (int64_t)(clock - cdr->call.answered);
}

int64_t sl_cdr_duration(const struct sl_cdr *cdr)
{
	return (cdr->ended - cdr->set_up) / MS;
}

int64_t sl_cdr_talk(const struct sl_cdr *cdr)
{
	return cdr->answered ? (cdr->ended - cdr->answered) / MS : -1;
}

static int opened_json(void *context, struct sl_record_file *file)
{
	return sl_record_file_trim(file);
}

static int opened_csv(void *context, struct sl_record_file *file)
{
	int rc = sl_record_file_trim(file);

	if (rc || file->size)
		return rc;
	return sl_record_file_append(file, sl_cdr_csv_header, strlen(sl_cdr_csv_header));
}

static int append(
	void *context, struct sl_record_file *file, const char *body, size_t len, uint64_t lost)
{
	return sl_record_file_append(file, body, len);
}

const struct sl_book_format sl_cdr_json_format = {"cdr.jsonl", opened_json, append};
const struct sl_book_format sl_cdr_csv_format = {"cdr.csv", opened_csv, append};
