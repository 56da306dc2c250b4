/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of /proc and /sys below a root directory: "" is this machine, tests have trees of their
 * own.
 */
#ifndef SL_CTRL_HOST_FILE_H
#define SL_CTRL_HOST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SL_HOST_PATH = 512 };

/*
 * Reads the file `root` + the path of `format`, up to `room` - 1 bytes, and ends them with a NUL;
 * white space at the end is left out. Returns the length, or -errno with an empty text.
 */
ssize_t sl_host_read(const char *root, char *text, size_t room, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* As sl_host_read, a number. False: there is no such file, or it has none. */
bool sl_host_number(const char *root, long long *number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Is there such a file or directory? */
bool sl_host_has(const char *root, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last part of what the symbolic link points to, as /sys names drivers. False: no such link. */
bool sl_host_link(const char *root, char *text, size_t room, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Calls `each` with the names in a directory, but for "." and "..". False: there is none. */
bool sl_host_each(const char *root, void (*each)(void *context, const char *name), void *context,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Is `core` in a list of the kernel, "0-3,8"? An empty list has none.
 */
bool sl_host_list_has(const char *list, unsigned core);

#endif
