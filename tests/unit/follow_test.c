/* SPDX-License-Identifier: BSD-3-Clause */
/* Media goes to where the endpoint was heard, as far as signalling allows that. */
#include "ctrl/follow.h"
#include "ctrl/source_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/event.h"
#include "session_fixture.h"

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

/* What was learnt survives a re-offer, unless that says something new. */
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
	assert_true(flow_of(call, B, 0)->treatment && !sent_to(call, A, SL_RTP, nat, 40000));
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
		cmocka_unit_test(events_late_and_lost),
	};

	relay_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
