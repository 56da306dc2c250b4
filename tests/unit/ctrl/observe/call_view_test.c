/* SPDX-License-Identifier: BSD-3-Clause */
/* One description of a call (ctrl/observe/call_view.h), and how NG and the admin socket write it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ctrl/admin/admin_call.h"
#include "ctrl/call/leg.h"
#include "ctrl/ng/query.h"
#include "ctrl/observe/medium_view.h"
#include "tests/unit/ctrl/observe/call_view_cases.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

enum { CREATED = 1000, NOW = 1042 };

static time_t wall;

time_t __wrap_time(time_t *out);
time_t __wrap_time(time_t *out)
{
	if (out)
		*out = wall;
	return wall;
}

/* One direction, as a worker would have counted it. */
static void counted(struct sl_flow *flow, uint32_t packets, uint32_t auth)
{
	flow->count.packets[SL_RTP] = packets;
	flow->count.bytes[SL_RTP] = packets * UINT64_C(100);
	flow->count.packets[SL_RTCP] = 3;
	flow->count.bytes[SL_RTCP] = 180;
	flow->count.drops[SL_DROP_AUTH] = auth;
	flow->count.drops[SL_DROP_SOURCE] = 1;
}

static void judged(struct sl_leg_media *media)
{
	struct sl_quality_track *track = calloc(1, sizeof(*track));

	assert_non_null(track);
	track->last.ssrc = 7;
	track->samples = 2;
	track->mos = 95;
	track->loss = 3;
	track->jitter = 5;
	track->round_trip = 25000;
	track->leg = 12001;
	track->lowest = (struct sl_quality_sample){45, 2, 3, 13000, 6000, 1005};
	track->highest = (struct sl_quality_sample){50, 1, 2, 12000, 6001, 1010};
	media->tracks = track;
}

/* A with SRTP, a name and a refused video; B in plain RTP, heard elsewhere than its SDP says. */
static struct sl_call *known_call(bool with_quality)
{
	struct party a = alice(key_line(7, CM80, 1)), b = bob(NULL);
	struct command c = from_a;
	struct sl_call *call;

	wall = CREATED;
	relay_open(0);
	c.proto = SL_SDP_AVP;
	a.extra = b.extra = "m=video 0 RTP/AVP 96\r\n";
	must_offer(c, a);
	must_answer(to_b, b);
	call = find_call("call");
	sl_leg_label(call->leg[0], strdup("Alice"));
	counted(flow_of(call, 0, 0), 50, 2);
	counted(flow_of(call, 1, 0), 40, 0);
	flow_of(call, 0, 0)->quality =
		(struct sl_quality){.started = true, .ssrc = 7, .packets = 50, .bytes = 5000};
	flow_of(call, 0, 0)->latency = (struct sl_latency){10000, 4, 4000};
	if (with_quality)
		judged(&call->leg[0]->media[0]);
	wall = NOW;
	return call;
}

static void a_known_call_is_described(void **state)
{
	struct sl_call_view call;
	struct sl_totals_view totals;
	struct sl_leg_view leg, pair[2];
	struct sl_medium_view medium;
	struct sl_detail_view detail;
	struct sl_stream_view streams[SL_LIVE_SSRCS];

	sl_view_call(known_call(true), &call);
	assert_string_equal(call.id, "call");
	assert_int_equal(call.state, SL_STATE_UP);
	assert_int_equal(call.created, CREATED);
	assert_int_equal(call.age, NOW - CREATED);
	assert_int_equal(call.n_legs, 2);

	sl_view_totals(&call, &totals);
	assert_int_equal(totals.carried.packets[SL_RTP], 90);
	assert_int_equal(totals.carried.bytes[SL_RTCP], 360);
	assert_int_equal(totals.carried.drops, 4);
	assert_int_equal(totals.latency.packets, 4);

	sl_view_leg(&call, 0, &leg);
	assert_string_equal(leg.tag, "A");
	assert_string_equal(leg.label, "Alice");
	assert_string_equal(leg.peer, "B");
	assert_string_equal(leg.dialogue, "B");
	assert_string_equal(leg.interface, "public");
	assert_string_equal(leg.suite, "AES_CM_128_HMAC_SHA1_80");
	assert_int_equal(leg.carried.packets[SL_RTP], 50);
	assert_int_equal(leg.carried.drops, 3);
	assert_int_equal(leg.n_media, 2);
	assert_int_equal(sl_view_pair(&call, pair), 2);
	assert_string_equal(pair[1].tag, "B");

	sl_view_medium(&leg, 0, &medium);
	assert_string_equal(medium.kind, "audio");
	assert_string_equal(medium.protocol, "RTP/SAVP");
	assert_int_equal(medium.suite, CM80);
	assert_true(medium.active && medium.has_ports && medium.heard && medium.from.open);
	assert_int_equal(medium.local[SL_RTCP].port, medium.local[SL_RTP].port + 1);
	assert_int_equal(medium.signalled[SL_RTCP].port, 5005);
	assert_int_equal(medium.remote[SL_RTP].port, 5004);
	assert_int_equal(medium.ssrc, 7);
	assert_int_equal(medium.from.drops, 3);

	sl_view_detail(&relay.sessions, &leg, 0, &detail);
	assert_string_not_equal(detail.key_in, detail.key_out);
	assert_true(detail.has_flow && detail.connected);
	assert_int_equal(detail.latency.total, 10000);
	assert_int_equal(detail.to.count.packets[SL_RTP], 40);
	assert_null(detail.remote_call);

	assert_int_equal(sl_view_streams(&leg, 0, streams), 1);
	assert_int_equal(streams[0].samples, 2);
	assert_true(streams[0].average.mos == 47.5);
	assert_int_equal(streams[0].lowest.mos, 45);

	sl_view_medium(&leg, 1, &medium);
	assert_false(medium.active || medium.has_ports || medium.heard || medium.from.open);
	sl_view_detail(&relay.sessions, &leg, 1, &detail);
	assert_false(detail.has_flow);
	assert_int_equal(sl_view_streams(&leg, 1, streams), 0);
	relay_close();
}

