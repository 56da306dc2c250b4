/* SPDX-License-Identifier: BSD-3-Clause */
/* New calls at the limits. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/offer/ending.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

static void ports_run_out_in_words_and_come_back(void **state)
{
	char id[16];
	struct command c = {.call_id = id, .from_tag = "A"};
	struct party a = alice(NULL);

	relay_open(0);
	/* Two pairs per call. */
	for (int i = 0; i < PAIRS / 2; i++) {
		snprintf(id, sizeof(id), "call-%d", i);
		must_offer(c, a);
	}
	a.extra = "m=video 7000 RTP/AVP 96\r\n"; /* needs two, and one is left */
	strcpy(id, "one more");
	assert_null(offer(&c, &a));
	assert_string_equal(why, "Ran out of ports");
	assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV4).taken, PAIRS / 2 * 2);
	a.extra = NULL;
	assert_null(offer(&c, &a));
	assert_string_equal(why, "Ran out of ports");
	assert_int_equal(relay.sessions.n, PAIRS / 2);
	/* Everything that was taken for it is given back. */
	assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV4).taken, PAIRS / 2 * 2);
	strcpy(id, "call-0");
	must_offer(c, a); /* a known call goes on */
	relay_close();
}

static void the_reserve_is_for_emergencies(void **state)
{
	struct command c = from_a;

	relay_open(2);
	relay.sessions.env.limits.reserve = 1;
	must_offer(c, alice(NULL));
	c.call_id = "second";
	assert_null(offer(&c, &(struct party){"192.0.2.1", 5004, "RTP/AVP"}));
	assert_string_equal(why, "Parallel session limit reached");
	c.emergency = true;
	must_offer(c, alice(NULL));
	assert_true(find_call("second")->emergency);
	c.call_id = "third";
	assert_null(offer(&c, &(struct party){"192.0.2.1", 5004, "RTP/AVP"}));
	assert_string_equal(why, "Parallel session limit reached");
	assert_int_equal(relay.sessions.admissions[SL_ADMITTED], 2);
	assert_int_equal(relay.sessions.admissions[SL_FULL_SESSIONS], 2);
	assert_int_equal(relay.sessions.emergencies, 2);
	relay_close();
}

/* One step of a way to use up ports; false: there are none left for it. */
static bool new_calls(unsigned n)
{
	char id[16];
	struct command c = {.call_id = id, .from_tag = "A"};
	struct party a = alice(NULL);

	snprintf(id, sizeof(id), "call-%u", n);
	return offer(&c, &a);
}

static bool new_calls_ipv6(unsigned n)
{
	char id[16];
	struct command c = {.call_id = id, .from_tag = "A"};
	struct party a = alice(NULL);

	snprintf(id, sizeof(id), "six-%u", n);
	a.address = "2001:db8::1";
	return offer(&c, &a);
}

static bool more_media(unsigned n)
{
	static char lines[256];
	struct party a = alice(NULL);

	if (n == 0) {
		must_offer(from_a, a);
		must_answer(to_b, bob(NULL));
		lines[0] = '\0';
	}
	sprintf(lines + strlen(lines), "m=video %u RTP/AVP 96\r\n", 7000 + 2 * n);
	a.extra = lines;
	return offer(&to_b, &a);
}

static bool branches(unsigned n)
{
	char branch[16];
	struct command c = from_a;
	struct party a = alice(NULL);

	snprintf(branch, sizeof(branch), "branch-%u", n);
	c.via_branch = branch;
	return offer(&c, &a);
}

static bool serial_forks(unsigned n)
{
	char tag[16];
	struct command c = from_a;
	struct party a = alice(NULL), b = bob(NULL);

	if (!offer(&c, &a))
		return false;
	snprintf(tag, sizeof(tag), "B%u", n);
	c.to_tag = tag;
	b.port += 2 * n;
	must_answer(c, b);
	return true;
}

static bool parties_that_come(unsigned n)
{
	char tag[16];
	struct command c = {.call_id = "call", .from_tag = tag, .to_tag = "B"};
	struct party a = alice(NULL);

	if (n == 0) {
		must_offer(from_a, a);
		must_answer(to_b, bob(NULL));
	}
	snprintf(tag, sizeof(tag), "C%u", n);
	return offer(&c, &a);
}

