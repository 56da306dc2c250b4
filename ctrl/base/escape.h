/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from outside, made fit to be shown. A terminal and a log see printable characters only: what
 * is not (control characters, C1 ones included; bytes that are no UTF-8; what turns the direction
 * of writing, separates lines or takes no room) becomes \xHH for each byte. A leaf.
 */
#ifndef SL_CTRL_ESCAPE_H
#define SL_CTRL_ESCAPE_H

#include <stddef.h>

enum sl_escape {
	SL_ESCAPE_LINE,  /* a sentence: spaces stay */
	SL_ESCAPE_LINES, /* newlines stay too */
	/* A word of its own, as in key=value: spaces of any kind, '=' and '\' are escaped too, and
	 * nothing at all is "-", so that it can neither end nor begin another. */
	SL_ESCAPE_WORD,
};

/*
 * Writes `text`, `len` bytes, to `out`, and a NUL; what does not fit in `room` bytes is left out,
 * at a character's end. Four times `len` and 2 always fit. Returns the length.
 */
size_t sl_escape(char *out, size_t room, const char *text, size_t len, enum sl_escape how);

/* For an argument of printf or sl_log: sl_word(id).text. What is longer ends in "~". */
struct sl_word {
	char text[160];
};

/* `text` is NUL-terminated; NULL is "-". */
struct sl_word sl_word(const char *text);
struct sl_word sl_word_of(const char *text, size_t len);

#endif
