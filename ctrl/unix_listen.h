/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding a Unix stream socket where one may have been left behind. */
#ifndef SL_CTRL_UNIX_LISTEN_H
#define SL_CTRL_UNIX_LISTEN_H

#include <stddef.h>
#include <sys/stat.h>

/*
 * A socket bound to `path` with `mode`, not yet listening; the file of a process that is gone is
 * replaced. The descriptor, or -errno with `why` (`room` bytes): -EADDRINUSE when somebody answers
 * there. `file` identifies what was made.
 */
int sl_unix_bind(const char *path, mode_t mode, struct stat *file, char *why, size_t room);

/* Removes the socket file if it is still the one that was made. */
void sl_unix_unlink(const char *path, const struct stat *file);

#endif
