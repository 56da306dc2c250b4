/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of `sluicectl top` above the calls: what happened between two looks, `most` rows of it
 * below a title. A value that a look lacks is 0 or "-". Private to ctrl/cli.
 */
#ifndef SL_CTRL_CLI_TOP_FRAME_H
#define SL_CTRL_CLI_TOP_FRAME_H

#include <jansson.h>
#include <stdbool.h>

#include "ctrl/cli/top_text.h"

enum { SL_TOP_AGE_TEXT = 40 };

struct sl_top_looks {
	const json_t *before, *now; /* sl_top_look */
	double seconds;             /* between the two */
};

/* h:mm:ss */
void sl_top_age(char age[SL_TOP_AGE_TEXT], json_int_t seconds);

void sl_top_head(struct sl_top_screen *screen, const struct sl_top_looks *looks);

/* Workers that do not get their cores; without a title. */
unsigned sl_top_count_alarms(const struct sl_top_looks *looks);
void sl_top_alarms(struct sl_top_screen *screen, const struct sl_top_looks *looks, unsigned most);

/* The busiest where there is no room for all, and the others as one. */
void sl_top_workers(struct sl_top_screen *screen, const struct sl_top_looks *looks, unsigned most);

void sl_top_ports(struct sl_top_screen *screen, const struct sl_top_looks *looks, unsigned most);

/* Reasons that grow, or have an alarm; and who sends most. */
unsigned sl_top_count_refused(const struct sl_top_looks *looks);
void sl_top_refused(struct sl_top_screen *screen, const struct sl_top_looks *looks, unsigned most,
	unsigned sources);

#endif
