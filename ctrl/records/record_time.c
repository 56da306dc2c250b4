/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/record_time.h"

#include <stdio.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

int64_t sl_record_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

const char *sl_record_time(int64_t ns, char text[SL_RECORD_TIME])
{
	time_t seconds = ns / SECOND;
	struct tm utc;
	size_t len;

	text[0] = '\0';
	if (!ns || !gmtime_r(&seconds, &utc))
		return text;
	len = strftime(text, SL_RECORD_TIME, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + len, SL_RECORD_TIME - len, ".%03uZ",
		(unsigned)(ns % SECOND / 1000000) % 1000);
	return text;
}
