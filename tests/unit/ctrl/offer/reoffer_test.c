/* SPDX-License-Identifier: BSD-3-Clause */
/* Offers within a call: ports, keys and indices stay as far as they may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/sdp/sdes.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

static void reoffer_with_the_same_keys_keeps_ports_and_indices(void **state)
{
	struct party moved = alice(key_line(7, CM80, 1));
	char first[SL_SDES_TEXT_MAX];
	struct sl_flow *old, *flow;
	struct sl_call *call;
	unsigned port;

	relay_open(0);
	call = call_up(CM80, GCM);
	port = media_port(sdp_out, 0);
	strcpy(first, crypto_line(sdp_out, 0));
	old = flow_of(call, 0, 0);
	use(old, 0x10001, 0x10002);
	moved.port = 5104;
	must_offer(to_b, moved);
	assert_ptr_equal(flow_of(call, 0, 0), old); /* in force until the answer */
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	flow = flow_of(call, 0, 0);
	assert_int_equal(media_port(sdp_out, 0), port);
	assert_string_equal(crypto_line(sdp_out, 0), first); /* our key stays too */
	assert_int_equal(flow->source[SL_RTP].port, 5104);
	assert_int_equal(flow->streams.first.in.top, 0x10001);
	assert_int_equal(flow->streams.first.out.top, 0x10002);
	assert_int_equal(sl_key_history(flow->out_key)->rtcp_sent, 0x10002);
	relay_close();
}

/* Who was called re-INVITEs: the caller is offered its own suite and our key of before first. */
static void what_is_in_force_is_offered_first(void **state)
{
	char ours[SL_SDES_TEXT_MAX];
	struct sl_flow *flow;
	struct sl_call *call;

	relay_open(0);
	call = call_up(SL_SUITE_AES_CM_128_HMAC_SHA1_32, GCM);
	strcpy(ours, strstr(crypto_line(sdp_out, 0), "inline:"));
	use(flow_of(call, 0, 0), 0x10001, 0x10002);
	must_offer(from_b, bob(key_line(1, GCM, 2)));
	assert_non_null(strstr(crypto_line(sdp_out, 0), "AES_CM_128_HMAC_SHA1_32 inline:"));
	assert_string_equal(strstr(crypto_line(sdp_out, 0), "inline:"), ours);
	assert_non_null(strstr(crypto_line(sdp_out, 1), sl_suites[GCM].name));
	must_answer(from_b, alice(key_line(1, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 1)));
	flow = flow_of(call, 0, 0);
	assert_int_equal(flow->streams.first.in.top, 0x10001);
	assert_int_equal(flow->streams.first.out.top, 0x10002);
	relay_close();
}

static void a_new_key_starts_anew_only_its_own_direction(void **state)
{
	struct sl_call *call;
	struct sl_flow *ab, *ba;

	relay_open(0);
	call = call_up(CM80, GCM);
	use(flow_of(call, 0, 0), 100, 200);
	use(flow_of(call, 1, 0), 300, 400);
	/* B re-keys what it sends, by an offer of its own. */
	must_offer(from_b, bob(key_line(1, GCM, 3)));
	must_answer(from_b, alice(key_line(3, CM80, 1)));
	ab = flow_of(call, 0, 0);
	ba = flow_of(call, 1, 0);
	assert_int_equal(ab->streams.first.in.top, 100);
	assert_int_equal(ab->streams.first.out.top, 200);
	assert_true(sl_replay_empty(&ba->streams.first.in));
	assert_int_equal(ba->streams.first.out.top, 400);
	relay_close();
}

static bool sends_nothing(const struct sl_flow *flow)
{
	bool discards = flow->local[SL_RTP].has_actions && flow->local[SL_RTCP].has_actions;

	for (unsigned i = 0; i < SL_PAYLOAD_TYPES && discards; i++)
		discards &= sl_pt_actions_get(flow->actions, i) == SL_PT_DISCARD;
	return discards;
}

/* RFC 3264 8.4: nothing is sent to who holds by c=0.0.0.0, but what it sends passes and is
 * followed. */