/* From one address family to the other, so that both are held until it is answered. */
static bool other_families(unsigned n)
{
	char id[16];
	struct command c = {.call_id = id, .from_tag = "A"};
	struct party a = alice(NULL), b = bob(NULL);

	snprintf(id, sizeof(id), "call-%u", n);
	a.address = "2001:db8::1";
	c.family = SL_IPV6 + 1;
	if (!offer(&c, &a))
		return false;
	c.to_tag = "B";
	b.address = "2001:db8::2";
	must_answer(c, b);
	a.address = "192.0.2.1";
	c.family = SL_IPV4 + 1;
	return offer(&c, &a);
}

static bool comes_through(const char *id, const char *address)
{
	struct command c = {.call_id = id, .from_tag = "A", .emergency = true};
	struct party a = alice(NULL), b = bob(NULL);

	a.address = address;
	if (strchr(address, ':'))
		b.address = "2001:db8::2";
	if (!offer(&c, &a))
		return false;
	c.to_tag = "B";
	return answer(&c, &b);
}

/* Whatever others have used up, in whatever way. */
static void reserved_ports_are_there_for_emergencies(void **state)
{
	static bool (*const ways[])(unsigned n) = {new_calls, new_calls_ipv6, more_media, branches,
		serial_forks, parties_that_come, other_families};
	enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

	for (unsigned reserve = 1; reserve <= 2; reserve++)
		for (unsigned first = 0; first < WAYS; first++) {
			relay_open(0);
			relay.sessions.env.limits.reserve = reserve;
			/* One way, then what the others still get. */
			for (unsigned k = 0; k < WAYS; k++) {
				unsigned n = 0;

				if (k && ways[(first + k) % WAYS] != new_calls &&
					ways[(first + k) % WAYS] != new_calls_ipv6)
					continue;
				while (ways[(first + k) % WAYS](n))
					assert_true(++n < 20);
				assert_non_null(strstr(why, "ports"));
			}
			if (!comes_through("sos", "192.0.2.9"))
				fail_msg("way %u: %s", first, why);
			if (!comes_through("sos6", "2001:db8::9"))
				fail_msg("way %u, IPv6: %s", first, why);
			relay_close();
		}
}

/* A refusal in mid-call must not make the proxy try another relay. */
static void a_known_call_is_not_sent_elsewhere(void **state)
{
	struct party a = alice(NULL);
	struct command c = to_b;

	relay_open(0);
	must_offer(from_a, a);
	must_answer(to_b, bob(NULL));
	for (unsigned n = 0; new_calls(n); n++)
		;
	assert_string_equal(why, "Ran out of ports");
	a.extra = "m=video 7000 RTP/AVP 96\r\nm=video 7002 RTP/AVP 96\r\n";
	c.load_limit = true;
	assert_null(offer(&c, &a));
	assert_string_equal(
		why, "no ports are free for what this offer adds; the call stays as it is");
	a.extra = NULL;
	must_offer(c, a);
	relay_close();
}

static void load_is_told_as_the_proxy_knows_it(void **state)
{
	const struct party p = {"192.0.2.1", 5004, "RTP/AVP"};
	struct command c = from_a;

	relay_open(0);
	relay.sessions.env.limits.worker_percent = 80;
	relay.sessions.load.worker_percent = 85;
	assert_null(offer(&c, &p));
	assert_string_equal(why, "Parallel session limit reached");
	c.load_limit = true;
	assert_null(offer(&c, &p));
	assert_string_equal(why, "CPU usage limit exceeded");
	relay.sessions.load.worker_percent = 70;
	must_offer(c, p);
	relay.sessions.load.worker_percent = 100;
	must_offer(c, p); /* known */
	must_answer(to_b, bob(NULL));
	relay_close();
}

static void known_calls_pass_at_the_limit(void **state)
{
	struct command c = {.call_id = "another", .from_tag = "A"};
	struct party a = alice(NULL);

	relay_open(1);
	must_offer(from_a, a);
	assert_null(offer(&c, &a));
	assert_string_equal(why, "Parallel session limit reached");
	must_offer(from_a, a);
	must_answer(to_b, bob(NULL));
	relay_close();
}

/* The real clock, and as much more as a test has let pass. */
static uint64_t passed;
uint64_t __real_sl_clock(void);
uint64_t __wrap_sl_clock(void);
uint64_t __wrap_sl_clock(void)
{
	return __real_sl_clock() + passed;
}

static void refused(struct command c, const char *words)
{
	const struct party p = {"192.0.2.1", 5004, "RTP/AVP"};

	c.call_id = "too many";
	assert_null(offer(&c, &p));
	assert_string_equal(why, words);
}

