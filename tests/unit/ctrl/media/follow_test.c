/* SPDX-License-Identifier: BSD-3-Clause */
/* Media goes to where the endpoint was heard, as far as signalling allows that. */
#include "ctrl/call/source_policy.h"
#include "ctrl/media/follow.h"
#include "ctrl/offer/ending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/path/event.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

enum { A, B };

/* Where A is, in its SDP and in truth; B is where it says. */
static const char *const inside = "10.0.0.2", *const nat = "192.0.2.77", *const far = "192.0.2.99";

static struct sl_call *call_between(const struct sl_source_options *source, bool srtp)
{
	const struct command o = {.call_id = "call", .from_tag = "A", .source = *source};
	const struct command r = {.call_id = "call", .from_tag = "A", .to_tag = "B"};
	struct party a = {.address = inside, .port = 5004, .proto = "RTP/AVP"}, b = a;

	b.address = "198.51.100.2";
	b.port = 6004;
	if (srtp) {
		a.proto = b.proto = "RTP/SAVP";
		a.crypto[0] = key_line(1, CM80, 1);
		b.crypto[0] = key_line(3, CM80, 2);
	}
	if (!offer(&o, &a) || !answer(&r, &b))
		fail_msg("%s", why);
	return find_call("call");
}

static bool sent_to(
	struct sl_call *call, int leg, enum sl_component c, const char *ip, unsigned port)
{
	const struct sl_path *path = &call->leg[!leg]->media[0].path;
	const struct sl_endpoint *to = &path->spec.destination[c];
	uint8_t want[16];

	assert_int_equal(sl_address_parse(ip, want), 0);
	assert_true(published(path->flow));
	/* The header that is really sent says so too. */
	return !memcmp(to->ip, want, 16) && to->port == port &&
	       !memcmp(path->flow->egress[c].header + 16, want + 12, 4) &&
	       path->flow->egress[c].header[22] == port >> 8 &&
	       path->flow->egress[c].header[23] == (port & 0xff);
}

static const struct {
	const char *what;
	struct sl_source_options source;
	bool srtp;
	const char *from; /* a NAT's address that A is heard from, port 40000 */
	bool follows;
} cases[] = {
	{"SRTP from a NAT", {0}, true, "192.0.2.77", true},
	{"SRTP from anywhere", {0}, true, "192.0.2.99", true},
	{"SRTP, strict-source", {.strict = true}, true, "192.0.2.77", true},
	{"SRTP, asymmetric", {.asymmetric = true}, true, "192.0.2.77", false},
	{"SRTP from the relay itself", {0}, true, RELAY4, false},
	{"SRTP from a loopback address", {0}, true, "127.0.0.1", false},
	{"RTP from another port", {0}, false, "10.0.0.2", true},
	{"RTP from a NAT that nobody named", {0}, false, "192.0.2.77", false},
	{"RTP, media-handover", {.handover = true}, false, "192.0.2.99", true},
	{"RTP, asymmetric", {.asymmetric = true}, false, "192.0.2.99", false},
};

/* With `source = strict`: only from where SDP says. */
static void strict_interfaces_do_not_follow(void **state)
{
	struct sl_source_options none = {0}, handover = {.handover = true};

	assert_int_equal(sl_source_policy(&none, false, false).mode, SL_LATCH_STRICT);
	assert_int_equal(sl_source_policy(&none, true, false).mode, SL_LATCH_STRICT);
	assert_int_equal(sl_source_policy(&handover, false, false).mode, SL_LATCH_FOLLOW);
	assert_int_equal(sl_source_policy(&none, false, true).mode, SL_LATCH_FOLLOW);
}

static void follows_if_it_may(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *want = cases[i].follows ? cases[i].from : inside;
		struct sl_call *call;
		struct sl_flow *ab;

		relay_open(0);
		call = call_between(&cases[i].source, cases[i].srtp);
		ab = flow_of(call, A, 0);
		assert_true(sent_to(call, A, SL_RTP, inside, 5004));
		hears(ab, SL_RTP, cases[i].from, 40000);
		sl_follow_poll(&relay.sessions);
		if (!sent_to(call, A, SL_RTP, want, cases[i].follows ? 40000 : 5004))
			fail_msg("%s", cases[i].what);
		assert_true(sent_to(call, A, SL_RTCP, inside, 5005));
		assert_true(sent_to(call, B, SL_RTP, "198.51.100.2", 6004));
		assert_ptr_equal(flow_of(call, A, 0), ab); /* what need not change does not */
		relay_close();
	}
}