static void hold_sends_nothing_and_resume_goes_on(void **state)
{
	struct party held = alice(key_line(7, CM80, 1));
	struct sl_call *call;
	struct sl_flow *flow;

	relay_open(0);
	call = call_up(CM80, GCM);
	flow = flow_of(call, 0, 0);
	use(flow, 100, 200);
	use(flow_of(call, 1, 0), 300, 400);
	held.address = "0.0.0.0";
	must_offer(to_b, held);
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	assert_ptr_equal(flow_of(call, 0, 0), flow); /* music passes as before */
	assert_true(published(flow) && !flow->actions);
	flow = flow_of(call, 1, 0);
	assert_true(published(flow) && sends_nothing(flow));
	assert_int_equal(flow->streams.first.in.top, 300);
	use(flow, 33300, 400); /* eleven minutes of who was told to be quiet */
	use(flow_of(call, 0, 0), 33100, 33200);
	must_offer(to_b, alice(key_line(7, CM80, 1)));
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	flow = flow_of(call, 0, 0);
	assert_true(published(flow));
	assert_int_equal(flow->streams.first.in.top, 33100);
	assert_int_equal(flow->streams.first.out.top, 33200); /* else: two-time pad */
	flow = flow_of(call, 1, 0);
	assert_true(published(flow) && !flow->actions && !flow->local[SL_RTCP].has_actions);
	assert_int_equal(flow->streams.first.in.top, 33300);
	assert_int_equal(flow->streams.first.out.top, 400);
	relay_close();
}

