/* SPDX-License-Identifier: BSD-3-Clause */
/* Alarms of the whole relay and of its calls, from what workers count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/call/leg.h"
#include "ctrl/guard/protection.h"
#include "ctrl/observe/watch.h"
#include "ctrl/offer/ending.h"
#include "dataplane/handoff/policy.h"
#include "dataplane/path/worker.h"
#include "tests/unit/ctrl/offer/session_fixture.h"

static struct sl_protection protection;
static struct sl_guard *const no_guards[SL_MAX_PORTS];

static struct {
	unsigned raised[SL_ALARM_KIND_COUNT], ended[SL_ALARM_KIND_COUNT];
	char reason[32], call[32];
} told;

static void hear(void *context, const struct sl_notice *notice)
{
	const struct sl_alarm_report *r = notice->alarm;

	if (notice->type != SL_NOTICE_ALARM)
		return;
	(r->change == SL_ALARM_RAISED ? told.raised : told.ended)[r->kind]++;
	snprintf(told.reason, sizeof(told.reason), "%s", r->reason ? r->reason : "");
	snprintf(told.call, sizeof(told.call), "%s", notice->call ? notice->call->id : "");
}

/* Stands for the counters of the port's device. */
static uint64_t missed;
void __wrap_sl_port_stats(uint8_t port, struct sl_port_stats *out);
void __wrap_sl_port_stats(uint8_t port, struct sl_port_stats *out)
{
	*out = (struct sl_port_stats){.rx_missed = missed};
}

static int open_relay(void **state)
{
	static struct sl_guard_config config;
	struct sl_error error = {0};

	relay_open(0);
	memset(&sl_workers[0].stats, 0, sizeof(sl_workers[0].stats));
	sl_guard_config_init(&config);
	assert_int_equal(sl_protection_start(&protection, &config, no_guards, 1, &error), 0);
	protection.notify = relay.sessions.env.notify = hear;
	relay.sessions.env.guard = &protection.config;
	memset(&told, 0, sizeof(told));
	sl_protection_tick(&protection);
	return 0;
}

static int close_relay(void **state)
{
	relay_close();
	return 0;
}

/* So many a second raise it, a little less do not; then it ends. */
static void check(enum sl_verdict verdict, unsigned pps, enum sl_alarm_kind kind)
{
	memset(&told, 0, sizeof(told));
	sl_workers[0].stats.verdicts[verdict] += pps - 1;
	sl_protection_tick(&protection);
	assert_int_equal(told.raised[kind], 0);
	for (int i = 0; i < 3; i++) {
		sl_workers[0].stats.verdicts[verdict] += pps;
		sl_protection_tick(&protection);
	}
	assert_int_equal(told.raised[kind], 1);
	for (int i = 0; i < SL_ALARM_CLEAR_S; i++) {
		assert_int_equal(told.ended[kind], 0);
		sl_protection_tick(&protection);
	}
	assert_int_equal(told.ended[kind], 1);
}

static void drops_in_total(void **state)
{
	check(SL_DROP_SOURCE, 1000, SL_ALARM_DROPS);
	assert_string_equal(told.reason, "source");
	check(SL_DROP_UNKNOWN_TOTAL, 1000,
		SL_ALARM_DROPS); /* what is left for unknown sources is used up */
	assert_string_equal(told.reason, "unknown-total-rate");
}

static void loss(void **state)
{
	check(SL_DROP_NEIGHBOUR, 10, SL_ALARM_LOSS);
	assert_string_equal(told.reason, "neighbour");
	check(SL_DROP_PORT_RESET, 10, SL_ALARM_LOSS);
	check(SL_DROP_TX_FULL, 10, SL_ALARM_LOSS);
	check(SL_DROP_HANDOFF_FULL, 10, SL_ALARM_LOSS);
	check(SL_DROP_PUNT_FULL, 10, SL_ALARM_LOSS);
	check(SL_DROP_CRYPTO, 10, SL_ALARM_LOSS);
}

/* Lost before anybody of us saw it. */
static void loss_by_a_device(void **state)
{
	memset(&told, 0, sizeof(told));
	missed += 9;
	sl_protection_tick(&protection);
	assert_int_equal(told.raised[SL_ALARM_LOSS], 0);
	missed += 10;
	sl_protection_tick(&protection);
	assert_int_equal(told.raised[SL_ALARM_LOSS], 1);
	assert_string_equal(told.reason, "missed");
	for (int i = 0; i < SL_ALARM_CLEAR_S; i++)
		sl_protection_tick(&protection);
	assert_int_equal(told.ended[SL_ALARM_LOSS], 1);
}