/* Nothing is in force yet, and the callee has no name. */
static void an_offer_is_described(void **state)
{
	struct sl_call_view call;
	struct sl_leg_view pair[2];

	wall = CREATED;
	relay_open(0);
	must_offer(from_a, alice(NULL));
	sl_view_call(find_call("call"), &call);
	assert_int_equal(sl_view_pair(&call, pair), 2);
	assert_null(pair[0].suite);
	assert_null(pair[0].peer);
	assert_null(pair[1].tag);
	assert_null(pair[1].suite);
	assert_string_equal(pair[1].dialogue, "A");
	relay_close();
}

static void states_are_told_apart(void **state)
{
	struct sl_call_view view;
	struct sl_call *call;

	wall = CREATED;
	relay_open(0);
	must_offer(from_a, alice(NULL));
	call = find_call("call");
	sl_view_call(call, &view);
	assert_int_equal(view.state, SL_STATE_OFFERED);
	must_answer(to_b, bob(NULL));
	sl_view_call(call, &view);
	assert_int_equal(view.state, SL_STATE_UP);
	must_offer(from_b, bob(NULL));
	sl_view_call(call, &view);
	assert_int_equal(view.state, SL_STATE_REOFFERED);
	call->deleted = true;
	sl_view_call(call, &view);
	assert_int_equal(view.state, SL_STATE_ENDING);
	relay_close();
}

/* Puts a name of the same length in place of what only this run knows, and one quote for the other:
 * as in call_view_cases.h. */
static void replace(char *text, const char *drawn, const char *name)
{
	while ((text = strstr(text, drawn)))
		memcpy(text, name, strlen(name));
}

static void replace_port(char *text, unsigned port, const char *name)
{
	char drawn[6];

	snprintf(drawn, sizeof(drawn), "%u", port);
	replace(text, drawn, name);
}

static void replace_drawn(char *text, const struct sl_call *call)
{
	const struct sl_leg_media *a = &call->leg[0]->media[0], *b = &call->leg[1]->media[0];
	char key[9];

	sl_master_fingerprint(&a->out->master, key);
	replace(text, key, "OUR--KEY");
	replace_port(text, a->ports->rtp, "A-RTP");
	replace_port(text, a->ports->rtp + 1, "ARTCP");
	replace_port(text, b->ports->rtp, "B-RTP");
	replace_port(text, b->ports->rtp + 1, "BRTCP");
	replace(text, "\"", "'");
}

static void ng(const struct sl_call *call, enum sl_reply_format format, char *out, size_t room)
{
	struct sl_why told = {.n = 1, .list = {{SL_CAUSE_HOLD, "B holds"}}};
	struct sl_call_view view;
	struct sl_reply reply;
	ssize_t len;

	sl_view_call(call, &view);
	sl_reply_start(&reply, out, room - 1, format);
	sl_reply_dict(&reply);
	sl_query_write(&reply, &view, &told);
	sl_reply_end(&reply);
	len = sl_reply_finish(&reply);
	assert_true(len > 0);
	out[len] = '\0';
}