/* Received-from names the NAT; with SIP-source-address it stands in for what SDP says. */
static void the_sip_source_is_a_hint(void **state)
{
	struct sl_source_options source = {.received = true};
	struct sl_call *call;

	assert_int_equal(sl_address_parse(nat, source.received_from), 0);
	relay_open(0);
	call = call_between(&source, false);
	hears(flow_of(call, A, 0), SL_RTP, far, 40000);
	sl_follow_poll(&relay.sessions);
	assert_true(sent_to(call, A, SL_RTP, inside, 5004));
	hears(flow_of(call, A, 0), SL_RTP, nat, 40000);
	sl_follow_poll(&relay.sessions);
	assert_true(sent_to(call, A, SL_RTP, nat, 40000));
	relay_close();

	source.sip_source = true;
	relay_open(0);
	call = call_between(&source, false);
	assert_true(sent_to(call, A, SL_RTP, nat, 5004));
	assert_true(sent_to(call, A, SL_RTCP, nat, 5005));
	relay_close();
}

/* A learnt address survives a re-offer, unless that says something new. */
static void a_reoffer_keeps_what_was_heard(void **state)
{
	static const struct sl_source_options nothing;
	const struct command o = {.call_id = "call", .from_tag = "A", .to_tag = "B"};
	const struct command r = {.call_id = "call", .from_tag = "A", .to_tag = "B"};
	struct party a = {.address = inside, .port = 5004, .proto = "RTP/SAVP"}, b = a, moved;
	struct sl_call *call;
	struct sl_flow *ba;

	relay_open(0);
	call = call_between(&nothing, true);
	hears(flow_of(call, A, 0), SL_RTP, nat, 40000);
	sl_follow_poll(&relay.sessions);
	ba = flow_of(call, B, 0);
	a.crypto[0] = key_line(1, CM80, 1);
	b.crypto[0] = key_line(3, CM80, 2);
	b.address = "198.51.100.2";
	b.port = 6004;
	assert_true(offer(&o, &a) && answer(&r, &b));
	assert_ptr_equal(flow_of(call, B, 0), ba);
	assert_true(sent_to(call, A, SL_RTP, nat, 40000));
	/* On hold, and back. */
	moved = a;
	moved.address = "0.0.0.0";
	assert_true(offer(&o, &moved) && answer(&r, &b));
	assert_true(flow_of(call, B, 0)->actions && !sent_to(call, A, SL_RTP, nat, 40000));
	assert_true(offer(&o, &a) && answer(&r, &b));
	assert_true(sent_to(call, A, SL_RTP, nat, 40000));
	hears(flow_of(call, A, 0), SL_RTP, nat, 41000);
	sl_follow_poll(&relay.sessions);
	assert_true(sent_to(call, A, SL_RTP, nat, 41000));
	/* Somewhere else by its own word. */
	moved.address = far;
	assert_true(offer(&o, &moved) && answer(&r, &b));
	assert_true(sent_to(call, A, SL_RTP, far, 5004));
	assert_int_equal(flow_of(call, A, 0)->source[SL_RTP].ip[15], 99);
	relay_close();
}

/* The party behind a NAT: heard from there, in truth, long ago. */
static void settled(struct sl_call *call, int who, enum sl_component c)
{
	struct sl_latch *l;

	hears(flow_of(call, who, 0), c, nat, 40000);
	l = &flow_of(call, who, 0)->latch[c];
	assert_int_equal(l->moves, 1);
	l->settled = true;
	sl_follow_poll(&relay.sessions);
	assert_true(sent_to(call, who, c, nat, 40000));
}

static bool moves(struct sl_call *call, int who, enum sl_component c)
{
	hears(flow_of(call, who, 0), c, nat, 41000);
	sl_follow_poll(&relay.sessions);
	return sent_to(call, who, c, nat, 41000);
}

static const struct {
	const char *what;
	bool srtp, strict;
	int who;          /* is behind the NAT */
	int offers;       /* who makes the re-INVITEs */
	const char *hold; /* what the one behind the NAT says first: an attribute, or no address */
	enum sl_component component;
} resumes[] = {
	{"RTP", false, false, A, A, "a=inactive\r\n", SL_RTP},
	{"RTP, held without an address", false, false, A, A, "0.0.0.0", SL_RTP},
	{"RTP, the same once more", false, false, A, A, NULL, SL_RTP},
	{"RTP, as the one who answers", false, false, A, B, "a=inactive\r\n", SL_RTP},
	{"RTP, the callee", false, false, B, A, "a=inactive\r\n", SL_RTP},
	{"RTP, the callee without an address", false, false, B, A, "0.0.0.0", SL_RTP},
	{"RTP, the callee offers", false, false, B, B, "a=inactive\r\n", SL_RTP},
	{"RTCP of RTP", false, false, A, A, "a=inactive\r\n", SL_RTCP},
	{"RTCP of RTP, the callee", false, false, B, A, "a=inactive\r\n", SL_RTCP},
	{"SRTP, strict-source", true, true, A, A, "a=inactive\r\n", SL_RTP},
	{"SRTP, strict-source, the callee", true, true, B, A, "0.0.0.0", SL_RTP},
	{"SRTCP, strict-source", true, true, A, A, "a=inactive\r\n", SL_RTCP},
	{"SRTP", true, false, A, A, "a=inactive\r\n", SL_RTP},
};

