/* SPDX-License-Identifier: BSD-3-Clause */
/* A call of two parties: what is negotiated, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/ng/query.h"
#include "ctrl/ng/reply.h"
#include "ctrl/offer/ending.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

/* The call as a proxy would see it. */
static size_t snapshot(char out[8192])
{
	struct sl_reply reply;

	sl_reply_start(&reply, out, 8192, SL_REPLY_JSON);
	sl_reply_dict(&reply);
	sl_query_call(&reply, find_call("call"), NULL);
	sl_reply_end(&reply);
	assert_true(sl_reply_finish(&reply) > 0);
	return (size_t)sl_reply_finish(&reply);
}

static void any_suite_meets_any_other(void **state)
{
	for (int a = SL_SUITE_NONE; a < SL_SUITE_COUNT; a++)
		for (int b = SL_SUITE_NONE; b < SL_SUITE_COUNT; b++) {
			struct sl_call *call;
			struct sl_flow *ab, *ba;
			const char *line;

			relay_open(0);
			call = call_up(a, b);
			line = crypto_line(sdp_out, 0);
			ab = flow_of(call, 0, 0);
			ba = flow_of(call, 1, 0);
			assert_int_equal(ab->in_suite, a);
			assert_int_equal(ab->out_suite, b);
			assert_int_equal(ba->in_suite, b);
			assert_int_equal(ba->out_suite, a);
			assert_true(published(ab) && published(ba));
			/* Media re-keys also between legs of one suite. */
			assert_true(!a || (ab->in_key != ba->out_key && ab->in_key != ab->out_key));
			/* The answer repeats the tag of the offer, and has a key of ours. */
			assert_int_equal(!a, !line);
			assert_true(
				!a || (!strncmp(line, "7 ", 2) && strstr(line, sl_suites[a].name)));
			assert_true(!a || strcmp(line, key_line(7, a, 1)));
			relay_close();
		}
}

static void endpoints_and_ports_are_those_of_the_sdp(void **state)
{
	unsigned to_b_port, to_a_port;
	struct sl_flow *ab, *ba;

	relay_open(0);
	must_offer(from_a, alice(NULL));
	to_b_port = media_port(sdp_out, 0);
	assert_non_null(strstr(sdp_out, "c=IN IP4 " RELAY4 "\r\n"));
	assert_null(strstr(sdp_out, "192.0.2.1\r\nm="));
	assert_null(flow_of(find_call("call"), 0, 0)); /* nothing before the answer */
	must_answer(to_b, bob(NULL));
	to_a_port = media_port(sdp_out, 0);
	assert_int_not_equal(to_a_port, to_b_port);
	ab = flow_of(find_call("call"), 0, 0);
	ba = flow_of(find_call("call"), 1, 0);
	assert_int_equal(ab->local[SL_RTP].port, to_a_port);
	assert_int_equal(ab->local[SL_RTCP].port, to_a_port + 1);
	assert_int_equal(ab->source[SL_RTP].port, 5004);
	assert_int_equal(ab->source[SL_RTCP].port, 5005);
	assert_int_equal(ba->local[SL_RTP].port, to_b_port);
	assert_int_equal(ba->source[SL_RTP].port, 6004);
	assert_memory_equal(ba->source[SL_RTP].ip + 12, "\xc6\x33\x64\x02", 4);
	relay_close();
}

static void equal_requests_get_equal_replies(void **state)
{
	char first[sizeof(sdp_out)];
	struct sl_flow *flow;

	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	strcpy(first, sdp_out);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	assert_string_equal(sdp_out, first);
	must_answer(to_b, bob(key_line(3, CM80, 2)));
	strcpy(first, sdp_out);
	flow = flow_of(find_call("call"), 0, 0);
	must_answer(to_b, bob(key_line(3, CM80, 2)));
	assert_string_equal(sdp_out, first);
	assert_ptr_equal(flow_of(find_call("call"), 0, 0), flow); /* nothing was touched */
	relay_close();
}

