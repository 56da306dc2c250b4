/* SPDX-License-Identifier: BSD-3-Clause */
/* SDP of parties and for them; read and written without the relay's code. */
#ifndef SL_TESTS_PROPERTY_SDP_H
#define SL_TESTS_PROPERTY_SDP_H

#include "tests/unit/ctrl/ng/property_model.h"

void sdp_write(char out[TEXT], const struct said *said, unsigned n);

/* False: it is not as the relay should write it. */
bool sdp_read(const char *sdp, struct told told[MEDIA], unsigned *n);

/* A key that nobody has. */
void master_new(struct sl_master *master, enum sl_suite suite);

/* A packet of the party for its medium, as it leaves: RTP with that index; protected with `tx`. */
void rtp_write(struct packet *p, const struct leg *l, unsigned m, uint64_t index,
	const struct sl_master *tx);
void rtcp_write(struct packet *p, const struct leg *l, unsigned m, uint32_t index);

/* Is `got` what became of the packet `plain` (unprotected) on its way to that party? NULL, or what
 * is wrong. */
const char *packet_check(struct packet *got, const struct packet *plain, const struct leg *to,
	unsigned m, bool rtcp);

#endif
