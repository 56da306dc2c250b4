/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of more than two parties, and the orders in which SIP makes offers and answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ctrl/gate.h"
#include "ctrl/hangup.h"
#include "ctrl/leg.h"
#include "ctrl/sdes.h"
#include "session_fixture.h"

#define CM80  SL_SUITE_AES_CM_128_HMAC_SHA1_80
#define CM256 SL_SUITE_AES_256_CM_HMAC_SHA1_80
#define GCM   SL_SUITE_AEAD_AES_256_GCM

/* Tags by their letters: "A" offers; "AB": A to B. */
static struct command from(const char *tag, const char *to)
{
	return (struct command){.call_id = "call", .from_tag = tag, .to_tag = to};
}

/* A party whose address ends with its letter. */
static struct party party(const char *tag, const char *crypto)
{
	static char address[8][16];
	static unsigned n;
	char *text = address[n++ % 8];

	snprintf(text, 16, "192.0.2.%d", tag[0] + (tag[1] ? tag[1] : 0));
	return (struct party){.address = text,
		.port = 5004,
		.proto = crypto ? "RTP/SAVP" : "RTP/AVP",
		.crypto = {crypto}};
}

static void must_offer(struct command c, struct party p)
{
	if (!offer(&c, &p))
		fail_msg("offer: %s", why);
}

static void must_answer(struct command c, struct party p)
{
	if (!answer(&c, &p))
		fail_msg("answer: %s", why);
}

static struct sl_leg *leg(const char *tag)
{
	struct sl_text text = {tag, (uint32_t)strlen(tag)};
	struct sl_leg *found = find_call("call") ? sl_call_leg(find_call("call"), text) : NULL;

	return found;
}

static struct sl_flow *flow(const char *tag)
{
	return leg(tag)->media[0].path.flow;
}

static void connected(const char *a, const char *b)
{
	assert_ptr_equal(leg(a)->peer, leg(b));
	assert_ptr_equal(leg(b)->peer, leg(a));
	assert_true(leg(a)->media[0].path.live && published(flow(a)));
	assert_true(leg(b)->media[0].path.live && published(flow(b)));
	assert_memory_equal(
		flow(a)->source[SL_RTP].ip, leg(a)->media[0].terms.remote[SL_RTP].ip, 16);
}

static void not_connected(const char *tag)
{
	assert_null(leg(tag)->peer);
	assert_false(leg(tag)->media[0].path.live);
}

/* The worker's mark: what a flow has sent and received. */
static void use(struct sl_flow *f, uint64_t in, uint64_t out)
{
	f->streams.n_live = 1;
	f->streams.live[0].in_use = true;
	f->streams.live[0].ssrc = 0x1234;
	f->streams.live[0].in = (struct sl_replay){.top = in, .seen = {1}};
	f->streams.live[0].out = (struct sl_replay){.top = out, .seen = {1}};
	f->rtcp_out_index = out;
}

static uint64_t sent(const struct sl_flow *f)
{
	return f->streams.live[0].out.top;
}

static uint64_t received(const struct sl_flow *f)
{
	return f->streams.live[0].in.top;
}

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
	assert_int_equal(leg("B")->media[0].local->rtp, port);
	assert_ptr_equal(leg("B")->media[0].local, leg("C")->media[0].local);
	/* One key of ours towards both branches, and one towards A: no index twice. */
	assert_int_equal(received(flow("A")), 100);
	assert_int_equal(sent(flow("A")), 200);
	assert_int_equal(sent(flow("C")), 400);
	assert_true(sl_replay_empty(&flow("C")->streams.live[0].in));
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
	assert_true(sl_replay_empty(&flow("A")->streams.live[0].out)); /* a key never used so far */
	use(flow("A"), 150, 150);
	use(flow("C"), 1, 500);
	must_answer(from("A", "B"), party("B", key_line(1, GCM, 2)));
	connected("A", "B");
	assert_int_equal(received(flow("A")), 150);
	assert_int_equal(sent(flow("A")), 200);
	assert_int_equal(flow("A")->rtcp_out_index, 200);
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
	assert_int_equal(leg("B")->media[0].local->rtp, first);
	assert_int_equal(leg("C")->media[0].local->rtp, second);
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
	assert_int_equal(leg("A")->media[0].local->rtp, port); /* in force until the answer */
	must_answer(from("A", "B"), b);
	assert_non_null(strstr(sdp_out, "c=IN IP6 " RELAY6 "\r\n"));
	assert_string_equal(crypto_line(sdp_out, 0), key);
	connected("A", "B");
	assert_int_equal(flow("A")->local[SL_RTP].slot, relay.interface.local[SL_IPV6].slot);
	assert_int_equal(flow("B")->egress[SL_RTP].header_len, 48);
	assert_int_equal(sent(flow("B")), 400);
	must_offer(from("A", "B"), a);
	/* And back, while the offer for IPv6 is forgotten. */
	a.address = "192.0.2.65";
	must_offer(from("A", "B"), a);
	must_answer(from("A", "B"), b);
	connected("A", "B");
	assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV6).taken, 0);
	relay_close();
}

