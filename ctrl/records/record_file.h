/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file that records are appended to: each is in it whole, or not at all. All functions may wait
 * for the disk, so they are the writer's (ctrl/records/writer.h), not the control thread's.
 */
#ifndef SL_CTRL_RECORD_FILE_H
#define SL_CTRL_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ctrl/config/config.h"

enum { SL_RECORD_PATH = SL_CONFIG_PATH + 32 }; /* bytes, NUL included */

struct sl_record_file {
	char path[SL_RECORD_PATH];
	int fd; /* -1: not open */
	dev_t device;
	ino_t inode;
	off_t size;    /* bytes of whole records */
	bool torn;     /* a part of a record is behind them, and could not be cut off yet */
	bool unsynced; /* something was written since the last sl_record_file_sync */
};

/* Names it; it is not open. */
void sl_record_file_init(struct sl_record_file *file, const char *directory, const char *name);

/* Opens it, made with mode 0640 if it is not there. 0 or -errno; -EINVAL: it is no regular file. */
int sl_record_file_open(struct sl_record_file *file);
void sl_record_file_close(struct sl_record_file *file);

/* True: the path leads to another file by now, or to none (it was renamed or removed). */
bool sl_record_file_moved(const struct sl_record_file *file);

/* Appends one record. 0, or -errno with the file as it was before. */
int sl_record_file_append(struct sl_record_file *file, const char *data, size_t len);

/*
 * Reads the last `room` bytes, or all there are. Returns how many, or -errno.
 */
ssize_t sl_record_file_tail(const struct sl_record_file *file, char *data, size_t room);

/* Cuts off what follows the last newline, which a crash may have left. 0 or -errno. */
int sl_record_file_trim(struct sl_record_file *file);

/* Has it on the disk by the return, if anything was written. 0 or -errno. */
int sl_record_file_sync(struct sl_record_file *file);

#endif