/* To each limit, and away from it. */
static void one_round(struct command c, char *id)
{
	const struct sl_limits none = {0};
	struct sl_limits *limits = &relay.sessions.env.limits;
	struct sl_load *load = &relay.sessions.load;

	c.load_limit = true;
	for (int i = 0; i < PAIRS / 2; i++) {
		sprintf(id, "call-%d", i);
		must_offer(c, alice(NULL));
		c.to_tag = "B";
		must_answer(c, bob(NULL));
		c.to_tag = NULL;
	}
	*limits = (struct sl_limits){.sessions = PAIRS / 2};
	refused(c, "Parallel session limit reached");
	*limits = (struct sl_limits){.worker_percent = 80, .load_average = 4, .mbit = 900};
	load->worker_percent = 80;
	refused(c, "CPU usage limit exceeded");
	load->load_average = 4;
	refused(c, "Load limit exceeded");
	load->load_average = load->worker_percent = 0;
	load->mbit = 900;
	refused(c, "Bandwidth limit exceeded");
	load->mbit = 0;
	*limits = none;
	for (int i = 0; i < PAIRS / 2; i++) {
		sprintf(id, "call-%d", i);
		sl_session_delete(&relay.sessions, find_call(id));
	}
	refused(c, "Ran out of ports"); /* all but one of them rest */
	passed += UINT64_C(3600000000000);
}

static void a_thousand_times_leak_nothing(void **state)
{
	char id[16];
	const struct command c = {.call_id = id, .from_tag = "A"};
	size_t before = 0;

	relay_open(0);
	for (int round = 0; round < 1000; round++) {
		one_round(c, id);
		assert_int_equal(relay.sessions.n, 0);
		assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV4).taken, 0);
		if (round == 10)
			before = mallinfo2().uordblks;
	}
	/* Chunks are a little larger or smaller from one round to another: less than a byte each.
	 */
	assert_in_range(mallinfo2().uordblks, 0, before + 990);
	relay_close();
}

static const struct sl_police_rates *rates_from(const char *call_id, unsigned leg)
{
	return &find_call(call_id)->leg[leg]->media[0].path.spec.rates;
}

/* By what either party says, with slack; bytes only if the one that is sent to says how many. */
static void flows_are_policed_by_their_sdp(void **state)
{
	static struct sl_guard_config guard;
	struct party a = alice(NULL), b = bob(NULL);

	relay_open(0);
	sl_guard_config_init(&guard);
	relay.sessions.env.guard = &guard;
	a.extra = "a=ptime:5\r\nb=AS:80\r\n";
	must_offer(from_a, a);
	must_answer(to_b, b);
	assert_int_equal(rates_from("call", 0)->rtp_pps, 400);
	assert_int_equal(rates_from("call", 1)->rtp_pps, 400);
	assert_int_equal(rates_from("call", 0)->rtp_bytes, 0);
	assert_int_equal(rates_from("call", 1)->rtp_bytes, 2 * (10000 + 200 * 40));
	assert_int_equal(rates_from("call", 0)->rtcp_pps, 100);
	assert_int_equal(rates_from("call", 0)->learn_pps, 50);
	relay_close();
}

static void emergency_calls_are_not_policed(void **state)
{
	static struct sl_guard_config guard;
	struct command from = from_a;
	struct party a = alice(NULL);

	relay_open(0);
	sl_guard_config_init(&guard);
	relay.sessions.env.guard = &guard;
	a.extra = "b=AS:80\r\n";
	from.emergency = true;
	for (int round = 0; round < 2; round++) { /* a re-INVITE need not say it again */
		must_offer(from, a);
		must_answer(to_b, bob(NULL));
		for (unsigned leg = 0; leg < 2; leg++) {
			assert_int_equal(rates_from("call", leg)->rtp_pps, 0);
			assert_int_equal(rates_from("call", leg)->rtp_bytes, 0);
			assert_int_equal(rates_from("call", leg)->rtcp_pps, 0);
		}
		from.emergency = false;
		a.port += 2;
	}
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_run_out_in_words_and_come_back),
		cmocka_unit_test(the_reserve_is_for_emergencies),
		cmocka_unit_test(reserved_ports_are_there_for_emergencies),
		cmocka_unit_test(a_known_call_is_not_sent_elsewhere),
		cmocka_unit_test(load_is_told_as_the_proxy_knows_it),
		cmocka_unit_test(known_calls_pass_at_the_limit),
		cmocka_unit_test(a_thousand_times_leak_nothing),
		cmocka_unit_test(flows_are_policed_by_their_sdp),
		cmocka_unit_test(emergency_calls_are_not_policed),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
