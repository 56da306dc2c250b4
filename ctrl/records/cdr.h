/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Call detail records: one of each call, at its end (docs/records.md has the fields). They tell the
 * same as `query` and `sluicectl call` (ctrl/observe/call_view.h). Keys are in none.
 */
#ifndef SL_CTRL_CDR_H
#define SL_CTRL_CDR_H

#include "ctrl/observe/call_view.h"
#include "ctrl/records/writer.h"

enum { SL_CDR_MAX = 64 * 1024 }; /* bytes of a record */

struct sl_cdr {
	const struct sl_sessions *sessions;
	const char *cause; /* "deleted", "media timeout", "shutdown" */
	struct sl_call_view call;
	struct sl_totals_view totals;
	int64_t set_up, answered, ended; /* ns since 1970; answered 0: nobody has */
};

/* Describes a call that ends now. It is valid until the call changes. */
void sl_cdr_init(struct sl_cdr *cdr, const struct sl_sessions *sessions, const struct sl_call *call,
	const char *cause);

/* A line with its end, from malloc. NULL: out of memory. */
char *sl_cdr_json(const struct sl_cdr *cdr, size_t *len);
char *sl_cdr_csv(const struct sl_cdr *cdr, size_t *len);

/* The first line of cdr.csv, with its end. */
extern const char sl_cdr_csv_header[];

/* ms from set-up to end; from answer to end, or -1. */
int64_t sl_cdr_duration(const struct sl_cdr *cdr);
int64_t sl_cdr_talk(const struct sl_cdr *cdr);

/* The files cdr.jsonl and cdr.csv; their context is NULL. */
extern const struct sl_book_format sl_cdr_json_format, sl_cdr_csv_format;

#endif
