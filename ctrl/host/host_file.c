/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/host/host_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_all(int fd, char *text, size_t room)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, text + len, room - 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while (len < room - 1 && (n > 0 || (n < 0 && errno == EINTR)));
	return n < 0 ? -errno : (ssize_t)len;
}

__attribute__((format(printf, 3, 0))) static bool join(
	char path[SL_HOST_PATH], const char *root, const char *format, va_list arguments)
{
	int len = snprintf(path, SL_HOST_PATH, "%s", root);

	if (len < 0 || len >= SL_HOST_PATH)
		return false;
	len += vsnprintf(path + len, SL_HOST_PATH - (size_t)len, format, arguments);
	return len < SL_HOST_PATH;
}

__attribute__((format(printf, 4, 0))) static ssize_t read_path(
	const char *root, char *text, size_t room, const char *format, va_list arguments)
{
	char path[SL_HOST_PATH];
	ssize_t n;
	int fd;

	*text = '\0';
	if (!join(path, root, format, arguments))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	n = read_all(fd, text, room);
	close(fd);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	text[n > 0 ? n : 0] = '\0';
	return n;
}

ssize_t sl_host_read(const char *root, char *text, size_t room, const char *format, ...)
{
	va_list arguments;
	ssize_t n;

	va_start(arguments, format);
	n = read_path(root, text, room, format, arguments);
	va_end(arguments);
	return n;
}

bool sl_host_number(const char *root, long long *number, const char *format, ...)
{
	char text[32], *end;
	va_list arguments;
	ssize_t n;

	va_start(arguments, format);
	n = read_path(root, text, sizeof(text), format, arguments);
	va_end(arguments);
	if (n <= 0)
		return false;
	*number = strtoll(text, &end, 10);
	return end != text;
}

bool sl_host_has(const char *root, const char *format, ...)
{
	char path[SL_HOST_PATH];
	va_list arguments;
	bool joined;

	va_start(arguments, format);
	joined = join(path, root, format, arguments);
	va_end(arguments);
	return joined && access(path, F_OK) == 0;
}

bool sl_host_link(const char *root, char *text, size_t room, const char *format, ...)
{
	char path[SL_HOST_PATH], target[SL_HOST_PATH];
	const char *name;
	va_list arguments;
	ssize_t n = -1;
	bool joined;

	va_start(arguments, format);
	joined = join(path, root, format, arguments);
	va_end(arguments);
	if (joined)
		n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	name = strrchr(target, '/');
	snprintf(text, room, "%s", name ? name + 1 : target);
	return true;
}

bool sl_host_each(const char *root, void (*each)(void *context, const char *name), void *context,
	const char *format, ...)
{
	char path[SL_HOST_PATH];
	const struct dirent *entry;
	va_list arguments;
	DIR *directory;
	bool joined;

	va_start(arguments, format);
	joined = join(path, root, format, arguments);
	va_end(arguments);
	directory = joined ? opendir(path) : NULL;
	if (!directory)
		return false;
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			each(context, entry->d_name);
	closedir(directory);
	return true;
}

bool sl_host_list_has(const char *list, unsigned core)
{
	while (isdigit((unsigned char)*list)) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (core >= first && core <= last)
			return true;
		list = *end == ',' ? end + 1 : "";
	}
	return false;
}