static const struct {
	const char *what, *from, *to, *branch;
	const char *left; /* tags of the legs that stay, "?" for one without, "": the call ends */
	const char *warning;
} deletes[] = {
	{"no tags", NULL, NULL, NULL, "", NULL},
	{"the one who offered", "A", NULL, NULL, "", NULL},
	{"the one who is connected", "C", NULL, NULL, "", NULL},
	{"a fork that lost", "B", NULL, NULL, "AC?", NULL},
	{"a fork that lost, by the other", "A", "B", NULL, "AC?", NULL},
	{"the fork that is connected", "A", "C", NULL, "AB?", NULL},
	{"the same from its side", "C", "A", NULL, "AB?", NULL},
	{"a branch", "A", NULL, "branch", "ABC", NULL},
	{"a branch that never answered", "A", "X", NULL, "ABC", NULL},
	{"a stranger", "X", NULL, NULL, "ABC?", "from-tag does not belong to this call"},
};

static void deletes_end_what_they_name(void **state)
{
	for (unsigned i = 0; i < sizeof(deletes) / sizeof(deletes[0]); i++) {
		struct command c = from("A", NULL);
		const char *warning;
		char left[8] = "";

		relay_open(0);
		must_offer(c, party("A", NULL));
		must_answer(from("A", "B"), party("B", NULL));
		must_answer(from("A", "C"), party("C", NULL));
		c.via_branch = "branch";
		must_offer(c, party("A", NULL));
		c = from(deletes[i].from, deletes[i].to);
		c.via_branch = deletes[i].branch;
		warning = hangup(&c);
		if (!warning != !deletes[i].warning ||
			(warning && strcmp(warning, deletes[i].warning)))
			fail_msg("%s: %s", deletes[i].what, warning);
		for (unsigned k = 0; find_call("call") && k < find_call("call")->n_legs; k++)
			strcat(left, find_call("call")->leg[k]->tag ? find_call("call")->leg[k]->tag
								    : "?");
		if (strcmp(left, deletes[i].left))
			fail_msg("%s: %s is left", deletes[i].what, left);
		relay_close();
	}
}

static void nobody_connected_for_long_ends(void **state)
{
	struct command c = from("A", "C");

	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	must_answer(from("A", "B"), party("B", NULL));
	must_answer(from("A", "C"), party("C", NULL));
	assert_int_equal(find_call("call")->deadline, 0); /* nothing expires */
	assert_null(hangup(&c));
	assert_true(find_call("call")->deadline);
	must_answer(from("A", "B"), party("B", NULL));
	connected("A", "B");
	assert_int_equal(find_call("call")->deadline, 0);
	relay_close();
}

static void a_call_that_is_ending_comes_back(void **state)
{
	struct sl_ng_options o = {.delete_delay = 30};
	struct sl_flow *before;

	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	must_answer(from("A", "B"), party("B", NULL));
	before = flow("A");
	assert_null(sl_hangup(&relay.sessions, find_call("call"), &o));
	assert_true(find_call("call")->deleted && find_call("call")->deadline);
	must_answer(from("A", "B"), party("B", NULL)); /* a late answer changes nothing about it */
	assert_true(find_call("call")->deleted);
	must_offer(from("A", "B"), party("A", NULL));
	assert_false(find_call("call")->deleted);
	assert_int_equal(find_call("call")->deadline, 0);
	connected("A", "B");
	assert_ptr_equal(flow("A"), before);
	relay_close();
}

