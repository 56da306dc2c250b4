/* SPDX-License-Identifier: BSD-3-Clause */
/* SDP as parties write it: what a call needs, and whatever the steps before have added to it. */
#ifndef SL_TESTS_CALL_DRAFT_H
#define SL_TESTS_CALL_DRAFT_H

#include "call_life.h"

enum { SDP_ROOM = 16384 };

struct text {
	char at[SDP_ROOM];
	bool raw[SDP_ROOM]; /* bytes that the grammar does not vouch for */
	size_t len;
	bool tampered; /* none of it can be vouched for */
};

struct speech {
	unsigned n;
	bool lf;         /* line ends */
	uint8_t version; /* of o= */
	struct {
		const char *kind, *proto, *direction; /* NULL: none is said */
		bool held, rtcp;
		struct medium is;
	} m[MEDIA];
};

void draft_reset(void);
/* LINE, RAW, FLAG and TAMPER steps. */
void draft_add(const struct step *s);
void draft_sdp(struct text *t, const struct speech *speech);

/* An address of a party, or a key, as it stands in SDP: nothing of it may reach another. */
bool draft_has_address(const char *text, size_t len);
bool draft_has_key(const char *text, size_t len);

#endif
