/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SDES: the value of an a=crypto line (RFC 4568; suites of RFC 6188 and RFC 7714), both ways.
 *
 * Only one master key without MKI, key derivation rate 0, and encrypted and authenticated SRTP and
 * SRTCP are taken; everything else is refused with a reason. Names are compared without regard to
 * case, as ABNF does.
 */
#ifndef SL_CTRL_SDES_H
#define SL_CTRL_SDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice/suite.h"

enum {
	SL_SDES_TAG_MAX = 999999999, /* RFC 4568 9.1: at most 9 digits */
	SL_SDES_TEXT_MAX = 128,      /* a formatted value with its NUL always fits, bytes */
};

struct sl_sdes {
	uint32_t tag;
	/*
	 * The suite was written as in the drafts before RFC 6188 (AES_CM_256_HMAC_SHA1_80): an
	 * answer must repeat the offer's spelling.
	 */
	bool draft_name;
	uint64_t lifetime;       /* packets per master key, at most 2^48; 0: not given */
	struct sl_master master; /* secret: the caller wipes it */
};

/*
 * Parses what stands after "a=crypto:". 0, or, with nothing left of the key:
 * -ENOTSUP: a well-formed line that asks for what we do not do (an unknown suite, MKI, unknown
 * session parameter...): skip it and look at the next (RFC 4568 5.1.2, 6.3.7); -EINVAL: malformed.
 * `reason` is then what is wrong, in words, a string constant. `tag` is set unless it was itself
 * malformed.
 */
int sl_sdes_parse(struct sl_sdes *sdes, const char *text, size_t len, const char **reason);

/* The suite of a name, that of the drafts included; SL_SUITE_NONE: none that is known here. */
enum sl_suite sl_sdes_suite(const char *name, size_t len);

/*
 * Writes "TAG SUITE inline:KEY" and a NUL to buf. The length without the NUL, -ENOSPC, or -EINVAL:
 * no suite, or a tag too large. `draft_name` as in struct sl_sdes. The buffer then holds a secret.
 */
int sl_sdes_format(
	char *buf, size_t size, uint32_t tag, const struct sl_master *master, bool draft_name);

/* A parameter that may follow: the most SRTCP packets under one key (RFC 3711 9.2), as some peers
 * demand. */
#define SL_SDES_LIFETIME "|2^31"

#endif