static const struct {
	const char *what, *address, *proto, *extra;
	unsigned tag;
	enum sl_suite suite;
	const char *reason; /* part of it */
	const char *kind;
} bad_answers[] = {
	{"a suite nobody offered", "198.51.100.2", "RTP/SAVP", NULL, 1,
		SL_SUITE_AES_CM_128_HMAC_SHA1_32, "was not offered"},
	{"no key", "198.51.100.2", "RTP/SAVP", NULL, 0, SL_SUITE_NONE, "one a=crypto"},
	{"two keys", "198.51.100.2", "RTP/SAVP",
		"a=crypto:2 AES_CM_128_HMAC_SHA1_80 "
		"inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\r\n",
		1, GCM, "one a=crypto"},
	{"plain RTP for SRTP", "198.51.100.2", "RTP/AVP", NULL, 0, SL_SUITE_NONE, "the offer said"},
	{"DTLS", "198.51.100.2", "UDP/TLS/RTP/SAVP", NULL, 0, SL_SUITE_NONE, "DTLS"},
	{"another family", "2001:db8::2", "RTP/SAVP", NULL, 1, GCM, "address family"},
	{"our own address", RELAY4, "RTP/SAVP", NULL, 1, GCM, "none of its media ports"},
	{"our network's broadcast address", "203.0.113.255", "RTP/SAVP", NULL, 1, GCM, "broadcast"},
	{"loopback", "127.0.0.1", "RTP/SAVP", NULL, 1, GCM, "loopback"},
	{"multicast", "224.0.0.1", "RTP/SAVP", NULL, 1, GCM, "multicast"},
	{"another type of medium", "198.51.100.2", "RTP/SAVP", NULL, 1, GCM,
		"m=video answers m=audio", .kind = "video"},
	{"one m-line too many", "198.51.100.2", "RTP/SAVP", "m=video 7000 RTP/AVP 96\r\n", 1, GCM,
		"m-lines"},
};

static void a_wrong_answer_leaves_the_call_as_it_was(void **state)
{
	for (int up = 0; up < 2; up++)
		for (unsigned i = 0; i < sizeof(bad_answers) / sizeof(bad_answers[0]); i++) {
			char before[8192], after[8192];
			struct sl_flow *flow;
			struct party p = bob(NULL);
			size_t len;

			relay_open(0);
			must_offer(from_a, alice(key_line(1, CM80, 1)));
			if (up)
				must_answer(to_b, bob(key_line(1, GCM, 2)));
			flow = flow_of(find_call("call"), 0, 0);
			len = snapshot(before);
			p.address = bad_answers[i].address;
			p.proto = bad_answers[i].proto;
			p.extra = bad_answers[i].extra;
			p.kind = bad_answers[i].kind;
			if (bad_answers[i].suite)
				p.crypto[0] = key_line(bad_answers[i].tag, bad_answers[i].suite, 9);
			if (answer(&to_b, &p))
				fail_msg("%s: was accepted", bad_answers[i].what);
			if (!strstr(why, bad_answers[i].reason))
				fail_msg("%s: %s", bad_answers[i].what, why);
			assert_int_equal(snapshot(after), len);
			assert_memory_equal(before, after, len);
			assert_ptr_equal(flow_of(find_call("call"), 0, 0), flow);
			/* And the right one is still welcome. */
			must_answer(to_b, bob(key_line(1, GCM, 2)));
			relay_close();
		}
}

static void our_key_sent_back_is_refused(void **state)
{
	struct party p;

	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	p = bob(crypto_line(sdp_out, 0));
	assert_null(answer(&to_b, &p));
	assert_non_null(strstr(why, "sends back the key"));
	relay_close();
}

/* Whatever it calls itself: nothing of where it is, and of its keys, reaches the other party. */
static void what_is_no_rtp_is_refused(void **state)
{
	static const char *const others[] = {"m=image 9000 udptl t38\r\n",
		"m=message 9000 TCP/MSRP *\r\n", "m=audio 9000 RTP/XVP 0\r\n",
		"m=audio 9000 RTP/AVP/TCP 0\r\n"};
	static const char tail[] = "c=IN IP4 192.0.2.77\r\nk=clear:s3cret\r\n"
				   "a=path:msrp://192.0.2.77:9000/x;tcp\r\na=rtcp:9001\r\n"
				   "a=candidate:1 1 UDP 1 192.0.2.77 9000 typ host\r\n"
				   "a=fingerprint:sha-256 s3cret\r\n"
				   "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:s3cret\r\n";
	char extra[512];

	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct party a = alice(NULL), b = bob(NULL);

		relay_open(0);
		snprintf(extra, sizeof(extra), "%s%s", others[i], tail);
		a.extra = b.extra = extra;
		must_offer(from_a, a);
		for (int answered = 0; answered < 2; answered++) {
			assert_int_equal(media_port(sdp_out, 1), 0);
			assert_null(strstr(sdp_out, "192.0.2.77"));
			assert_null(strstr(sdp_out, "900"));
			assert_null(strstr(sdp_out, "s3cret"));
			must_answer(to_b, b);
		}
		relay_close();
	}
}

