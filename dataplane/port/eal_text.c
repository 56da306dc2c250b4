/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/eal_text.h"

#include <rte_log.h>
#include <stdint.h>
#include <stdio.h>
#include <syslog.h>

enum { LINE = 512 }; /* bytes; the rest of a longer one is a line of its own */

static FILE *stream;
static void (*hear)(int level, const char *line);

/* The line that is coming in; the stream's lock guards it. */
static char line[LINE];
static size_t length;

/* DPDK counts as syslog(3) does, from 1. */
static int level_now(void)
{
	int level = rte_log_cur_msg_loglevel() - 1;

	return level < LOG_ERR ? LOG_ERR : level > LOG_DEBUG ? LOG_DEBUG : level;
}

static void end_line(void)
{
	line[length] = '\0';
	if (length)
		hear(level_now(), line);
	length = 0;
}

static ssize_t take(void *cookie, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n' || length == LINE - 1)
			end_line();
		if (text[i] != '\n')
			line[length++] = text[i];
	}
	return (ssize_t)size;
}

void sl_eal_text_open(void (*say)(int level, const char *line))
{
	hear = say;
	stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = take});
	if (stream)
		rte_openlog_stream(stream);
}

void sl_eal_text_close(void)
{
	if (!stream)
		return;
	rte_openlog_stream(NULL);
	fclose(stream);
	stream = NULL;
}
