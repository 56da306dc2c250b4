/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/dpdk_text.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctrl/base/log.h"

enum { HELD = 32, LINE = 256 }; /* lines, the first ones, and bytes of each */

static struct {
	pthread_mutex_t lock;
	bool released;
	unsigned n;
	struct {
		int level;
		char text[LINE];
	} lines[HELD];
} held = {.lock = PTHREAD_MUTEX_INITIALIZER};

void sl_dpdk_text(int level, const char *line)
{
	pthread_mutex_lock(&held.lock);
	if (held.released) {
		sl_log((enum sl_log_level)level, "DPDK: %s", line);
	} else if (held.n < HELD) {
		held.lines[held.n].level = level;
		snprintf(held.lines[held.n++].text, LINE, "%s", line);
	}
	pthread_mutex_unlock(&held.lock);
}

void sl_dpdk_text_release(void)
{
	pthread_mutex_lock(&held.lock);
	for (unsigned i = 0; i < held.n; i++)
		sl_log((enum sl_log_level)held.lines[i].level, "DPDK: %s", held.lines[i].text);
	held.n = 0;
	held.released = true;
	pthread_mutex_unlock(&held.lock);
}