/* Profiles by any other case are what they are: neither allow-rtp nor min-suite lets them by. */
static void a_profile_in_small_letters_is_one(void **state)
{
	struct party a = alice(NULL);

	for (int policy = 0; policy < 2; policy++) {
		relay.config.secure_only = policy;
		relay_open(0);
		a.proto = policy ? "rtp/avp" : "rtp/savp";
		assert_null(offer(&from_a, &a));
		assert_non_null(strstr(why, policy ? "allow-rtp" : "a=crypto"));
		if (policy)
			continue;
		a.proto = "Rtp/Avp";
		must_offer(from_a, a);
		assert_non_null(strstr(sdp_out, " RTP/AVP 0\r\n"));
		assert_null(strstr(sdp_out, " 5004 "));
		relay_close();
	}
	relay_close();
	relay.config.secure_only = false;
}

/* By a suite that was offered once, whatever the tag. */
static void an_answer_is_taken_by_its_suite(void **state)
{
	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	assert_non_null(strstr(crypto_line(sdp_out, 2), "3 AES_CM_128_HMAC_SHA1_80"));
	must_answer(to_b, bob(key_line(1, CM80, 2)));
	assert_int_equal(flow_of(find_call("call"), 1, 0)->in_suite, CM80);
	assert_int_equal(flow_of(find_call("call"), 0, 0)->out_suite, CM80);
	relay_close();
}

/* RFC 3264 6 and 8: what an answer or a later offer leaves out is refused, and keeps its place. */
static void what_is_left_out_is_refused(void **state)
{
	static const char video[] = "m=video 7000 RTP/AVP 96\r\n";
	struct party a = alice(NULL), b = bob(NULL), two = alice(NULL);

	relay_open(0);
	two.extra = video;
	must_offer(from_a, two);
	must_answer(to_b, b);
	assert_non_null(strstr(sdp_out, "m=video 0 RTP/AVP 96\r\n"));
	assert_null(flow_of(find_call("call"), 0, 1));
	b.extra = video;
	must_offer(to_b, two);
	must_answer(to_b, b);
	assert_true(published(flow_of(find_call("call"), 0, 1)));
	must_offer(to_b, a);
	assert_non_null(strstr(sdp_out, "m=video 0 RTP/AVP 96\r\n"));
	b.extra = "m=video 0 RTP/AVP 96\r\n";
	must_answer(to_b, b);
	assert_null(strstr(sdp_out, "m=video")); /* A knows of none */
	assert_true(published(flow_of(find_call("call"), 0, 0)));
	assert_false(published(flow_of(find_call("call"), 0, 1)));
	relay_close();
}

static void families_meet(void **state)
{
	struct command c = from_a;
	struct party b = bob(NULL);

	relay_open(0);
	c.family = SL_IPV6 + 1;
	must_offer(c, alice(NULL));
	assert_non_null(strstr(sdp_out, "c=IN IP6 " RELAY6 "\r\n"));
	b.address = "2001:db8::2";
	must_answer(to_b, b);
	assert_non_null(strstr(sdp_out, "c=IN IP4 " RELAY4 "\r\n"));
	assert_int_equal(flow_of(find_call("call"), 0, 0)->egress[SL_RTP].header_len, 48);
	assert_int_equal(flow_of(find_call("call"), 1, 0)->egress[SL_RTP].header_len, 28);
	relay_close();
}

static const struct {
	unsigned flags;
	bool a_offers, b_accepts;
	bool b_is_offered, a_gets, b_has; /* what must come of it */
} mux_cases[] = {
	{0, false, false, false, false, false},
	{0, false, true, false, false, false},
	{0, true, false, true, false, false},
	{0, true, true, true, true, true},
	{SL_MUX_OFFER, false, true, true, false, true},
	{SL_MUX_OFFER, false, false, true, false, false},
	{SL_MUX_REQUIRE, false, true, true, false, true},
	{SL_MUX_DEMUX, true, false, false, true, false},
	{SL_MUX_ACCEPT, true, false, true, true, false},
	{SL_MUX_REJECT, true, true, true, false, true},
};