static void ng_writes_it(void **state)
{
	static const struct {
		bool judged; /* then not all of it fits into a datagram */
		enum sl_reply_format format;
		const char *text;
	} cases[] = {
		{false, SL_REPLY_JSON, NG_JSON},
		{false, SL_REPLY_BENCODE, NG_BENCODE},
		{true, SL_REPLY_JSON, NG_JSON_CUT},
	};
	char text[4096];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sl_call *call = known_call(cases[i].judged);

		ng(call, cases[i].format, text, sizeof(text));
		replace_drawn(text, call);
		assert_string_equal(text, cases[i].text);
		relay_close();
	}
}

/* Takes `json` over. */
static void admin_says(const struct sl_call *call, json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	assert_non_null(text);
	replace_drawn(text, call);
	assert_string_equal(text, expected);
	free(text);
}

static void admin_writes_it(void **state)
{
	const struct sl_call *call = known_call(true);
	struct sl_call_view view;

	sl_view_call(call, &view);
	admin_says(call, sl_admin_call(&relay.sessions, &view), ADMIN_CALL);
	admin_says(call, sl_admin_call_row(&view), ADMIN_ROW);
	admin_says(call, sl_admin_totals(&view), ADMIN_TOTALS);
	relay_close();
}

/* Each figure is of the stream that has the worst of it, whoever sends that. */
static void the_worst_stream_is_told(void **state)
{
	const struct sl_call *call = known_call(true);
	struct sl_worst_view worst;
	struct sl_call_view view;

	/* 8 of 40 have not come; a jitter of 40 / 8000 s. */
	flow_of(call, 1, 0)->quality = (struct sl_quality){.started = true,
		.ssrc = 9,
		.packets = 32,
		.base = 1,
		.max = 40,
		.jitter = 40 << 4,
		.factor = (uint32_t)((UINT64_C(8000) << 32) / 1000000000)};
	sl_view_call(call, &view);
	sl_view_worst(&view, &worst);
	assert_true(worst.heard && worst.loss == 20);
	assert_true(worst.jitter > 4.9 && worst.jitter < 5.1);
	assert_true(worst.judged && worst.mos == 4.75);
	judged(&call->leg[1]->media[0]);
	call->leg[1]->media[0].tracks->last.ssrc = 9;
	call->leg[1]->media[0].tracks->mos = 40;
	sl_view_worst(&view, &worst);
	assert_true(worst.mos == 2);
	relay_close();
}

/* `ids` of the page, "+" if there are more. Returns what to ask for behind it. */
static json_int_t page_is(json_int_t after, json_int_t limit, const char *ids)
{
	json_t *request = json_pack("{s:I, s:I}", "limit", limit, "after", after);
	json_t *page = sl_admin_calls(&relay.sessions, request), *row;
	json_int_t next = json_integer_value(json_object_get(page, "next"));
	char text[64] = "";
	size_t i;

	json_array_foreach(json_object_get(page, "calls"), i, row)
		strcat(text, json_string_value(json_object_get(row, "id")));
	strcat(text, next ? "+" : "");
	assert_string_equal(text, ids);
	json_decref(page);
	json_decref(request);
	return next;
}

static struct sl_call *begin(const char *id)
{
	struct sl_call *call = sl_session_add(&relay.sessions, (struct sl_text){id, 1});

	assert_non_null(call);
	return call;
}

/* A piece at a time, in the order they began; who ends or begins meanwhile is no trouble. */
static void calls_come_in_pages(void **state)
{
	json_t *request = json_pack("{s:i}", "limit", 0), *no;
	struct sl_call *call[4];
	json_int_t next;

	relay_open(0);
	page_is(0, 2, "");
	for (int i = 0; i < 4; i++)
		call[i] = begin(&"caeb"[i]);
	page_is(0, 4, "caeb");
	next = page_is(0, 2, "ca+");
	sl_session_remove(&relay.sessions, call[1]);
	call[1] = begin("d");
	next = page_is(next, 1, "e+");
	page_is(next, 9, "bd");
	no = sl_admin_calls(&relay.sessions, request);
	assert_non_null(json_object_get(no, "error"));
	json_decref(no);
	json_decref(request);
	for (int i = 0; i < 4; i++)
		sl_session_remove(&relay.sessions, call[i]);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_call_is_described),
		cmocka_unit_test(an_offer_is_described),
		cmocka_unit_test(states_are_told_apart),
		cmocka_unit_test(ng_writes_it),
		cmocka_unit_test(admin_writes_it),
		cmocka_unit_test(the_worst_stream_is_told),
		cmocka_unit_test(calls_come_in_pages),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