static void must_gate(const char *tag, enum sl_gate gate, bool closed)
{
	struct sl_text text = {tag, tag ? (uint32_t)strlen(tag) : 0};

	if (sl_gate_set(&relay.sessions, find_call("call"), text, gate, closed, why))
		fail_msg("%s", why);
}

static void gates_are_for_one_or_all(void **state)
{
	struct party a = party("A", key_line(1, CM80, 1)), b = party("B", key_line(1, GCM, 2));
	struct sl_text stranger = {"X", 1};

	relay_open(0);
	a.extra = b.extra = "a=rtpmap:0 telephone-event/8000\r\n";
	must_offer(from("A", NULL), a);
	must_gate(NULL, SL_GATE_DTMF, true); /* before anybody has answered */
	must_answer(from("A", "B"), b);
	use(flow("A"), 100, 200);
	assert_true(flow("A")->treated && flow("B")->treated);
	assert_int_equal(flow("A")->treatment[0], SL_TREAT_DISCARD);
	assert_int_equal(flow("A")->treatment[8], SL_TREAT_PASS);
	must_gate("A", SL_GATE_DTMF, false);
	assert_false(flow("A")->treated);
	assert_true(flow("B")->treated);
	must_gate(NULL, SL_GATE_DTMF, false);
	assert_false(flow("B")->treated);
	must_gate("A", SL_GATE_SILENCE, true);
	assert_int_equal(flow("A")->treatment[8], SL_TREAT_PCMA);
	assert_int_equal(flow("A")->treatment[96], SL_TREAT_DISCARD); /* nobody knows what it is */
	assert_false(flow("B")->treated);
	must_gate("A", SL_GATE_BLOCK, true);
	assert_int_equal(flow("A")->treatment[0], SL_TREAT_DISCARD);
	must_gate("A", SL_GATE_BLOCK, false);
	assert_int_equal(flow("A")->treatment[8], SL_TREAT_PCMA);
	must_answer(from("A", "C"), party("C", key_line(1, GCM, 3)));
	assert_true(flow("A")->treated); /* whoever hears it */
	must_gate("A", SL_GATE_SILENCE, false);
	assert_false(flow("A")->treated);
	assert_int_equal(sent(flow("A")), 200);
	assert_int_equal(
		sl_gate_set(&relay.sessions, find_call("call"), stranger, SL_GATE_BLOCK, true, why),
		-ESRCH);
	relay_close();
}

static void what_is_shown_and_marked(void **state)
{
	struct command c = from("A", NULL);

	relay_open(0);
	c.tos = 0xb8 + 1;
	c.media_address = (struct sl_sdp_address){.family = AF_INET, .ip = {198, 51, 100, 99}};
	must_offer(c, party("A", NULL));
	assert_non_null(strstr(sdp_out, "c=IN IP4 198.51.100.99\r\n"));
	must_answer(from("A", "B"), party("B", NULL));
	assert_non_null(strstr(sdp_out, "c=IN IP4 " RELAY4 "\r\n"));
	assert_int_equal(flow("A")->egress[SL_RTP].header[1], 0xb8);
	assert_int_equal(flow("B")->egress[SL_RTCP].header[1], 0xb8);
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
	c = from("A", "one more");
	assert_null(answer(&c, &p));
	assert_non_null(strstr(why, "parties"));
	assert_int_equal(find_call("call")->n_legs, SL_MAX_LEGS);
	relay_close();
}

static int start(void **state)
{
	relay_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forks_of_one_offer),
		cmocka_unit_test(forks_with_suites_of_their_own),
		cmocka_unit_test(branches_by_via_branch),
		cmocka_unit_test(serial_forks_share_nothing),
		cmocka_unit_test(delayed_offers_and_their_forks),
		cmocka_unit_test(a_new_party_takes_a_place),
		cmocka_unit_test(both_offer_at_once),
		cmocka_unit_test(the_family_of_a_leg_may_change),
		cmocka_unit_test(deletes_end_what_they_name),
		cmocka_unit_test(nobody_connected_for_long_ends),
		cmocka_unit_test(a_call_that_is_ending_comes_back),
		cmocka_unit_test(gates_are_for_one_or_all),
		cmocka_unit_test(what_is_shown_and_marked),
		cmocka_unit_test(parties_are_limited),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
