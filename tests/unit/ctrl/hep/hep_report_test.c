/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports on media, as the JSON that Homer reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ctrl/hep/hep_report.h"

#define INFO                                                                          \
	{                                                                             \
		.at = 50, .ssrc = 7, .ntp_s = 3719322562, .ntp_fraction = 3758534470, \
		.timestamp = 360902880, .packets = 4017, .bytes = 642720              \
	}
#define BLOCK(when, from, about)                                                             \
	{                                                                                    \
		.at = (when), .by = (from), .ssrc = (about), .loss = UINT32_C(13) << 24 | 2, \
		.highest = 65578, .jitter = 159, .last = 0x33445566, .delay = 77             \
	}
#define SENDER                                                                             \
	"\"sender_information\":{\"ntp_timestamp_sec\":3719322562,\"ntp_timestamp_usec\":" \
	"3758534470,\"rtp_timestamp\":360902880,\"packets\":4017,\"octets\":642720},"
#define ABOUT(ssrc)                                                          \
	"{\"source_ssrc\":" ssrc ",\"fraction_lost\":13,\"packets_lost\":2," \
	"\"highest_seq_no\":65578,\"ia_jitter\":159,\"lsr\":860116326,\"dlsr\":77}"

static const struct {
	const char *name;
	struct sl_reports said;
	uint64_t since, at;
	const char *report; /* if at is not 0 */
} cases[] = {
	{.name = "nothing"},
	{.name = "of a sender",
		.said = {.info = INFO, .heard = {BLOCK(50, 7, 9)}},
		.at = 50,
		.report = "{" SENDER "\"ssrc\":7,\"type\":200,\"report_count\":1,"
			  "\"report_blocks\":[" ABOUT("9") "]}"},
	{.name = "of a sender who hears nobody",
		.said = {.info = INFO},
		.at = 50,
		.report = "{" SENDER "\"ssrc\":7,\"type\":200,\"report_count\":0,"
			  "\"report_blocks\":[]}"},
	{.name = "of a receiver",
		.said = {.heard = {BLOCK(60, 8, 9), BLOCK(60, 8, 10)}},
		.at = 60,
		.report = "{\"ssrc\":8,\"type\":201,\"report_count\":2,"
			  "\"report_blocks\":[" ABOUT("9") "," ABOUT("10") "]}"},
	{.name = "in two packets",
		.said = {.info = INFO, .heard = {BLOCK(40, 7, 9)}},
		.since = 39,
		.at = 50,
		.report = "{" SENDER "\"ssrc\":7,\"type\":200,\"report_count\":1,"
			  "\"report_blocks\":[" ABOUT("9") "]}"},
	{.name = "one part was told",
		.said = {.info = INFO, .heard = {BLOCK(60, 7, 9)}},
		.since = 50,
		.at = 60,
		.report = "{\"ssrc\":7,\"type\":201,\"report_count\":1,"
			  "\"report_blocks\":[" ABOUT("9") "]}"},
	{.name = "all was told", .said = {.info = INFO, .heard = {BLOCK(40, 7, 9)}}, .since = 50},
	{.name = "by two: the one who reported last",
		.said = {.info = INFO, .heard = {BLOCK(50, 7, 9), BLOCK(60, 8, 9)}},
		.at = 60,
		.report = "{\"ssrc\":8,\"type\":201,\"report_count\":1,"
			  "\"report_blocks\":[" ABOUT("9") "]}"},
};

static void what_was_said(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[SL_HEP_REPORT];
		uint64_t at = sl_hep_report_rtcp(&cases[i].said, cases[i].since, out);

		if (at != cases[i].at || (at && strcmp(out, cases[i].report)))
			fail_msg("%s: %llu, %s", cases[i].name, (unsigned long long)at, out);
	}
}

/* More came than were expected: a negative number of 24 bits (RFC 3550 6.4.1). */
static void fewer_than_none_are_lost(void **state)
{
	struct sl_reports said = {.heard = {BLOCK(1, 1, 2)}};
	char out[SL_HEP_REPORT];

	said.heard[0].loss = 0xfffffe;
	sl_hep_report_rtcp(&said, 0, out);
	assert_non_null(strstr(out, "\"fraction_lost\":0,\"packets_lost\":-2,"));
}

/* Whatever a party has said: it is JSON, and whole. */
static void the_longest_has_room(void **state)
{
	struct sl_hep_measured measured;
	struct sl_reports said;
	char out[SL_HEP_REPORT];
	json_t *json;

	memset(&said, 0xff, sizeof(said));
	for (int i = 0; i < SL_LIVE_SSRCS; i++)
		said.heard[i].loss = 0xff800000;
	assert_true(sl_hep_report_rtcp(&said, 0, out) > 0);
	json = json_loads(out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "report_blocks")), SL_LIVE_SSRCS);
	json_decref(json);
	memset(&measured, 0xff, sizeof(measured));
	measured.total.bytes = INT64_MAX; /* jansson's largest number */
	sl_hep_report_measured(&measured, out);
	json = json_loads(out, 0, NULL);
	assert_non_null(json);
	json_decref(json);
}

static void what_was_measured(void **state)
{
	const struct sl_hep_measured measured = {
		.total = {.bytes = 172000,
			.ssrc = 99,
			.packets = 1000,
			.lost = 7,
			.reordered = 3,
			.highest = 66000,
			.jitter_us = 1250,
			.type = 8},
		.packets = 248,
		.lost = 2,
		.mos = 43,
	};
	char out[SL_HEP_REPORT];

	sl_hep_report_measured(&measured, out);
	assert_string_equal(out,
		"{\"SSRC\":99,\"CODEC_PT\":8,\"SEQ\":66000,\"TOTAL_PK\":248,\"EXPECTED_PK\":250,"
		"\"PACKET_LOSS\":2,\"CUM_PACKET_LOSS\":7,\"TL_BYTE\":172000,\"OUT_ORDER\":3,"
		"\"JITTER\":1.250,\"MOS\":4.3}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said),
		cmocka_unit_test(fewer_than_none_are_lost),
		cmocka_unit_test(the_longest_has_room),
		cmocka_unit_test(what_was_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