struct talk {
	struct command
		command[2];    /* offer, answer: of the one behind the NAT with `received-from` */
	struct party party[2]; /* A, B */
};

static void say(const struct talk *t, int offers, bool and_answer)
{
	struct command o = t->command[offers], r = t->command[!offers];

	o.from_tag = r.from_tag = offers == A ? "A" : "B";
	o.to_tag = r.to_tag = offers == A ? "B" : "A";
	if (!offer(&o, &t->party[offers]) || (and_answer && !answer(&r, &t->party[!offers])))
		fail_msg("%s", why);
}

/* After a hold the NAT may have given another port, and plain RTP cannot prove who it is. What is
 * said anew opens the window for the address it names; what is only repeated does not. */
static void fresh_signalling_is_believed_again(void **state)
{
	for (unsigned i = 0; i < sizeof(resumes) / sizeof(resumes[0]); i++) {
		const int who = resumes[i].who, offers = resumes[i].offers;
		const enum sl_component c = resumes[i].component;
		const bool follows = resumes[i].srtp && !resumes[i].strict;
		const struct party phone = {.address = inside,
			.port = 5004,
			.proto = resumes[i].srtp ? "RTP/SAVP" : "RTP/AVP",
			.crypto = {resumes[i].srtp ? key_line(1, CM80, 1 + 3 * who) : NULL}};
		const struct party other = {.address = "198.51.100.2",
			.port = 6004,
			.proto = phone.proto,
			.crypto = {resumes[i].srtp ? key_line(1, CM80, 7) : NULL}};
		struct talk t = {.party = {who == A ? phone : other, who == A ? other : phone}};
		struct sl_source_options *source = &t.command[who].source;
		struct sl_call *call;

		t.command[A].call_id = t.command[B].call_id = "call";
		t.command[A].sdes_only = t.command[B].sdes_only =
			resumes[i].srtp ? (uint16_t)(1u << CM80) : 0;
		source->received = true;
		source->strict = resumes[i].strict;
		assert_int_equal(sl_address_parse(nat, source->received_from), 0);
		relay_open(0);
		must_offer((struct command){.call_id = "call",
				   .from_tag = "A",
				   .source = t.command[A].source,
				   .sdes_only = t.command[A].sdes_only},
			t.party[A]);
		say(&t, A, true);
		call = find_call("call");
		settled(call, who, c);
		if (follows) {
			relay_close();
			continue;
		}
		/* Repeated in vain: the answer, and offers that nobody answers. */
		for (int n = 0; n < 20; n++) {
			struct command r = t.command[B];

			r.from_tag = "A";
			r.to_tag = "B";
			must_answer(r, t.party[B]);
			if (moves(call, who, c))
				fail_msg("%s: a repeated answer", resumes[i].what);
		}
		for (int n = 0; n < 20; n++) {
			say(&t, offers, false);
			if (moves(call, who, c))
				fail_msg("%s: a repeated offer", resumes[i].what);
		}
		if (resumes[i].hold) {
			struct party *p = &t.party[who], before = *p;

			if (*resumes[i].hold == 'a')
				p->extra = resumes[i].hold;
			else
				p->address = resumes[i].hold;
			say(&t, offers, true);
			*p = before;
		}
		say(&t, offers, true);
		if (!sent_to(call, who, c, nat, 40000))
			fail_msg("%s: what was learnt is forgotten", resumes[i].what);
		if (!moves(call, who, c))
			fail_msg("%s: deaf", resumes[i].what);
		relay_close();
	}
}

/* An event of a call that is over means nothing; lost events are made good by looking everywhere.
 */
static void events_late_and_lost(void **state)
{
	static const struct sl_source_options nothing;
	struct sl_event events[64];
	struct sl_call *call;

	relay_open(0);
	call = call_between(&nothing, true);
	hears(flow_of(call, A, 0), SL_RTP, nat, 40000);
	sl_session_delete(&relay.sessions, call);
	sl_follow_poll(&relay.sessions);

	call = call_between(&nothing, true);
	hears(flow_of(call, A, 0), SL_RTP, nat, 40000);
	while (sl_events_take(events, 64))
		;
	sl_follow_poll(&relay.sessions);
	assert_true(sent_to(call, A, SL_RTP, inside, 5004));
	relay.sessions.events_lost--; /* as if there had been more */
	sl_follow_poll(&relay.sessions);
	assert_true(sent_to(call, A, SL_RTP, nat, 40000));
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_interfaces_do_not_follow),
		cmocka_unit_test(follows_if_it_may),
		cmocka_unit_test(the_sip_source_is_a_hint),
		cmocka_unit_test(a_reoffer_keeps_what_was_heard),
		cmocka_unit_test(fresh_signalling_is_believed_again),
		cmocka_unit_test(events_late_and_lost),
	};

	relay_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