/* For both parties, with and without an address known before. */
static void hold_is_told_by_direction(void **state)
{
	static const struct {
		const char *address, *offered, *answered; /* a= lines, or NULL */
		bool hold_offer, hold_answer;
		const char *offer_says, *answer_says;
	} cases[] = {
		{"0.0.0.0", NULL, NULL, true, false, "a=sendonly\r\n", NULL},
		{"0.0.0.0", "a=sendrecv\r\n", "a=recvonly\r\n", true, false, "a=sendonly\r\n",
			"a=recvonly\r\n"},
		{"0.0.0.0", "a=SendOnly \r\n", NULL, true, false, "a=sendonly\r\n", NULL},
		{"0.0.0.0", "a=recvonly\r\n", NULL, true, false, "a=inactive\r\n", NULL},
		{"0.0.0.0", "a=inactive\r\n", NULL, true, false, "a=inactive\r\n", NULL},
		{"::", NULL, NULL, true, false, "a=sendonly\r\n", NULL},
		{"0.0.0.0", "a=ice-ufrag:abcd\r\n", NULL, true, false, NULL, NULL},
		{"0.0.0.0", NULL, NULL, false, true, NULL, "a=sendonly\r\n"},
		{"0.0.0.0", NULL, "a=recvonly\r\n", false, true, NULL, "a=inactive\r\n"},
		{"0.0.0.0", "a=recvonly\r\n", "a=sendonly\r\n", false, true, "a=recvonly\r\n",
			"a=sendonly\r\n"},
		/* Media that is not to be sent there is not answered. */
		{"0.0.0.0", "a=sendonly\r\n", NULL, false, true, "a=sendonly\r\n",
			"a=inactive\r\n"},
		{"0.0.0.0", NULL, NULL, true, true, "a=sendonly\r\n", "a=inactive\r\n"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int up = 0; up < 2; up++) {
			struct party a = alice(NULL), b = bob(NULL);
			const bool v6 = cases[i].address[0] == ':';

			relay_open(0);
			if (v6) {
				a.address = "2001:db8::1";
				b.address = "2001:db8::2";
			}
			if (up) {
				must_offer(from_a, a);
				must_answer(to_b, b);
			}
			a.address = cases[i].hold_offer ? cases[i].address : a.address;
			b.address = cases[i].hold_answer ? cases[i].address : b.address;
			a.extra = cases[i].offered;
			b.extra = cases[i].answered;
			must_offer(to_b, a);
			for (int answered = 0; answered < 2; answered++) {
				const char *says =
					answered ? cases[i].answer_says : cases[i].offer_says;

				if (says ? !strstr(sdp_out, says)
					 : strstr(sdp_out, "a=sendonly") ||
							strstr(sdp_out, "a=inactive"))
					fail_msg("case %u, %d:\n%s", i, answered, sdp_out);
				assert_null(strstr(sdp_out, "c=IN IP4 0.0.0.0"));
				assert_null(strstr(sdp_out, "c=IN IP6 ::\r"));
				if (!answered)
					must_answer(to_b, b);
			}
			assert_int_equal(sends_nothing(flow_of(find_call("call"), 1, 0)),
				cases[i].hold_offer);
			assert_int_equal(sends_nothing(flow_of(find_call("call"), 0, 0)),
				cases[i].hold_answer);
			relay_close();
		}
}

static void a_key_that_comes_back_goes_on(void **state)
{
	char gcm[SL_SDES_TEXT_MAX], cm256[SL_SDES_TEXT_MAX];
	struct sl_call *call;
	struct sl_flow *flow;

	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	strcpy(gcm, crypto_line(sdp_out, 0));
	strcpy(cm256, crypto_line(sdp_out, 1));
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	call = find_call("call");
	use(flow_of(call, 0, 0), 100, 200);
	must_answer(to_b, bob(key_line(2, CM256, 3))); /* takes another of the suites, */
	flow = flow_of(call, 0, 0);
	assert_int_equal(flow->streams.first.in.top, 100);
	assert_true(sl_replay_empty(&flow->streams.first.out));
	use(flow, 110, 300);
	must_answer(to_b, bob(key_line(1, GCM, 2))); /* and then the first again */
	flow = flow_of(call, 0, 0);
	assert_int_equal(flow->streams.first.in.top, 110);
	assert_int_equal(flow->streams.first.out.top, 200); /* else: two-time pad */
	assert_int_equal(sl_key_history(flow->out_key)->rtcp_sent, 200);
	/* A key that was in force and is not any more is never offered again. */
	must_offer(to_b, alice(key_line(1, CM80, 1)));
	assert_string_equal(crypto_line(sdp_out, 0), gcm);
	assert_string_not_equal(crypto_line(sdp_out, 1), cm256);
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	assert_int_equal(flow_of(call, 0, 0)->streams.first.out.top, 200);
	relay_close();
}

static void must_be_ours(struct command c, struct party p, bool is_answer)
{
	assert_null(is_answer ? answer(&c, &p) : offer(&c, &p));
	assert_non_null(strstr(why, "a key of ours"));
}

/* Both directions under one key would be a two-time pad: no line of an offer brings it about. */
static void a_key_of_ours_is_refused(void **state)
{
	char line[SL_SDES_TEXT_MAX], video[SL_SDES_TEXT_MAX + 64];
	struct party both;

	relay_open(0);
	call_up(CM80, GCM);
	strcpy(line, crypto_line(sdp_out, 0));
	must_be_ours(to_b, alice(line), false);
	both = alice(key_line(1, CM80, 1)); /* nor for another medium */
	snprintf(video, sizeof(video), "m=video 7000 RTP/SAVP 96\r\na=crypto:%s\r\n", line);
	both.extra = video;
	must_be_ours(to_b, both, false);
	memcpy(strstr(line, "_80"), "_32", 3); /* nor for a suite that has keys like it */
	must_be_ours(to_b, alice(line), false);
	memcpy(strstr(line, "_32"), "_80", 3);
	line[0] = '2'; /* nor as the second line, which would be kept for its suite */
	both = alice(key_line(1, GCM, 7));
	both.crypto[1] = line;
	must_be_ours(to_b, both, false);
	must_offer(to_b, alice(key_line(1, CM80, 1)));
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	relay_close();
}

/* Forks share ports, and with them what is offered last there; what is in force is each one's own.
 */
static void a_key_of_ours_is_refused_from_a_fork(void **state)
{
	struct command to_c = {.call_id = "call", .from_tag = "A", .to_tag = "C"};
	char gcm[SL_SDES_TEXT_MAX];

	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	strcpy(gcm, crypto_line(sdp_out, 0));
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	must_answer(to_c, bob(key_line(2, CM256, 3)));
	must_offer(to_c, alice(key_line(1, CM80, 1)));
	assert_string_not_equal(crypto_line(sdp_out, 0), gcm);
	must_answer(to_c, bob(key_line(2, CM256, 3)));
	must_be_ours(from_b, bob(gcm), false);
	must_offer(to_b, alice(key_line(1, CM80, 1)));
	must_be_ours(to_b, bob(gcm), true);
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	relay_close();
}

/*
 * A 183 with SDP, an UPDATE from B, and the 200 brings the SDP of the 183 once more, or another:
 * RFC 3261 13.2.1 has it ignored, and so B is heard where the UPDATE has said.
 */
static void a_200_does_not_undo_an_update(void **state)
{
	struct party first = bob(key_line(1, GCM, 2)), moved = first, other = first;
	struct sl_flow *flow;
	char said[sizeof(sdp_out)];

	moved.port = 6104;
	other.port = 6204;
	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	must_answer(to_b, first);
	strcpy(said, sdp_out);
	must_offer(from_b, moved);
	must_answer(from_b, alice(key_line(3, CM80, 1)));
	flow = flow_of(find_call("call"), 1, 0);
	assert_int_equal(flow->source[SL_RTP].port, 6104);
	must_answer(to_b, first);
	assert_string_equal(sdp_out, said);
	assert_ptr_equal(flow_of(find_call("call"), 1, 0), flow);
	must_answer(to_b, other);
	assert_ptr_equal(flow_of(find_call("call"), 1, 0), flow);
	assert_int_equal(flow->source[SL_RTP].port, 6104);
	relay_close();
}

/* The first key of a branch is no new key, and its answer no re-INVITE. */
static void a_second_branch_is_no_re_invite(void **state)
{
	struct command to_c = {.call_id = "call", .from_tag = "A", .to_tag = "C"};
	struct sl_call *call;

	relay_open(0);
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	must_answer(to_b, bob(key_line(1, GCM, 2)));
	must_offer(from_a, alice(key_line(1, CM80, 1)));
	call = find_call("call");
	must_answer(to_c, bob(key_line(1, GCM, 3)));
	assert_int_equal(call->rounds, 0);
	must_offer(to_c, alice(key_line(1, CM80, 1)));
	must_answer(to_c, bob(key_line(1, GCM, 4)));
	assert_int_equal(call->rounds, 1);
	assert_int_equal(call->leg[1]->media[0].watch.keyed_round, 0);
	assert_int_equal(call->leg[2]->media[0].watch.keyed_round, 1);
	relay_close();
}

static void nobody_offers_to_himself(void **state)
{
	struct command c = from_a;

	relay_open(0);
	c.to_tag = c.from_tag;
	for (int known = 0; known < 2; known++) {
		struct party a = alice(NULL);

		assert_null(offer(&c, &a));
		assert_string_equal(why, "from-tag and to-tag are the same");
		assert_int_equal(relay.sessions.n, known);
		must_offer(from_a, a);
	}
	relay_close();
}

static void media_come_and_go(void **state)
{
	static const char video[] = "m=video 7000 RTP/AVP 96\r\n";
	static const char refused[] = "m=video 0 RTP/AVP 96\r\n";
	struct party a = alice(NULL), b = bob(NULL);
	struct sl_call *call;
	unsigned port;

	relay_open(0);
	a.extra = b.extra = video;
	must_offer(from_a, a);
	port = media_port(sdp_out, 1);
	must_answer(to_b, b);
	call = find_call("call");
	assert_true(published(flow_of(call, 0, 1)) && published(flow_of(call, 1, 1)));
	b.extra = refused; /* B drops video in a new answer */
	must_offer(to_b, a);
	must_answer(to_b, b);
	assert_int_equal(media_port(sdp_out, 1), 0);
	assert_false(published(flow_of(call, 0, 1)));
	assert_true(published(flow_of(call, 0, 0)));
	a.extra = refused; /* A as well, and comes back */
	must_offer(to_b, a);
	assert_int_equal(media_port(sdp_out, 1), 0);
	must_answer(to_b, b);
	a.extra = b.extra = video;
	must_offer(to_b, a);
	assert_int_equal(media_port(sdp_out, 1), port);
	must_answer(to_b, b);
	assert_true(published(flow_of(call, 0, 1)));
	relay_close();
}

/* RFC 3264 8: what was offered and not answered never was part of the session. */
static void media_of_a_refused_offer_may_go(void **state)
{
	static const char video[] = "m=video 7000 RTP/AVP 96\r\n";
	struct party a = alice(NULL), b = bob(NULL);

	relay_open(0);
	must_offer(from_a, a);
	must_answer(to_b, b);
	a.extra = video;
	must_offer(to_b, a); /* 488 */
	a.extra = NULL;
	must_offer(to_b, a);
	must_answer(to_b, b);
	relay_close();
}

static void refused_video_of_an_srtp_call_does_no_harm(void **state)
{
	struct party a = alice(key_line(1, CM80, 1)), b = bob(key_line(1, GCM, 2));
	char video[256];

	relay_open(0);
	snprintf(video, sizeof(video), "m=video 7000 RTP/SAVP 96\r\na=crypto:%s\r\n",
		key_line(1, CM80, 5));
	a.extra = video;
	b.extra = "m=video 0 RTP/SAVP 96\r\n";
	must_offer(from_a, a);
	must_answer(to_b, b);
	assert_int_equal(media_port(sdp_out, 1), 0);
	assert_true(published(flow_of(find_call("call"), 0, 0)));
	assert_null(flow_of(find_call("call"), 0, 1));
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reoffer_with_the_same_keys_keeps_ports_and_indices),
		cmocka_unit_test(what_is_in_force_is_offered_first),
		cmocka_unit_test(a_new_key_starts_anew_only_its_own_direction),
		cmocka_unit_test(hold_sends_nothing_and_resume_goes_on),
		cmocka_unit_test(hold_is_told_by_direction),
		cmocka_unit_test(a_key_that_comes_back_goes_on),
		cmocka_unit_test(a_key_of_ours_is_refused),
		cmocka_unit_test(a_key_of_ours_is_refused_from_a_fork),
		cmocka_unit_test(a_200_does_not_undo_an_update),
		cmocka_unit_test(a_second_branch_is_no_re_invite),
		cmocka_unit_test(nobody_offers_to_himself),
		cmocka_unit_test(media_come_and_go),
		cmocka_unit_test(media_of_a_refused_offer_may_go),
		cmocka_unit_test(refused_video_of_an_srtp_call_does_no_harm),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
