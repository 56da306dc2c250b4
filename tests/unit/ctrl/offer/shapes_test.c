/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of more than two parties, and the orders in which SIP makes offers and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/sdp/sdes.h"
#include "tests/unit/ctrl/offer/shapes_fixture.h"

/* Early media of one branch, then of another, then the first one answers. */
static void forks_of_one_offer(void **state)
{
	unsigned port;

	relay_open(0);
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
	port = media_port(sdp_out, 0);
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	connected("A", "B");
	use(flow("A"), 100, 200);
	use(flow("B"), 300, 400);
	must_answer(from("A", "C"), party("C", key_line(1, GCM, 3)));
	connected("A", "C");
	not_connected("B");
	assert_int_equal(leg("B")->media[0].ports->rtp, port);
	assert_ptr_equal(leg("B")->media[0].ports, leg("C")->media[0].ports);
	/* One key of ours towards both branches, and one towards A: no index twice. */
	assert_int_equal(received(flow("A")), 100);
	assert_int_equal(sent(flow("A")), 200);
	assert_int_equal(sent(flow("C")), 400);
	assert_true(sl_replay_empty(&flow("C")->streams.first.in));
	use(flow("A"), 110, 210);
	use(flow("C"), 10, 410);
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	connected("A", "B");
	not_connected("C");
	assert_int_equal(received(flow("A")), 110);
	assert_int_equal(sent(flow("A")), 210);
	assert_int_equal(received(flow("B")), 300);
	assert_int_equal(sent(flow("B")), 410);
	relay_close();
}

static void forks_with_suites_of_their_own(void **state)
{
	relay_open(0);
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	use(flow("A"), 100, 200);
	use(flow("B"), 300, 400);
	must_answer(from("A", "C"), party("C", key_line(2, CM256, 3)));
	assert_int_equal(received(flow("A")), 100);
	assert_true(sl_replay_empty(&flow("A")->streams.first.out)); /* a key never used so far */
	use(flow("A"), 150, 150);
	use(flow("C"), 1, 500);
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	connected("A", "B");
	assert_int_equal(received(flow("A")), 150);
	assert_int_equal(sent(flow("A")), 200);
	assert_int_equal(sl_key_history(flow("A")->out_key)->rtcp_sent, 200);
	assert_int_equal(sent(flow("B")), 500);
	relay_close();
}

/* The proxy makes an offer per branch. */
static void branches_by_via_branch(void **state)
{
	struct command c = from("A", NULL), to = from("A", NULL);
	unsigned first, second;

	relay_open(0);
	c.via_branch = "z9hG4bK.1";
	must_offer(c, party("A", NULL));
	first = media_port(sdp_out, 0);
	c.via_branch = "z9hG4bK.2";
	must_offer(c, party("A", NULL));
	second = media_port(sdp_out, 0);
	assert_int_not_equal(first, second);
	must_offer(c, party("A", NULL)); /* again */
	assert_int_equal(media_port(sdp_out, 0), second);
	assert_int_equal(find_call("call")->n_legs, 3);
	to.to_tag = "C";
	to.via_branch = "z9hG4bK.2";
	must_answer(to, party("C", NULL));
	to.to_tag = "B";
	to.via_branch = "z9hG4bK.1";
	must_answer(to, party("B", NULL));
	connected("A", "B");
	assert_int_equal(leg("B")->media[0].ports->rtp, first);
	assert_int_equal(leg("C")->media[0].ports->rtp, second);
	/* The branch that lost goes by itself. */
	c.via_branch = "z9hG4bK.2";
	assert_null(hangup(&c));
	assert_null(leg("C"));
	connected("A", "B");
	c.via_branch = NULL;
	assert_null(hangup(&c));
	assert_null(find_call("call"));
	relay_close();
}

/* After an answer, an INVITE without to-tag is for somebody else: nothing is shared with him. */
static void serial_forks_share_nothing(void **state)
{
	char key[SL_SDES_TEXT_MAX];
	unsigned port;

	relay_open(0);
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1))); /* a retry, or unanswered */
	port = media_port(sdp_out, 0);
	strcpy(key, crypto_line(sdp_out, 0));
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
	assert_int_not_equal(media_port(sdp_out, 0), port);
	assert_string_not_equal(crypto_line(sdp_out, 0), key);
	connected("A", "B");
	must_answer(from("A", "C"), party("C", key_line(1, GCM, 3)));
	connected("A", "C");
	relay_close();
}

static struct party moved(const char *tag, const char *crypto, unsigned port)
{
	struct party p = party(tag, crypto);

	p.port = port;
	return p;
}

