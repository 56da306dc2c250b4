/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/mos.h"

#include <string.h>
#include <strings.h>

static const struct {
	double ie, bpl;
} codecs[SL_MOS_CODECS] = {
	[SL_MOS_UNKNOWN] = {0, 10},
	[SL_MOS_G711] = {0, 25.1},
	[SL_MOS_G722] = {0, 25.1},
	[SL_MOS_G723] = {15, 16.1},
	[SL_MOS_G726] = {7, 25.1},
	[SL_MOS_G729] = {11, 19},
	[SL_MOS_GSM] = {20, 10},
	[SL_MOS_ILBC] = {11, 32},
	[SL_MOS_AMR] = {5, 10},
	[SL_MOS_AMR_WB] = {0, 10},
	[SL_MOS_OPUS] = {0, 20},
};

const char *const sl_mos_codec_names[SL_MOS_CODECS] = {
	[SL_MOS_G711] = "G711",
	[SL_MOS_G722] = "G722",
	[SL_MOS_G723] = "G723",
	[SL_MOS_G726] = "G726",
	[SL_MOS_G729] = "G729",
	[SL_MOS_GSM] = "GSM",
	[SL_MOS_ILBC] = "iLBC",
	[SL_MOS_AMR] = "AMR",
	[SL_MOS_AMR_WB] = "AMR-WB",
	[SL_MOS_OPUS] = "opus",
};

static const struct {
	const char *name;
	enum sl_mos_codec codec;
} names[] = {
	{"PCMU", SL_MOS_G711},
	{"PCMA", SL_MOS_G711},
	{"G722", SL_MOS_G722},
	{"G723", SL_MOS_G723},
	{"G726-32", SL_MOS_G726},
	{"G726-40", SL_MOS_G726},
	{"G729", SL_MOS_G729},
	{"GSM", SL_MOS_GSM},
	{"iLBC", SL_MOS_ILBC},
	{"AMR", SL_MOS_AMR},
	{"GSM-EFR", SL_MOS_AMR},
	{"AMR-WB", SL_MOS_AMR_WB},
	{"opus", SL_MOS_OPUS},
};

enum sl_mos_codec sl_mos_codec(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len && !strncasecmp(name, names[i].name, len))
			return names[i].codec;
	return SL_MOS_UNKNOWN;
}

double sl_mos(const struct sl_mos_input *in)
{
	double ie = codecs[in->codec].ie, bpl = codecs[in->codec].bpl;
	double delay = in->round_trip_ms / 2 + 2 * in->jitter_ms + 40;
	double r = 93.2 - 0.024 * delay;

	if (delay > 177.3)
		r -= 0.11 * (delay - 177.3);
	r -= ie + (95 - ie) * in->loss / (in->loss + bpl);
	if (r <= 0)
		return 1;
	if (r >= 100)
		return 4.5;

	double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;

	return mos < 1 ? 1 : mos; /* the polynomial dips below it at small R */
}
