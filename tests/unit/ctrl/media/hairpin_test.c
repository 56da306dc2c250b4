/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls in a row, as signalling makes them: SDP that names a pinhole of this relay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/media/hairpin.h"
#include "ctrl/neigh/neigh.h"
#include "ctrl/observe/snapshot.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/filter/policy_rules.h"
#include "dataplane/handoff/policy.h"
#include "dataplane/path/hairpin.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

#define SHOWN4 "198.51.100.77" /* in SDP, where there is a NAT between */

static const struct command one_offer = {.call_id = "one", .from_tag = "A"},
			    one_answer = {.call_id = "one", .from_tag = "A", .to_tag = "U"},
			    two_offer = {.call_id = "two", .from_tag = "V"},
			    two_answer = {.call_id = "two", .from_tag = "V", .to_tag = "B"};

static struct party at(const char *address, unsigned port, const char *crypto, const char *extra)
{
	return (struct party){.address = address,
		.port = port,
		.proto = crypto ? "RTP/SAVP" : "RTP/AVP",
		.crypto = {crypto},
		.extra = extra};
}

/* As the other call wrote it. */
static struct party passed_on(const char *address, bool secure)
{
	static char key[2][256];
	static int n;
	const char *mux = strstr(sdp_out, "a=rtcp-mux") ? "a=rtcp-mux\r\n" : NULL;
	struct party p = at(address, media_port(sdp_out, 0), NULL, mux);

	n = !n;
	if (secure) {
		snprintf(key[n], sizeof(key[n]), "%s", crypto_line(sdp_out, 0));
		p.proto = "RTP/SAVP";
		p.crypto[0] = key[n];
	}
	return p;
}

/* A - relay - a B2BUA that passes SDP on - relay - B. */
static void chain(const char *address, bool secure, const char *extra)
{
	struct command offered = one_offer;

	offered.rtcp_mux = extra ? SL_MUX_OFFER : 0;
	must_offer(offered, at("192.0.2.1", 5000, secure ? key_line(1, CM80, 1) : NULL, NULL));
	must_offer(two_offer, passed_on(address, secure));
	if (secure) {
		char key[256];

		snprintf(key, sizeof(key), "%s", key_line(1, GCM, 2));
		must_answer(two_answer, at("198.51.100.2", 6000, key, extra));
	} else {
		must_answer(two_answer, at("198.51.100.2", 6000, NULL, extra));
	}
	must_answer(one_answer, passed_on(address, secure));
}

static const struct sl_path *path_of(const char *call, int leg)
{
	return &find_call(call)->leg[leg]->media[0].path;
}

static void leads_to(const struct sl_path *from, const struct sl_path *to, unsigned step)
{
	const struct sl_call *far = sl_hairpin_call(&relay.sessions, from);

	assert_non_null(far);
	assert_int_equal(far->serial, to->spec.cookie >> SL_COOKIE_SHIFT);
	for (unsigned c = 0; c < SL_COMPONENTS; c++) {
		assert_int_equal(from->flow->egress[c].port, SL_PORT_HAIRPIN);
		assert_int_equal(from->spec.nexthop[c], 0);
		assert_int_equal(from->spec.destination[c].port, to->spec.in_port[c]);
		assert_int_equal(to->spec.source[c].port, from->spec.out_port[c]);
		assert_memory_equal(
			from->spec.destination[c].ip, relay.config.address[SL_IPV4].ip, 16);
		assert_memory_equal(to->spec.source[c].ip, relay.config.address[SL_IPV4].ip, 16);
	}
	assert_int_equal(to->spec.in_port[SL_RTCP] - to->spec.in_port[SL_RTP], step);
}

/* For a silent path: where it was to come from, and nothing of next hops. */
static void says(const char *call, const char *from, const char *where)
{
	static const uint8_t mac[6] = {2};
	struct sl_why told;

	for (unsigned m = 0; m < 2; m++)
		if (path_of(call, (int)m)->spec.nexthop[SL_RTP])
			sl_nexthop_set(
				&sl_nexthops[path_of(call, (int)m)->spec.nexthop[SL_RTP]], mac);

	sl_call_why(&relay.sessions, find_call(call), &told);
	for (unsigned i = 0; i < told.n; i++) {
		assert_int_not_equal(told.list[i].cause, SL_CAUSE_NEIGHBOUR);
		if (strstr(told.list[i].text, from) && strstr(told.list[i].text, where))
			return;
	}
	fail_msg("call %s: nothing of %s", call, where);
}

