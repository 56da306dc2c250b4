/* SPDX-License-Identifier: BSD-3-Clause */
/* CDRs of real calls, as JSON and as CSV: all that docs/records.md promises, and never a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ctrl/call/leg.h"
#include "ctrl/records/cdr.h"
#include "ctrl/records/record_time.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

static struct sl_call *known_call(void)
{
	struct party a = alice(key_line(7, CM80, 1)), b = bob(NULL);
	struct command c = from_a;
	struct sl_call *call;
	struct sl_flow *flow;

	relay_open(0);
	c.proto = SL_SDP_AVP;
	c.emergency = true;
	must_offer(c, a);
	must_answer(to_b, b);
	call = find_call("call");
	flow = flow_of(call, 0, 0);
	flow->count.packets[SL_RTP] = 50;
	flow->count.bytes[SL_RTP] = 5000;
	flow->count.packets[SL_RTCP] = 3;
	flow->count.drops[SL_DROP_AUTH] = 2;
	flow->quality =
		(struct sl_quality){.started = true, .ssrc = 7, .packets = 50, .bytes = 5000};
	flow->latency = (struct sl_latency){10000, 4, 4000};
	return call;
}

static const json_t *at(const json_t *json, const char *path)
{
	char copy[64], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *key = strtok_r(copy, ".", &save); key; key = strtok_r(NULL, ".", &save))
		json = json_is_array(json) ? json_array_get(json, strtoul(key, NULL, 10))
					   : json_object_get(json, key);
	if (!json)
		fail_msg("no %s", path);
	return json;
}

static json_t *written(const struct sl_call *call, const char *cause, char **line)
{
	struct sl_cdr cdr;
	json_t *json;
	size_t len;

	sl_cdr_init(&cdr, &relay.sessions, call, cause);
	*line = sl_cdr_json(&cdr, &len);
	assert_non_null(*line);
	assert_true(len <= SL_CDR_MAX);
	assert_ptr_equal(memchr(*line, '\n', len), *line + len - 1);
	(*line)[len - 1] = '\0';
	json = json_loads(*line, 0, NULL);
	assert_non_null(json);
	return json;
}

static void as_json(void **state)
{
	static const struct {
		const char *path, *text;
	} texts[] = {
		{"call", "call"},
		{"cause", "deleted"},
		{"legs.0.tag", "A"},
		{"legs.0.connected_with", "B"},
		{"legs.0.interface", "public"},
		{"legs.0.media.0.type", "audio"},
		{"legs.0.media.0.protocol", "RTP/SAVP"},
		{"legs.0.media.0.suite", "AES_CM_128_HMAC_SHA1_80"},
		{"legs.0.media.0.signalled", "192.0.2.1:5004"},
		{"legs.0.media.0.payload_types.0.codec", "G711"},
		{"legs.1.media.0.protocol", "RTP/AVP"},
	};
	static const struct {
		const char *path;
		int number;
	} numbers[] = {
		{"totals.packets", 50},
		{"totals.bytes", 5000},
		{"totals.rtcp_packets", 3},
		{"totals.drops", 2},
		{"legs.0.media.0.from_leg.packets", 50},
		{"legs.0.media.0.from_leg.drops.auth", 2},
		{"legs.0.media.0.streams.0.ssrc", 7},
		{"legs.0.media.0.payload_types.0.clock_hz", 8000},
	};
	struct sl_call *call = known_call();
	char *line;
	json_t *json = written(call, "deleted", &line);

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(json_string_value(at(json, texts[i].path)), texts[i].text);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(json_integer_value(at(json, numbers[i].path)), numbers[i].number);
	assert_true(json_is_true(at(json, "emergency")));
	assert_true(json_is_string(at(json, "answered")));
	assert_null(json_object_get(json, "cut"));
	assert_null(strstr(line, "key"));
	assert_null(strstr(line, "inline"));
	json_decref(json);
	free(line);
	relay_close();
}

static void of_a_call_that_nobody_answered(void **state)
{
	char *line;
	json_t *json;

	relay_open(0);
	must_offer(from_a, alice(key_line(7, CM80, 1)));
	json = written(find_call("call"), "offer timeout", &line);
	assert_true(json_is_null(at(json, "answered")));
	assert_true(json_is_null(at(json, "talk_ms")));
	assert_true(json_is_null(at(json, "legs.0.media.0.seen")));
	assert_true(json_is_null(at(json, "legs.1.tag")));
	json_decref(json);
	free(line);
	relay_close();
}

static unsigned columns(const char *line, size_t len)
{
	unsigned n = 1;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		quoted ^= line[i] == '"';
		n += line[i] == ',' && !quoted;
	}
	return n;
}

static void as_csv(void **state)
{
	struct sl_call *call = known_call();
	struct sl_cdr cdr;
	char *line;
	size_t len;

	sl_cdr_init(&cdr, &relay.sessions, call, "shutdown");
	line = sl_cdr_csv(&cdr, &len);
	assert_non_null(line);
	assert_int_equal(columns(line, len), columns(sl_cdr_csv_header, strlen(sl_cdr_csv_header)));
	assert_memory_equal(line + len - 2, "\r\n", 2);
	line[len - 2] = '\0';
	assert_memory_equal(line, "call,20", 7);
	assert_non_null(strstr(line, ",shutdown,yes,2,50,5000,3,0,2,2.500,4.000,A,public,"
				     "AES_CM_128_HMAC_SHA1_80,192.0.2.1:5004,192.0.2.1:5004,"
				     "50,5000,3,0,2,0,0.000,4.400,0.000,B,public,"));
	free(line);
	relay_close();
}

static void times(void **state)
{
	char text[SL_RECORD_TIME];

	assert_string_equal(sl_record_time(0, text), "");
	assert_string_equal(
		sl_record_time(INT64_C(1795408990007999999), text), "2026-11-23T04:43:10.007Z");
	assert_string_equal(
		sl_record_time(INT64_C(951782400000000000), text), "2000-02-29T00:00:00.000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_json),
		cmocka_unit_test(of_a_call_that_nobody_answered),
		cmocka_unit_test(as_csv),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
