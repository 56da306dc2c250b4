/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes records to their files on a thread of its own. The control thread only hands them over:
 * it never waits for the disk. A record that cannot be written, or for which the queue has no room
 * because the disk is slow, is lost and counted. Writing goes on by itself as soon as it can.
 *
 * A file that was renamed or removed is left, and made anew, within a second: logrotate needs no
 * more than that.
 */
#ifndef SL_CTRL_WRITER_H
#define SL_CTRL_WRITER_H

#include "ctrl/records/record_file.h"
#include "sluice/error.h"

enum {
	SL_WRITER_QUEUE = 16 << 20, /* bytes of records that wait */
	SL_WRITER_BATCH = 64,       /* records written between two looks at the files */
	SL_WRITER_PATIENCE_S = 10,  /* the most that the end of the daemon waits for the disk */
};

/* The files that there may be. */
enum sl_book { SL_BOOK_CDR_JSON, SL_BOOK_CDR_CSV, SL_BOOK_AUDIT, SL_BOOK_COUNT };

/* How a file is written. Both functions are called by the writer's thread. */
struct sl_book_format {
	const char *name; /* of the file in the directory */

	/* The file has just been opened: checks its end, writes what it begins with. 0 or -errno.
	 */
	int (*opened)(void *context, struct sl_record_file *file);

	/* Appends one record; `lost`: so many before it were. 0, or -errno with nothing written. */
	int (*append)(void *context, struct sl_record_file *file, const char *body, size_t len,
		uint64_t lost);
};

struct sl_book_stats {
	bool used;
	uint64_t written, lost; /* records since the start */
	int error;              /* why the last one was lost, -errno; 0: it was not */
};

struct sl_writer;

/* A writer to an existing directory, without files. NULL: out of memory. */
struct sl_writer *sl_writer_new(const char *directory, enum sl_records_sync sync);

/* Opens a file, before the start. 0, or -errno with `error`. `context` must outlive the writer. */
int sl_writer_add(struct sl_writer *writer, enum sl_book book, const struct sl_book_format *format,
	void *context, struct sl_error *error);

/* Has pseudonyms stand for addresses in all files, before the start; sl_pseudonyms_start() came
 * first. */
void sl_writer_hide_addresses(struct sl_writer *writer);

/*
 * Starts the thread, which first gives up what it does not need by `strip` (0 or -errno; NULL: it
 * has nothing). 0, or -errno with `error`.
 */
int sl_writer_start(struct sl_writer *writer, int (*strip)(void), struct sl_error *error);

/* Hands a record over, without waiting. `body` is from malloc, and the writer's from here on;
 * NULL: the record could not be made, and is lost. */
void sl_writer_put(struct sl_writer *writer, enum sl_book book, char *body, size_t len);

/* Syncs so from now on. */
void sl_writer_sync(struct sl_writer *writer, enum sl_records_sync sync);

/* Has all files closed and opened again, soon. */
void sl_writer_reopen(struct sl_writer *writer);

/* The daemon ends: from here on sl_writer_put waits for room, SL_WRITER_PATIENCE_S in all. */
void sl_writer_ending(struct sl_writer *writer);

struct sl_book_stats sl_writer_stats(struct sl_writer *writer, enum sl_book book);
const char *sl_writer_name(const struct sl_writer *writer, enum sl_book book);

/*
 * Writes and syncs what waits, and frees the writer. False: the disk did not answer within
 * SL_WRITER_PATIENCE_S, and what waited may be lost; memory then stays, since it may be in use.
 */
bool sl_writer_stop(struct sl_writer *writer);

#endif
