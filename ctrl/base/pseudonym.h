/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pseudonyms for IP addresses: "ip-" and 16 hexadecimal digits, the first half of HMAC-SHA256
 * (RFC 2104, FIPS 180-4) of the address's 16 bytes under a key. One address has one pseudonym under
 * one key, so a log can be followed; without the key nobody tells which address it is, nor finds
 * out by trying all of them.
 */
#ifndef SL_CTRL_PSEUDONYM_H
#define SL_CTRL_PSEUDONYM_H

#include <stddef.h>
#include <stdint.h>

#include "sluice/error.h"

enum {
	SL_PSEUDONYM_KEY = 32,     /* bytes */
	SL_PSEUDONYM_TEXT = 20,    /* final NUL included */
	SL_PSEUDONYM_KEEPS = 2048, /* addresses that keep their names, at most */
};

/*
 * Reads a key from a file: 64 hexadecimal digits and nothing else but white space behind them. The
 * file belongs to root or the process's user, and only they may write to it; others may not read
 * it. 0, or -errno with `error`.
 */
int sl_pseudonym_key_read(const char *path, uint8_t key[SL_PSEUDONYM_KEY], struct sl_error *error);

/* Returns `text`. */
const char *sl_pseudonym(
	const uint8_t key[SL_PSEUDONYM_KEY], const uint8_t ip[16], char text[SL_PSEUDONYM_TEXT]);

/* Sets the key that sl_pseudonyms_hide() works with. Before other threads run. */
void sl_pseudonyms_start(const uint8_t key[SL_PSEUDONYM_KEY]);

/* An address that is no party's: it stays as it is. Before other threads run. */
void sl_pseudonyms_keep(const uint8_t ip[16]);

/*
 * The address that stands for `ip` where nothing but an address has room: 100::/64 (RFC 6666, where
 * nobody is) with the digits of its pseudonym as the other half. An address that stays is itself.
 */
void sl_pseudonyms_address(const uint8_t ip[16], uint8_t out[16]);

/*
 * Writes `text`, `len` bytes, to `out` with the pseudonym of each address in it, however it is
 * written (RFC 4291 2.2, leading zeros too) and whatever stands around it, and a NUL. Loopback and
 * unspecified addresses stay. Text beyond `room` bytes is left out. Returns the length.
 */
size_t sl_pseudonyms_hide(char *out, size_t room, const char *text, size_t len);

enum sl_pseudonym_in { SL_PSEUDONYM_IN_TEXT, SL_PSEUDONYM_IN_JSON /* its escapes stay whole */ };

/* The same, in new memory of malloc, as long as it needs to be. NULL: out of memory. */
char *sl_pseudonyms_hide_all(const char *text, size_t len, enum sl_pseudonym_in in, size_t *hidden);

/* The length of a text that was cut off, without the beginning of an address at its end. */
size_t sl_pseudonyms_trim(const char *text, size_t len);

#endif
