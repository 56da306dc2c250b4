/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of `sluicectl top`: what they do between two looks, in an order. Private to ctrl/cli.
 */
#ifndef SL_CTRL_CLI_TOP_CALLS_H
#define SL_CTRL_CLI_TOP_CALLS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum sl_top_column {
	SL_TOP_ID,
	SL_TOP_STATE,
	SL_TOP_AGE,
	SL_TOP_RATE,
	SL_TOP_LOSS,
	SL_TOP_JITTER,
	SL_TOP_MOS,
	SL_TOP_DROPS,
	SL_TOP_N_COLUMNS,
};

struct sl_top_order {
	enum sl_top_column by; /* that which an operator looks for first: the worst, the most */
	bool reversed;
	char filter[64]; /* part of a call's id, an address or a label, in any case; "": all */
};

struct sl_top_call {
	const json_t *call; /* of the later look */
	const char *id;     /* in it */
	bool compared;      /* it was in both: there is `rate` */
	double rate[2];     /* packets of RTP a second, of each party */
};

struct sl_top_calls {
	struct sl_top_call *row;
	size_t n;     /* that match */
	size_t total; /* that there are */
};

/* The calls of two lists of the view `calls`, `seconds` apart. False: out of memory, and there are
 * none. */
bool sl_top_calls_make(struct sl_top_calls *calls, const json_t *before, const json_t *now,
	double seconds, const struct sl_top_order *order);
void sl_top_calls_free(struct sl_top_calls *calls);

/* Its place among them; `n`: it is not there. */
size_t sl_top_calls_find(const struct sl_top_calls *calls, const char *id);

/* A figure of quality; negative: not known. */
double sl_top_figure(const json_t *call, const char *key);

#endif