static void guard_without_room(void **state)
{
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff};

	assert_int_equal(sl_policy_open(), 0);
	for (uint32_t i = 0; i <= 262144; i++) {
		ip[12] = (uint8_t)(1 + (i >> 16));
		ip[13] = (uint8_t)(i >> 8);
		ip[14] = (uint8_t)i;
		sl_interface_source(&relay.interface, ip, true);
	}
	for (int i = 0; i <= SL_ALARM_CLEAR_S; i++)
		sl_protection_tick(&protection);
	assert_int_equal(told.raised[SL_ALARM_GUARD_FULL], 1);
	assert_int_equal(told.ended[SL_ALARM_GUARD_FULL], 1);
	sl_policy_close();
}

/* The sweep as a second later. */
static void look(struct sl_call *call)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		call->leg[i]->media[0].watch.stepped -= UINT64_C(1000000000);
	sl_watch_call(&relay.sessions, call);
}

static void of_calls(void **state)
{
	static const struct {
		enum sl_verdict verdict;
		enum sl_alarm_kind kind;
	} cases[] = {{SL_DROP_AUTH, SL_ALARM_AUTH}, {SL_DROP_REPLAY, SL_ALARM_REPLAY},
		{SL_DROP_REPLAY_OLD, SL_ALARM_REPLAY}};
	struct sl_call *call;

	must_offer(from_a, alice(NULL));
	must_answer(to_b, bob(NULL));
	call = find_call("call");
	sl_watch_call(&relay.sessions, call);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&told, 0, sizeof(told));
		for (int s = 0; s < 3; s++) {
			call->leg[1]->media[0].path.flow->count.drops[cases[i].verdict] += 30;
			look(call);
			sl_watch_call(&relay.sessions, call); /* not twice a second */
		}
		assert_int_equal(told.raised[cases[i].kind], 1);
		assert_string_equal(told.call, "call");
		for (int s = 0; s < SL_ALARM_CLEAR_S; s++)
			look(call);
		assert_int_equal(told.ended[cases[i].kind], 1);
	}
	/* It ends with the call. */
	call->leg[1]->media[0].path.flow->count.drops[SL_DROP_AUTH] += 30;
	look(call);
	assert_int_equal(told.raised[SL_ALARM_AUTH], 1);
	sl_session_delete(&relay.sessions, call);
	assert_int_equal(told.ended[SL_ALARM_AUTH], 1);
}

/* Also of a leg whose party somebody else is connected with now, and of one that is gone. */
static void of_legs_that_are_alone(void **state)
{
	struct command fork = to_b;
	struct sl_call *call;
	struct sl_leg *leg;

	fork.to_tag = "C";
	must_offer(from_a, alice(NULL));
	must_answer(to_b, bob(NULL));
	call = find_call("call");
	leg = sl_call_leg(call, (struct sl_text){"B", 1});
	sl_watch_call(&relay.sessions, call);
	leg->media[0].path.flow->count.drops[SL_DROP_AUTH] += 30;
	look(call);
	assert_int_equal(told.raised[SL_ALARM_AUTH], 1);
	must_answer(fork, bob(NULL));
	assert_null(leg->peer);
	for (int s = 0; s <= SL_ALARM_CLEAR_S; s++)
		look(call);
	assert_int_equal(told.ended[SL_ALARM_AUTH], 1);
	assert_int_equal(told.raised[SL_ALARM_AUTH], 1);

	leg = sl_call_leg(call, (struct sl_text){"C", 1});
	leg->media[0].path.flow->count.drops[SL_DROP_REPLAY] += 30;
	look(call);
	assert_int_equal(told.raised[SL_ALARM_REPLAY], 1);
	sl_call_leg_remove(&relay.sessions, call, leg);
	assert_int_equal(told.ended[SL_ALARM_REPLAY], 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_relay, close_relay)
	const struct CMUnitTest tests[] = {
		CASE(drops_in_total),
		CASE(loss),
		CASE(loss_by_a_device),
		CASE(guard_without_room),
		CASE(of_calls),
		CASE(of_legs_that_are_alone),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