/*
 * A re-INVITE that is known by the tag of its sender only. Whoever answers it has been told the
 * ports and keys of that offer: media must come there, and go out under them.
 */
static void a_reoffer_without_to_tag(void **state)
{
	/* Who offers anew, to whom, and whether the script swaps the tags of the answer. */
	static const struct {
		const char *from, *to;
		bool swapped;
	} again[] = {{"A", "B", false}, {"A", "B", true}, {"B", "A", false}, {"B", "A", true}};

	for (unsigned i = 0; i < 4; i++) {
		const char *x = again[i].from, *y = again[i].to;
		struct command reply = again[i].swapped ? from(y, x) : from(x, y);
		unsigned own, port;
		char key[SL_SDES_TEXT_MAX];

		relay_open(0);
		must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
		must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
		own = leg(x)->media[0].ports->rtp;
		for (unsigned round = 1; round <= 3; round++) {
			must_offer(from(x, NULL), moved(x, key_line(1, CM80, 3), 5004 + 2 * round));
			port = media_port(sdp_out, 0);
			strcpy(key, crypto_line(sdp_out, 0));
			connected("A", "B"); /* until it is answered */
			must_answer(reply, moved(y, key_line(1, GCM, 4), 6004 + 2 * round));
			assert_int_equal(media_port(sdp_out, 0), own);
			connected("A", "B");
			assert_int_equal(find_call("call")->n_legs, 2);
			assert_int_equal(leg(x)->media[0].ports->rtp, own);
			assert_int_equal(leg(y)->media[0].ports->rtp, port);
			assert_int_equal(flow(y)->local[SL_RTP].port, port);
			assert_int_equal(
				leg(y)->media[0].params.remote[SL_RTP].port, 6004 + 2 * round);
			assert_int_equal(
				leg(x)->media[0].params.remote[SL_RTP].port, 5004 + 2 * round);
			assert_int_equal(leg(y)->media[0].out->master.suite, GCM);
			assert_true(leg(y)->media[0].out == leg(y)->media[0].ports->ours[GCM]);
			/* Ports of before are given back; A's first offer keeps what it named. */
			assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV4).taken,
				*x == 'A' ? 2 : 3);
		}
		relay_close();
	}
}

/* The 200 comes once more, or a 183 is repeated by it, after the next offer. */
static void a_repeated_answer_is_for_the_first_offer(void **state)
{
	unsigned first, second;

	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	first = media_port(sdp_out, 0);
	must_answer(from("A", "B"), moved("B", NULL, 6004));
	must_offer(from("A", NULL), moved("A", NULL, 5006));
	second = media_port(sdp_out, 0);
	must_answer(from("A", "B"), moved("B", NULL, 6004));
	assert_int_equal(leg("B")->media[0].ports->rtp, first);
	assert_int_equal(leg("A")->media[0].params.remote[SL_RTP].port, 5004);
	assert_int_equal(find_call("call")->n_legs, 3);
	must_answer(from("A", "B"), moved("B", NULL, 6006));
	assert_int_equal(leg("B")->media[0].ports->rtp, second);
	assert_int_equal(leg("A")->media[0].params.remote[SL_RTP].port, 5006);
	assert_int_equal(find_call("call")->n_legs, 2);
	relay_close();
}

/* Each branch of an INVITE has its own; with a via-branch a re-INVITE is one as well. */
static void branches_do_not_take_up_each_other(void **state)
{
	struct command c = from("A", NULL), to = from("A", "B");
	unsigned first, second;

	relay_open(0);
	c.via_branch = to.via_branch = "one";
	must_offer(c, party("A", NULL));
	first = media_port(sdp_out, 0);
	must_answer(to, moved("B", NULL, 6004));
	c.via_branch = "two";
	must_offer(c, party("A", NULL));
	second = media_port(sdp_out, 0);
	must_answer(to, moved("B", NULL, 6006)); /* a 200 that changes what a 183 said */
	assert_int_equal(leg("B")->media[0].ports->rtp, first);
	to.via_branch = NULL;
	must_answer(to, moved("B", NULL, 6008));
	assert_int_equal(leg("B")->media[0].ports->rtp, first);
	to.via_branch = "two";
	must_answer(to, moved("B", NULL, 6010));
	assert_int_equal(leg("B")->media[0].ports->rtp, second);
	assert_int_equal(find_call("call")->n_legs, 2);
	connected("A", "B");
	relay_close();
}

