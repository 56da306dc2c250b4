/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is done to the RTP of a flow besides re-keying, by payload type: nothing, silence in place
 * of its sound, or it is not passed on. RTCP passes always. A pure leaf.
 */
#ifndef SL_DATAPLANE_TREATMENT_H
#define SL_DATAPLANE_TREATMENT_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_PAYLOAD_TYPES = 128 };

enum sl_treatment {
	SL_TREAT_PASS,
	SL_TREAT_DISCARD, /* SL_DROP_BLOCKED */
	SL_TREAT_PCMU,    /* silence in that codec */
	SL_TREAT_PCMA,
	SL_TREAT_G722,
	SL_TREAT_OPUS, /* one frame of 20 ms */
};

/* Puts silence into the payload of a plain RTP packet. Its new length; 0: `treatment` is none that
 * silences, or the packet is too short for it. */
uint16_t sl_treatment_silence(
	enum sl_treatment treatment, uint8_t *packet, uint16_t header_len, uint16_t len);

#endif
