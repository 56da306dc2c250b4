/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Verifies an audit trail (ctrl/records/chain.h), line by line, in memory that does not grow with
 * it. The first thing that is wrong is told, with its file and line; nothing behind it is believed.
 */
#ifndef SL_CTRL_VERIFY_H
#define SL_CTRL_VERIFY_H

#include <stdio.h>

#include "ctrl/records/chain.h"

enum { SL_VERIFY_NAME = 128, SL_VERIFY_TEXT = 384 }; /* bytes, NUL included */

struct sl_verify {
	uint64_t records, lost,
		torn;               /* that were read; that they say were lost; torn lines closed */
	uint64_t first;             /* number of the first one */
	char before[SL_CHAIN_HASH]; /* hash of the one that it was made after */
	struct sl_chain last;
	struct sl_chain anchor; /* seq 0: there is none */
	bool anchored;          /* the record that it names was there */

	char name[SL_VERIFY_NAME]; /* the file being read */
	uint64_t line;
	char open_torn[SL_CHAIN_HASH]; /* of a line that is no record, and that the next one has to
					  close; "": none */
	uint64_t gap_first, gap_last;  /* numbers that are missing, if they do not come later */
	bool wrong;
	char text[SL_VERIFY_TEXT]; /* why, with file and line */
};

/* `anchor`: a head of the chain as it was told once, which must be in it; NULL: none. */
void sl_verify_init(struct sl_verify *verify, const struct sl_chain *anchor);

/* Takes files in the order in which they were written. False: something is wrong. */
bool sl_verify_file(struct sl_verify *verify, FILE *file, const char *name);

/* After the last one. True: the trail is whole. */
bool sl_verify_end(struct sl_verify *verify);

#endif
