/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How good a call sounds: the E-model (ITU-T G.107), simplified to what a relay can know. A pure
 * leaf.
 *
 *   R      = 93.2 - Id - Ie,eff
 *   Id     = 0.024 Ta + 0.11 (Ta - 177.3) if Ta > 177.3
 *   Ta     = round trip / 2 + 2 x jitter + 40
 *   Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl)
 *   MOS    = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6
 *
 * All else is at G.107's defaults. Ta: ms from mouth to ear, with a jitter buffer of twice the
 * jitter and two packets of 20 ms. Ppl: packets lost, %, at random. MOS is 1 below R = 0 and 4.5
 * above 100 (Annex B).
 *
 * Ie and Bpl of a codec are those of G.113 appendix I where it has them. Wideband codecs are judged
 * as if they were narrowband without impairment, so that figures of different calls compare.
 */
#ifndef SL_CTRL_MOS_H
#define SL_CTRL_MOS_H

#include <stddef.h>
#include <stdint.h>

enum sl_mos_codec {
	SL_MOS_UNKNOWN, /* as G.711 without loss, more sensitive to it */
	SL_MOS_G711,    /* with packet loss concealment */
	SL_MOS_G722,
	SL_MOS_G723,
	SL_MOS_G726,
	SL_MOS_G729,
	SL_MOS_GSM,
	SL_MOS_ILBC,
	SL_MOS_AMR,
	SL_MOS_AMR_WB,
	SL_MOS_OPUS,
	SL_MOS_CODECS,
};

/* The family of a codec in one word; NULL for SL_MOS_UNKNOWN. */
extern const char *const sl_mos_codec_names[SL_MOS_CODECS];

/* By the name in a=rtpmap, any case (RFC 3551 4.5). */
enum sl_mos_codec sl_mos_codec(const char *name, size_t len);

struct sl_mos_input {
	enum sl_mos_codec codec;
	double loss; /* %, 0 to 100 */
	double jitter_ms;
	double round_trip_ms; /* 0 when it is not known */
};

/* 1.0 to 4.5. */
double sl_mos(const struct sl_mos_input *input);

#endif