static void what_is_refused_takes_no_place(void **state)
{
	struct command c = from("A", "B");
	struct party b = moved("B", NULL, 6006);

	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	must_answer(from("A", "B"), party("B", NULL));
	must_offer(from("A", NULL), moved("A", NULL, 5006));
	b.address = "127.0.0.1";
	assert_null(answer(&c, &b));
	connected("A", "B");
	assert_int_equal(find_call("call")->n_legs, 3);
	assert_int_equal(leg("A")->media[0].params.remote[SL_RTP].port, 5004);
	b.address = "192.0.2.66";
	must_answer(c, b);
	assert_int_equal(find_call("call")->n_legs, 2);
	assert_int_equal(leg("A")->media[0].params.remote[SL_RTP].port, 5006);
	relay_close();
}

static void delayed_offers_and_their_forks(void **state)
{
	relay_open(0);
	must_offer(from("B", "A"), party("B", NULL));  /* in the 200 */
	must_answer(from("B", "A"), party("A", NULL)); /* in the ACK */
	connected("A", "B");
	must_offer(from("C", "A"), party("C", NULL)); /* another 200 */
	connected("A", "B");
	must_answer(from("C", "A"), party("A", NULL));
	connected("A", "C");
	not_connected("B");
	relay_close();
}

static void a_new_party_takes_a_place(void **state)
{
	relay_open(0);
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	use(flow("A"), 100, 200);
	use(flow("B"), 300, 400);
	must_offer(from("C", "B"), party("C", key_line(1, CM80, 5)));
	connected("A", "B");
	must_answer(from("C", "B"), party("B", key_line(1, GCM, 2)));
	connected("C", "B");
	not_connected("A");
	assert_int_equal(received(flow("B")), 300);
	assert_int_equal(sent(flow("C")), 200); /* B hears C under the key that A was heard under */
	/* A hangs up, and the others speak on. */
	struct command bye = from("A", "B");

	assert_null(hangup(&bye));
	assert_null(leg("A"));
	connected("C", "B");
	bye = from("B", NULL);
	assert_null(hangup(&bye));
	assert_null(find_call("call"));
	relay_close();
}

static void both_offer_at_once(void **state)
{
	struct party a = party("A", NULL), b = party("B", NULL);

	relay_open(0);
	must_offer(from("A", NULL), a);
	must_answer(from("A", "B"), b);
	a.port = 5104;
	b.port = 5204;
	must_offer(from("A", "B"), a);
	must_offer(from("B", "A"), b);
	must_answer(from("B", "A"), a); /* one of them is answered, the other gets a 491 */
	assert_int_equal(flow("A")->source[SL_RTP].port, 5104);
	assert_int_equal(flow("B")->source[SL_RTP].port, 5204);
	connected("A", "B");
	a.port = 5304;
	must_offer(from("A", "B"), a);
	must_answer(from("A", "B"), b);
	assert_int_equal(flow("A")->source[SL_RTP].port, 5304);
	relay_close();
}

/* Both offers get a 491, and one of them is made again: what its answer repeats is no answer to the
 * other. */
static void a_repeated_answer_after_glare(void **state)
{
	struct party a = party("A", NULL), b = party("B", NULL);

	relay_open(0);
	must_offer(from("A", NULL), a);
	must_answer(from("A", "B"), b);
	must_offer(from("A", "B"), a);
	must_offer(from("B", "A"), b);
	must_offer(from("B", "A"), b);
	for (int i = 0; i < 2; i++) {
		must_answer(from("B", "A"), a);
		connected("A", "B");
	}
	relay_close();
}

/* Two branches share ports and our key until they speak with each other: else one flow of theirs
 * would be unreachable, and both would send under one key. */
static void forks_connected_with_each_other(void **state)
{
	char key[SL_SDES_TEXT_MAX];

	relay_open(0);
	must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
	strcpy(key, crypto_line(sdp_out, 0));
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	must_answer(from("A", "C"), party("C", key_line(1, GCM, 3)));
	assert_ptr_equal(leg("B")->media[0].ports, leg("C")->media[0].ports);
	use(flow("C"), 300, 400);
	must_offer(from("B", "C"), party("B", key_line(1, GCM, 2)));
	assert_string_not_equal(crypto_line(sdp_out, 0), key);
	must_answer(from("B", "C"), party("C", key_line(1, GCM, 3)));
	connected("B", "C");
	not_connected("A");
	assert_ptr_not_equal(leg("B")->media[0].ports, leg("C")->media[0].ports);
	assert_ptr_not_equal(flow("B")->out_key, flow("C")->out_key);
	assert_int_equal(received(flow("C")), 300);
	relay_close();
}

