/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/records.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "ctrl/base/log.h"
#include "ctrl/observe/alarm_notify.h"
#include "ctrl/records/cdr.h"

/* The head is told where the file is not: what it says can be compared with that. */
static void tell_head(const struct sl_records *records, const char *when)
{
	const struct sl_chain head = sl_audit_head(records->audit);
	char text[SL_CHAIN_HEAD];

	if (!head.seq)
		sl_log_notice("audit: a trail begins");
	else
		sl_log_notice("audit: the trail %s %s", when, sl_chain_text(&head, text));
}

static int start_audit(struct sl_records *records, struct sl_error *error)
{
	records->audit = sl_audit_new(records->writer, records->config.directory, error);
	if (!records->audit)
		return error->code;
	tell_head(records, "goes on after");
	return 0;
}

int sl_records_start(struct sl_records *records, const struct sl_config_records *config,
	int (*strip)(void), struct sl_error *error)
{
	int rc = 0;

	records->config = *config;
	if (!config->cdr_json && !config->cdr_csv && !config->audit)
		return 0;
	records->writer = sl_writer_new(config->directory, config->sync);
	if (!records->writer)
		return sl_refuse(error, -ENOMEM, "out of memory");
	if (config->pseudonyms)
		sl_writer_hide_addresses(records->writer);
	if (config->cdr_json)
		rc = sl_writer_add(
			records->writer, SL_BOOK_CDR_JSON, &sl_cdr_json_format, NULL, error);
	if (!rc && config->cdr_csv)
		rc = sl_writer_add(
			records->writer, SL_BOOK_CDR_CSV, &sl_cdr_csv_format, NULL, error);
	if (!rc && config->audit)
		rc = start_audit(records, error);
	return rc ? rc : sl_writer_start(records->writer, strip, error);
}

void sl_records_notify(struct sl_records *records, const struct sl_sessions *sessions,
	const struct sl_notice *notice)
{
	struct sl_cdr cdr;
	size_t len = 0;
	char *line;

	if (notice->type != SL_NOTICE_ENDED || !records->writer ||
		(!records->config.cdr_json && !records->config.cdr_csv))
		return;
	sl_cdr_init(&cdr, sessions, notice->call, notice->reason);
	if (records->config.cdr_json) {
		line = sl_cdr_json(&cdr, &len);
		sl_writer_put(records->writer, SL_BOOK_CDR_JSON, line, len);
	}
	if (records->config.cdr_csv) {
		line = sl_cdr_csv(&cdr, &len);
		sl_writer_put(records->writer, SL_BOOK_CDR_CSV, line, len);
	}
}

static void tell_error(
	struct sl_records *records, enum sl_book book, const struct sl_book_stats *stats)
{
	const char *name = sl_writer_name(records->writer, book);

	if (stats->error == records->error[book])
		return;
	records->error[book] = stats->error;
	if (stats->error)
		sl_log_event(SL_LOG_WARNING,
			SL_FIELDS(.file = name, .reason = strerror(-stats->error),
				.count = sl_decimal(stats->lost).text),
			"records: %s/%s: %s; calls go on, %" PRIu64 " record(s) are lost so far",
			records->config.directory, name, strerror(-stats->error), stats->lost);
	else
		sl_log_event(SL_LOG_NOTICE,
			SL_FIELDS(.file = name, .count = sl_decimal(stats->lost).text),
			"records: %s/%s is written again, after %" PRIu64 " lost record(s)",
			records->config.directory, name, stats->lost);
}

void sl_records_tick(struct sl_records *records)
{
	struct sl_alarm_report report = {
		.kind = SL_ALARM_RECORDS, .threshold = 1, .alarm = &records->alarm};
	uint64_t lost = 0, rate;
	bool failing = false;

	if (!records->writer)
		return;
	for (unsigned i = 0; i < SL_BOOK_COUNT; i++) {
		struct sl_book_stats stats = sl_writer_stats(records->writer, (enum sl_book)i);

		if (!stats.used)
			continue;
		lost += stats.lost;
		failing |= stats.error != 0;
		tell_error(records, (enum sl_book)i, &stats);
	}
	rate = lost - records->lost;
	records->lost = lost;
	if (failing && !rate && records->alarm.raised)
		return; /* it does not end because nothing came that could be lost */
	report.now = time(NULL);
	report.change = sl_alarm_step(&records->alarm, rate, report.threshold, report.now);
	if (report.change != SL_ALARM_SAME)
		sl_alarm_notify(records->notify, records->notify_context,
			&(struct sl_notice){.type = SL_NOTICE_ALARM, .alarm = &report});
}

void sl_records_sync(struct sl_records *records, enum sl_records_sync sync)
{
	records->config.sync = sync;
	if (records->writer)
		sl_writer_sync(records->writer, sync);
}

bool sl_records_rotate(struct sl_records *records)
{
	if (records->writer)
		sl_writer_reopen(records->writer);
	return records->writer;
}

void sl_records_ending(struct sl_records *records)
{
	if (records->writer)
		sl_writer_ending(records->writer);
}

void sl_records_stop(struct sl_records *records)
{
	if (!sl_writer_stop(records->writer)) {
		sl_log_warning("records: the disk of %s does not answer; the last records are lost",
			records->config.directory);
		return; /* the thread may still use them */
	}
	records->writer = NULL;
	if (records->audit)
		tell_head(records, "ends with");
	sl_audit_free(records->audit);
	records->audit = NULL;
}
