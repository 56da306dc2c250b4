/* SPDX-License-Identifier: BSD-3-Clause */
/* However much one peer asks for, another's turn comes after one item of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctrl/ipc/fair.h"

enum { MANY = 1000 };

static struct sl_peer user(uid_t uid)
{
	return (struct sl_peer){.kind = SL_PEER_UNIX, .uid = uid};
}

static struct sl_peer host(enum sl_peer_kind kind, uint8_t last, uint16_t port)
{
	return (struct sl_peer){.kind = kind, .ip = {[15] = last}, .port = port};
}

static const struct {
	struct sl_peer a, b;
	bool same;
} pairs[] = {
	{{.kind = SL_PEER_UNIX, .uid = 1, .pid = 1}, {.kind = SL_PEER_UNIX, .uid = 1, .pid = 2},
		true},
	{{.kind = SL_PEER_UNIX, .uid = 1}, {.kind = SL_PEER_UNIX, .uid = 2}, false},
	{{.kind = SL_PEER_UDP, .port = 1}, {.kind = SL_PEER_UDP, .port = 2}, false},
	{{.kind = SL_PEER_UDP, .port = 1}, {.kind = SL_PEER_UDP, .port = 1}, true},
	{{.kind = SL_PEER_UDP, .ip = {1}}, {.kind = SL_PEER_UDP, .ip = {2}}, false},
	{{.kind = SL_PEER_WEBSOCKET, .port = 1}, {.kind = SL_PEER_WEBSOCKET, .port = 2}, true},
	{{.kind = SL_PEER_WEBSOCKET, .ip = {1}}, {.kind = SL_PEER_WEBSOCKET, .ip = {2}}, false},
	{{.kind = SL_PEER_UDP}, {.kind = SL_PEER_WEBSOCKET}, false},
};

static void tells_peers_apart(void **state)
{
	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(sl_fair_same(&pairs[i].a, &pairs[i].b), pairs[i].same);
}

static void fill(struct sl_fair *fair, struct sl_fair_item *items, unsigned n, struct sl_peer who)
{
	for (unsigned i = 0; i < n; i++) {
		assert_true(sl_fair_join(fair, &items[i], &who));
		sl_fair_ready(fair, &items[i]);
	}
}

/* How many are run until `item` is, itself included. */
static unsigned turns_until(struct sl_fair *fair, const struct sl_fair_item *item)
{
	unsigned n = 1;

	while (sl_fair_next(fair) != item)
		n++;
	return n;
}

static void users_take_turns(void **state)
{
	static struct sl_fair_item crowd[MANY], one;
	struct sl_fair fair;

	sl_fair_init(&fair);
	fill(&fair, crowd, MANY, user(1));
	fill(&fair, &one, 1, user(2));
	assert_in_range(turns_until(&fair, &one), 1, 2);
	sl_fair_ready(&fair, &one);
	assert_in_range(turns_until(&fair, &one), 1, 2);
	for (unsigned i = 0; i < MANY; i++)
		sl_fair_leave(&fair, &crowd[i]);
	sl_fair_leave(&fair, &one);
}

/* Ports are cheap: who has many of them has one share of two beside the users of Unix sockets. */
static void kinds_take_turns(void **state)
{
	static struct sl_fair_item crowd[MANY], one;
	struct sl_fair fair;

	sl_fair_init(&fair);
	for (unsigned i = 0; i < MANY; i++)
		fill(&fair, &crowd[i], 1, host(SL_PEER_UDP, 1, (uint16_t)i));
	fill(&fair, &one, 1, user(2));
	assert_int_equal(fair.peers, MANY + 1);
	assert_in_range(turns_until(&fair, &one), 1, 2);
	for (unsigned i = 0; i < MANY; i++)
		sl_fair_leave(&fair, &crowd[i]);
	sl_fair_leave(&fair, &one);
	assert_int_equal(fair.ready + fair.peers, 0);
}

static void own_order_is_kept(void **state)
{
	struct sl_fair_item items[3];
	struct sl_fair fair;

	sl_fair_init(&fair);
	fill(&fair, items, 3, user(1));
	sl_fair_rest(&fair, &items[0]);
	sl_fair_ready(&fair, &items[0]);
	assert_ptr_equal(sl_fair_next(&fair), &items[1]);
	assert_ptr_equal(sl_fair_next(&fair), &items[2]);
	assert_ptr_equal(sl_fair_next(&fair), &items[0]);
	assert_null(sl_fair_next(&fair));
	for (unsigned i = 0; i < 3; i++)
		sl_fair_leave(&fair, &items[i]);
}

static void largest_is_found(void **state)
{
	struct sl_fair_item items[6];
	struct sl_peer small = user(1), large = user(2);
	struct sl_fair fair;

	sl_fair_init(&fair);
	assert_null(sl_fair_largest(&fair, SL_PEER_UNIX));
	fill(&fair, items, 2, small);
	fill(&fair, items + 2, 4, large);
	assert_int_equal(sl_fair_largest(&fair, SL_PEER_UNIX)->who.uid, 2);
	assert_null(sl_fair_largest(&fair, SL_PEER_UDP));
	for (unsigned i = 2; i < 5; i++)
		sl_fair_leave(&fair, &items[i]);
	assert_int_equal(sl_fair_largest(&fair, SL_PEER_UNIX)->who.uid, 1);
	assert_int_equal(sl_fair_find(&fair, &large)->n_ready, 1);
	sl_fair_leave(&fair, &items[5]);
	assert_null(sl_fair_find(&fair, &large));
	sl_fair_leave(&fair, &items[0]);
	sl_fair_leave(&fair, &items[1]);
	sl_fair_leave(&fair, &items[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_peers_apart),
		cmocka_unit_test(users_take_turns),
		cmocka_unit_test(kinds_take_turns),
		cmocka_unit_test(own_order_is_kept),
		cmocka_unit_test(largest_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
