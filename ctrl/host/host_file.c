/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/host/host_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

__attribute__((format(printf, 4, 0))) static ssize_t read_path(
	const char *root, char *text, size_t room, const char *format, va_list arguments)
{
	char path[SL_HOST_PATH];
	int len = snprintf(path, sizeof(path), "%s", root), fd;
	ssize_t n;

	*text = '\0';
	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	len += vsnprintf(path + len, sizeof(path) - (size_t)len, format, arguments);
	if ((size_t)len >= sizeof(path))
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
