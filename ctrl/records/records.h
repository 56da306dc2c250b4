/* SPDX-License-Identifier: BSD-3-Clause */
/* All that is recorded: a CDR of each call, and the audit trail ([records] of the configuration).
 */
#ifndef SL_CTRL_RECORDS_H
#define SL_CTRL_RECORDS_H

#include "ctrl/call/notice.h"
#include "ctrl/call/session.h"
#include "ctrl/records/audit.h"
#include "ctrl/records/writer.h"

struct sl_records {
	struct sl_config_records config;
	struct sl_writer *writer; /* NULL: nothing is recorded */
	struct sl_audit *audit;   /* NULL: there is no trail */
	struct sl_alarm alarm;
	uint64_t lost;            /* as the alarm has seen it */
	int error[SL_BOOK_COUNT]; /* as the log was told */
	sl_notify notify;         /* of alarms; NULL: nobody wants to know */
	void *notify_context;
};

/* Opens the files, as the user that the daemon is from here on; `strip` as sl_writer_start. 0, or
 * -errno with `error`. */
int sl_records_start(struct sl_records *records, const struct sl_config_records *config,
	int (*strip)(void), struct sl_error *error);

/* Hears of what happens to calls: at the end of one, a CDR is written. */
void sl_records_notify(struct sl_records *records, const struct sl_sessions *sessions,
	const struct sl_notice *notice);

/* Once a second: an alarm when records were lost, until they are written again. */
void sl_records_tick(struct sl_records *records);

/* When records are on the disk, from now on. */
void sl_records_sync(struct sl_records *records, enum sl_records_sync sync);

/* Has files closed and opened again. False: nothing is recorded. */
bool sl_records_rotate(struct sl_records *records);

/* The daemon ends, and all calls will: from here on there is time to wait for the disk. */
void sl_records_ending(struct sl_records *records);
void sl_records_stop(struct sl_records *records);

#endif