/* A packet received under a key is not received again, whatever was in force in between. */
static void an_earlier_key_keeps_its_replay_window(void **state)
{
	static const enum sl_suite between[] = {SL_SUITE_NONE, CM80};

	for (unsigned i = 0; i < 2; i++) {
		const char *other = between[i] ? key_line(1, CM80, 9) : NULL;
		struct command secure = from("A", "B");

		secure.proto = SL_SDP_SAVP; /* towards B, whatever A speaks */

		relay_open(0);
		must_offer(from("A", NULL), party("A", key_line(1, CM80, 1)));
		must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
		use(flow("A"), 100, 200);
		must_offer(secure, party("A", other));
		must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
		must_offer(from("A", "B"), party("A", key_line(1, CM80, 1)));
		must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
		assert_int_equal(received(flow("A")), 100);
		assert_int_equal(
			sl_replay_check(&flow("A")->streams.first.in, 100), SL_DROP_REPLAY);
		assert_int_equal(sent(flow("A")), 200);
		relay_close();
	}
}

static void the_family_of_a_leg_may_change(void **state)
{
	struct party a = party("A", key_line(1, CM80, 1)), b = party("B", key_line(1, GCM, 2));
	char key[SL_SDES_TEXT_MAX];
	unsigned port;

	relay_open(0);
	must_offer(from("A", NULL), a);
	must_answer(from("A", "B"), b);
	port = media_port(sdp_out, 0);
	strcpy(key, crypto_line(sdp_out, 0));
	use(flow("B"), 300, 400);
	a.address = "2001:db8::1";
	must_offer(from("A", "B"), a);
	must_offer(from("A", "B"), a); /* again: no more ports for that */
	assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV6).taken, 1);
	assert_int_equal(leg("A")->media[0].ports->rtp, port); /* in force until the answer */
	must_answer(from("A", "B"), b);
	assert_non_null(strstr(sdp_out, "c=IN IP6 " RELAY6 "\r\n"));
	assert_string_not_equal(crypto_line(sdp_out, 0), key); /* RFC 4568 7.1.4 */
	connected("A", "B");
	assert_int_equal(flow("A")->local[SL_RTP].slot, relay.interface.local[SL_IPV6].slot);
	assert_int_equal(flow("B")->egress[SL_RTP].header_len, 48);
	assert_int_equal(received(flow("B")), 300);
	assert_int_equal(sent(flow("B")), 0);
	must_offer(from("A", "B"), a);
	/* And back, while the offer for IPv6 is forgotten. */
	a.address = "192.0.2.65";
	must_offer(from("A", "B"), a);
	must_answer(from("A", "B"), b);
	connected("A", "B");
	assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV6).taken, 0);
	relay_close();
}

static void parties_are_limited(void **state)
{
	struct party p = party("A", NULL);
	struct command c = from("A", NULL);
	char tag[SL_MAX_LEGS][4];

	relay_open(0);
	must_offer(c, p);
	for (unsigned i = 0; i + 1 < SL_MAX_LEGS; i++) {
		snprintf(tag[i], sizeof(tag[i]), "%u", i);
		must_answer(from("A", tag[i]), party("B", NULL));
	}
	/* 64 forks have answered. One more is refused in words, and not as if the relay were full:
	 * a proxy would take the call to another one. */
	assert_int_equal(find_call("call")->n_legs, 1 + 64);
	c = from("A", "one more");
	c.load_limit = true;
	assert_null(answer(&c, &p));
	assert_string_equal(why, "a call has at most 64 forks (65 parties)");
	c = from("A", NULL);
	c.load_limit = true;
	assert_null(offer(&c, &p));
	assert_string_equal(why, "a call has at most 64 forks (65 parties)");
	connected("A", "63");
	/* Who is known goes on. */
	must_offer(from("A", "63"), p);
	must_answer(from("A", "63"), party("B", NULL));
	assert_int_equal(find_call("call")->n_legs, SL_MAX_LEGS);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forks_of_one_offer),
		cmocka_unit_test(forks_with_suites_of_their_own),
		cmocka_unit_test(branches_by_via_branch),
		cmocka_unit_test(serial_forks_share_nothing),
		cmocka_unit_test(a_reoffer_without_to_tag),
		cmocka_unit_test(a_repeated_answer_is_for_the_first_offer),
		cmocka_unit_test(branches_do_not_take_up_each_other),
		cmocka_unit_test(what_is_refused_takes_no_place),
		cmocka_unit_test(delayed_offers_and_their_forks),
		cmocka_unit_test(a_new_party_takes_a_place),
		cmocka_unit_test(both_offer_at_once),
		cmocka_unit_test(a_repeated_answer_after_glare),
		cmocka_unit_test(forks_connected_with_each_other),
		cmocka_unit_test(an_earlier_key_keeps_its_replay_window),
		cmocka_unit_test(the_family_of_a_leg_may_change),
		cmocka_unit_test(parties_are_limited),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