static void rtcp_mux_is_each_legs_own(void **state)
{
	for (unsigned i = 0; i < sizeof(mux_cases) / sizeof(mux_cases[0]); i++) {
		struct command c = from_a;
		struct party a = alice(NULL), b = bob(NULL);
		struct sl_flow *ab, *ba;

		relay_open(0);
		c.rtcp_mux = mux_cases[i].flags;
		a.extra = mux_cases[i].a_offers ? "a=rtcp-mux\r\n" : NULL;
		b.extra = mux_cases[i].b_accepts ? "a=rtcp-mux\r\n" : NULL;
		must_offer(c, a);
		assert_int_equal(strstr(sdp_out, "a=rtcp-mux") != NULL, mux_cases[i].b_is_offered);
		must_answer(to_b, b);
		assert_int_equal(strstr(sdp_out, "a=rtcp-mux") != NULL, mux_cases[i].a_gets);
		ab = flow_of(find_call("call"), 0, 0);
		ba = flow_of(find_call("call"), 1, 0);
		assert_int_equal(
			ab->local[SL_RTP].port == ab->local[SL_RTCP].port, mux_cases[i].a_gets);
		assert_int_equal(ab->source[SL_RTCP].port, mux_cases[i].a_gets ? 5004 : 5005);
		assert_int_equal(
			ba->local[SL_RTP].port == ba->local[SL_RTCP].port, mux_cases[i].b_has);
		assert_int_equal(ba->source[SL_RTCP].port, mux_cases[i].b_has ? 6004 : 6005);
		relay_close();
	}
}

static void required_mux_must_be_answered(void **state)
{
	struct command c = from_a;
	struct party b = bob(NULL);

	relay_open(0);
	c.rtcp_mux = SL_MUX_REQUIRE;
	must_offer(c, alice(NULL));
	assert_null(answer(&to_b, &b));
	assert_non_null(strstr(why, "rtcp-mux is required"));
	relay_close();
}

static void tags_tell_who_is_who(void **state)
{
	struct command swapped = {.call_id = "call", .from_tag = "B", .to_tag = "A"};
	struct command stranger = {.call_id = "call", .from_tag = "X", .to_tag = "Y"};
	struct command nobody = {.call_id = "nobody", .from_tag = "A", .to_tag = "B"};
	struct party p = bob(NULL);

	relay_open(0);
	assert_null(answer(&nobody, &p));
	assert_string_equal(why, "Unknown call-id");
	must_offer(from_a, alice(NULL));
	assert_null(answer(&stranger, &p));
	assert_null(offer(&stranger, &p));
	must_answer(swapped, bob(NULL));
	assert_string_equal(find_call("call")->leg[1]->tag, "B");
	assert_int_equal(flow_of(find_call("call"), 1, 0)->source[SL_RTP].port, 6004);
	relay_close();
}

static void an_offer_without_answer_ends(void **state)
{
	relay_open(0);
	must_offer(from_a, alice(NULL));
	sl_sessions_tick(&relay.sessions);
	assert_non_null(find_call("call"));
	find_call("call")->deadline = 1; /* long ago */
	sl_sessions_tick(&relay.sessions);
	assert_null(find_call("call"));
	must_offer(from_a, alice(NULL));
	must_answer(to_b, bob(NULL));
	assert_int_equal(find_call("call")->deadline, 0);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_suite_meets_any_other),
		cmocka_unit_test(endpoints_and_ports_are_those_of_the_sdp),
		cmocka_unit_test(equal_requests_get_equal_replies),
		cmocka_unit_test(a_wrong_answer_leaves_the_call_as_it_was),
		cmocka_unit_test(our_key_sent_back_is_refused),
		cmocka_unit_test(what_is_no_rtp_is_refused),
		cmocka_unit_test(a_profile_in_small_letters_is_one),
		cmocka_unit_test(an_answer_is_taken_by_its_suite),
		cmocka_unit_test(what_is_left_out_is_refused),
		cmocka_unit_test(families_meet),
		cmocka_unit_test(rtcp_mux_is_each_legs_own),
		cmocka_unit_test(required_mux_must_be_answered),
		cmocka_unit_test(tags_tell_who_is_who),
		cmocka_unit_test(an_offer_without_answer_ends),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
