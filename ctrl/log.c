/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 1024 };

void sl_log(enum sl_log_level level, const char *format, ...)
{
	char line[LINE];
	va_list args;
	size_t len;

	va_start(args, format);
	vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	len = strlen(line);
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)line[i]))
			line[i] = '?';
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", (int)level, line);
	else
		fprintf(stderr, "sluiced: %s\n", line);
}

bool sl_log_allowed(uint64_t *last)
{
	struct timespec ts;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
	if (*last && now - *last < UINT64_C(1000000000))
		return false;
	*last = now;
	return true;
}