static void in_a_row(void **state)
{
	static const struct {
		const char *address, *extra;
		bool secure;
	} cases[] = {
		{RELAY4, NULL, true},
		{RELAY4, NULL, false},
		{SHOWN4, NULL, true},
		{RELAY4, "a=rtcp-mux\r\n", true},
		{SHOWN4, "a=rtcp-mux\r\n", false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_config_address *address = &relay.config.address[SL_IPV4];

		relay_open(0);
		if (!strcmp(cases[i].address, SHOWN4))
			assert_int_equal(sl_address_parse(SHOWN4, address->advertise), 0);
		chain(cases[i].address, cases[i].secure, cases[i].extra);
		leads_to(path_of("one", 0), path_of("two", 0), !cases[i].extra);
		leads_to(path_of("two", 1), path_of("one", 1), !cases[i].extra);
		/* Media to A and B themselves does not. */
		assert_null(sl_hairpin_call(&relay.sessions, path_of("one", 1)));
		assert_null(sl_hairpin_call(&relay.sessions, path_of("two", 0)));
		assert_int_equal(sl_neigh_counts(relay.neigh).destinations, 2);
		/* The key that one call sends with is the one that the other expects. */
		if (cases[i].secure) {
			assert_true(sl_master_same_key(
				&path_of("one", 0)->out->master, &path_of("two", 0)->in->master));
			assert_false(sl_master_same_key(
				&path_of("two", 0)->in->master, &path_of("two", 0)->out->master));
		}
		says("one", "from U", "call two of this relay");
		says("two", "from V", "call one of this relay");
		/* When one ends, nobody is there. */
		hangup(&two_answer);
		assert_null(sl_hairpin_call(&relay.sessions, path_of("one", 0)));
		memcpy(address->advertise, address->ip, 16);
		relay_close();
	}
}

/* To the guard an address of ours is nobody's, whoever names it. */
static void our_addresses_are_not_expected(void **state)
{
	const uint8_t *ours = relay.config.address[SL_IPV4].ip;
	uint8_t bob[16];

	assert_int_equal(sl_address_parse("198.51.100.2", bob), 0);
	assert_int_equal(sl_policy_open(), 0);
	relay_open(0);
	chain(RELAY4, true, NULL);
	assert_true(sl_expected_sources_has(&sl_policy_state->expected, bob));
	assert_false(sl_expected_sources_has(&sl_policy_state->expected, ours));
	relay_close();
	assert_int_equal(sl_policy_state->expected.n, 0);
	sl_policy_close();
}

/* Nothing listens there, or only the call itself. */
static void refused(void **state)
{
	static const char rtcp_elsewhere[] = "a=rtcp:6000 IN IP4 " RELAY4 "\r\n";
	const unsigned last = FIRST_PORT + 2 * PAIRS - 1;
	unsigned for_a, for_b;

	relay_open(0);
	must_offer(from_a, at("192.0.2.1", 5000, NULL, NULL));
	for_b = media_port(sdp_out, 0);
	must_answer(to_b, at("198.51.100.2", 6000, NULL, NULL));
	for_a = media_port(sdp_out, 0);

	const struct {
		struct party party;
		const char *why;
	} cases[] = {
		{at(RELAY4, 5060, NULL, NULL), "none of its media ports"},
		{at(RELAY4, FIRST_PORT - 2, NULL, NULL), "none of its media ports"},
		{at(RELAY4, last, NULL, NULL), "none of its media ports"}, /* RTCP beyond */
		{at(RELAY6, 22, NULL, NULL), "none of its media ports"},
		{at("192.0.2.1", 5000, NULL, rtcp_elsewhere), "none of its media ports"},
		{at(RELAY4, for_a, NULL, NULL), "would loop"},
		{at(RELAY4, for_b, NULL, NULL), "would loop"},
		{at(RELAY4, for_a + 1, NULL, "a=rtcp:5001 IN IP4 192.0.2.1\r\n"), "would loop"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_flow *flow = flow_of(find_call("call"), 0, 0);
		struct command again = from_a;

		again.to_tag = "B";
		if (offer(&again, &cases[i].party))
			fail_msg("%u: was accepted", i);
		if (!strstr(why, cases[i].why))
			fail_msg("%u: %s", i, why);
		must_offer(again, at("192.0.2.1", 5000, NULL, NULL));
		if (answer(&to_b, &cases[i].party))
			fail_msg("%u: was accepted as an answer", i);
		if (!strstr(why, cases[i].why))
			fail_msg("%u: %s", i, why);
		assert_ptr_equal(flow, flow_of(find_call("call"), 0, 0));
	}
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_row),
		cmocka_unit_test(our_addresses_are_not_expected),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
