/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding a Unix stream socket where one may have been left behind, for those who may use it. */
#ifndef SL_CTRL_UNIX_LISTEN_H
#define SL_CTRL_UNIX_LISTEN_H

#include <stddef.h>
#include <sys/stat.h>

#include "ctrl/config/config.h"
#include "sluice/error.h"

/*
 * A socket bound to `path`, not yet listening; the file of a process that is gone is replaced. The
 * kernel lets connect who runs this process, root, and the `n` users and groups of `allow`, and
 * refuses everybody else (EACCES): by mode 0600 and an access control list, from the moment that
 * the file exists. Where the file system has no such lists and one is needed, the mode is 0666, and
 * the log says so: whoever takes connections must ask who it is in any case.
 *
 * The descriptor, or -errno with `error`: -EADDRINUSE when somebody answers there.
 * `file` identifies what was made.
 */
int sl_unix_bind(const char *path, const struct sl_config_allow *allow, unsigned n,
	struct stat *file, struct sl_error *error);

/*
 * Has others let in at the socket that sl_unix_bind made, if it is still there. 0, or -errno with
 * `error`.
 */
int sl_unix_allow(const char *path, const struct stat *file, const struct sl_config_allow *allow,
	unsigned n, struct sl_error *error);

/* Removes the socket file if it is still the one that was made. */
void sl_unix_unlink(const char *path, const struct stat *file);

#endif
