/* SPDX-License-Identifier: BSD-3-Clause */
/* The relay's answer to {"view": "metrics"}, checked, in both forms of text. Pure. */
#ifndef SL_EXPORTER_SNAPSHOT_H
#define SL_EXPORTER_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "exporter/exposition.h"
#include "sluice/error.h"

enum { SL_SNAPSHOT_MAX = 2 << 20 }; /* bytes of an answer; what is longer is refused */

struct sl_snapshot {
	char *text[SL_TEXT_FORMATS]; /* whole pages of metrics; NULL: out of memory */
	size_t len[SL_TEXT_FORMATS];
	bool up;               /* the relay has answered, and rightly */
	bool accepting;        /* new calls */
	struct sl_error error; /* why it is not up, or does not accept */
	uint64_t time;         /* ms, loop clock: when it was taken; set by whoever asked */
};

/* From an answer of `len` bytes; to be freed whatever comes out. */
void sl_snapshot_read(struct sl_snapshot *snapshot, const char *answer, size_t len);

/* Fills in that the relay has not answered. */
void sl_snapshot_down(struct sl_snapshot *snapshot, const struct sl_error *why);

void sl_snapshot_free(struct sl_snapshot *snapshot);

#endif
