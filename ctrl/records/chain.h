/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The chain of an audit trail: each record is a line of JSON that names the hash of the one before
 * and ends in its own.
 *
 *   {"seq":7,"prev":"<hash of record 6>",...,"hash":"<hash of all bytes of the line before this>"}
 *
 * Hashes are SHA-256 in lower-case hexadecimal. Behind "prev" there may be "lost":N, N records that
 * could not be written, whose numbers are left out; and "torn":"<hash>", for the part of a record
 * that a crash left in the line before this one. A change, a line that is gone and lines in another
 * order are therefore found, all but a tail that is cut off: for that, the number and hash of the
 * last record have to be known from elsewhere. Who can write the file and makes the whole chain
 * anew is found by that alone, too.
 *
 * A leaf: no files, no allocation.
 */
#ifndef SL_CTRL_CHAIN_H
#define SL_CTRL_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SL_CHAIN_HASH = 64 + 1, /* bytes of a hash in words, NUL included */
	/* Bytes of a line, without its newline: the longest names, reasons and values, each
	 * full of addresses with pseudonyms in their place. */
	SL_CHAIN_LINE = 16384,
	SL_CHAIN_HEAD = 20 + 1 + SL_CHAIN_HASH, /* bytes of "7:<hash>", NUL included */
};

/* The last record. All zero but the hash's digits ("000..."): there is none. */
struct sl_chain {
	uint64_t seq;
	char hash[SL_CHAIN_HASH];
};

void sl_chain_init(struct sl_chain *chain);

/* Additions to a record. */
struct sl_chain_note {
	uint64_t lost;
	const char *torn; /* a hash; NULL: none */
};

/*
 * Makes the record that follows `chain`: `body` are members of a JSON object, without its braces
 * and without a newline, of which the first is neither "lost" nor "torn". Writes the line with its
 * newline to `line`, and the record's number and hash to `next`. Returns its length; 0: it would be
 * too long.
 */
size_t sl_chain_compose(const struct sl_chain *chain, const struct sl_chain_note *note,
	const char *body, size_t len, char line[SL_CHAIN_LINE + 2], struct sl_chain *next);

/* A line, as it says of itself. */
struct sl_chain_record {
	struct sl_chain self; /* its number and hash */
	uint64_t lost;
	char prev[SL_CHAIN_HASH];
	char torn[SL_CHAIN_HASH]; /* "": it closes none */
	bool intact;              /* its hash is that of its bytes */
};

/* Reads a line without its newline. False: it is no record. */
bool sl_chain_read(const char *line, size_t len, struct sl_chain_record *record);

/* The hash of any bytes. */
void sl_chain_hash(const void *data, size_t len, char hash[SL_CHAIN_HASH]);

/* "7:<hash>", and back: false when it is not that. */
const char *sl_chain_text(const struct sl_chain *chain, char text[SL_CHAIN_HEAD]);
bool sl_chain_parse(const char *text, struct sl_chain *chain);

#endif
