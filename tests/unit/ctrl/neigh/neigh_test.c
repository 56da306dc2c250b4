/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops follow what the kernel knows. */
#include "tests/unit/ctrl/neigh/neigh_fixture.h"

#include <errno.h>

#include "ctrl/base/address.h"

static void on_link(void **state)
{
	uint32_t v4 = get(br0, "10.1.0.2"), v6 = get(br0, "fd01::2"), c = get(br0, "10.1.0.3");

	assert_true(becomes(v4, mac_b));
	assert_true(becomes(v6, mac_b));
	assert_true(becomes(c, mac_c));
	sl_neigh_put(neigh, v4);
	sl_neigh_put(neigh, v6);
	sl_neigh_put(neigh, c);
}

static void a_destination_is_held_until_its_last_put(void **state)
{
	uint32_t id = get(br0, "10.1.0.2");

	assert_true(becomes(id, mac_b));
	assert_int_equal(get(br0, "10.1.0.2"), id);
	assert_int_equal(sl_neigh_counts(neigh).destinations, 1);
	sl_neigh_put(neigh, id);
	assert_true(is(id, mac_b));
	sl_neigh_put(neigh, id);
	assert_true(is(id, NULL));
	assert_int_equal(sl_neigh_counts(neigh).destinations, 0);
	assert_int_equal(sl_neigh_counts(neigh).valid, 0);
	assert_int_equal(sl_neigh_counts(neigh).hops, 0);
	sl_neigh_put(neigh, 0);
}

static void a_known_neighbour_is_there_at_once(void **state)
{
	uint32_t first = get(br0, "10.1.0.2"), second;

	assert_true(becomes(first, mac_b));
	RUN("ip route add 192.0.2.0/24 via 10.1.0.2");
	second = get(br0, "192.0.2.1");
	assert_true(is(second, mac_b));
	assert_int_equal(sl_neigh_counts(neigh).hops, 1);
	sl_neigh_put(neigh, first);
	assert_true(is(second, mac_b));
	sl_neigh_put(neigh, second);
	RUN("ip route del 192.0.2.0/24");
}

static void route_changes_are_followed(void **state)
{
	uint32_t v4, v6;

	RUN("ip route add 192.0.2.0/24 via 10.1.0.2");
	RUN("ip route add 2001:db8::/32 via fd01::2");
	v4 = get(br0, "192.0.2.9");
	v6 = get(br0, "2001:db8::9");
	assert_true(becomes(v4, mac_b));
	assert_true(becomes(v6, mac_b));
	came = went = 0;
	RUN("ip route replace 192.0.2.0/24 via 10.1.0.3");
	RUN("ip route replace 2001:db8::/32 via fd01::3");
	assert_true(becomes(v4, mac_c));
	assert_true(becomes(v6, mac_c));
	/* a more specific route, and an IPv4 destination behind an IPv6 gateway */
	RUN("ip route add 192.0.2.9/32 via inet6 fd01::2 dev br0");
	assert_true(becomes(v4, mac_b));
	RUN("ip route del 192.0.2.9/32");
	assert_true(becomes(v4, mac_c));
	/* no route at all, and back */
	RUN("ip route del 2001:db8::/32");
	assert_true(becomes(v6, NULL));
	RUN("ip route add 2001:db8::/32 via fd01::2");
	assert_true(becomes(v6, mac_b));
	assert_true(went >= 1 && came >= 1);
	sl_neigh_put(neigh, v4);
	sl_neigh_put(neigh, v6);
	RUN("ip route del 192.0.2.0/24; ip route del 2001:db8::/32");
}

static void mac_changes_are_followed(void **state)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 0xbb};
	uint32_t v4, v6, routed;

	RUN("ip route add 192.0.2.0/24 via 10.1.0.2");
	v4 = get(br0, "10.1.0.2");
	v6 = get(br0, "fd01::2");
	routed = get(br0, "192.0.2.1");
	assert_true(becomes(v4, mac_b) && becomes(v6, mac_b) && becomes(routed, mac_b));
	RUN("nsenter -t %d -n ip link set eth0 address 02:00:00:00:00:bb", peer_b);
	assert_true(becomes(v4, other));
	assert_true(becomes(v6, other));
	assert_true(is(routed, other));
	RUN("nsenter -t %d -n ip link set eth0 address 02:00:00:00:00:0b", peer_b);
	assert_true(becomes(v4, mac_b) && becomes(v6, mac_b) && becomes(routed, mac_b));
	sl_neigh_put(neigh, v4);
	sl_neigh_put(neigh, v6);
	sl_neigh_put(neigh, routed);
	RUN("ip route del 192.0.2.0/24");
}

static void what_does_not_answer_is_asked_again(void **state)
{
	uint32_t v4 = get(br0, "10.1.0.77"), v6 = get(br0, "fd01::77");

	assert_true(is(v4, NULL) && is(v6, NULL));
	assert_true(comes_true("ip neigh show 10.1.0.77 | grep -q FAILED"));
	assert_true(comes_true("ip neigh show fd01::77 | grep -q FAILED"));
	assert_true(is(v4, NULL) && is(v6, NULL));
	RUN("nsenter -t %d -n ip addr add 10.1.0.77/24 dev eth0", peer_b);
	RUN("nsenter -t %d -n ip addr add fd01::77/64 dev eth0 nodad", peer_b);
	assert_true(becomes(v4, mac_b));
	assert_true(becomes(v6, mac_b));
	sl_neigh_put(neigh, v4);
	sl_neigh_put(neigh, v6);
}

static void a_stale_neighbour_in_use_is_checked(void **state)
{
	uint32_t id = get(br0, "10.1.0.2");

	assert_true(becomes(id, mac_b));
	RUN("ip neigh change 10.1.0.2 dev br0 lladdr 02:00:00:00:00:0b nud stale");
	assert_true(comes_true("ip neigh show 10.1.0.2 | grep -qv STALE"));
	assert_true(is(id, mac_b));
	sl_neigh_put(neigh, id);
}

static void a_forgotten_neighbour_in_use_is_found_again(void **state)
{
	uint32_t id = get(br0, "10.1.0.2");

	assert_true(becomes(id, mac_b));
	RUN("ip neigh flush dev br0");
	assert_true(comes_true("ip neigh show 10.1.0.2 | grep -q 02:00:00:00:00:0b"));
	assert_true(becomes(id, mac_b));
	sl_neigh_put(neigh, id);
}

static void a_link_that_goes_and_comes_is_followed(void **state)
{
	uint32_t id = get(br0, "10.1.0.3");

	assert_true(becomes(id, mac_c));
	RUN("ip link set br0 down");
	assert_true(becomes(id, NULL));
	RUN("ip link set br0 up && ip addr add fd01::1/64 dev br0 nodad");
	assert_true(becomes(id, mac_c));
	sl_neigh_put(neigh, id);
}

static void own_and_group_addresses_have_no_next_hop(void **state)
{
	static const char *const addresses[] = {
		"10.1.0.1", "10.1.0.255", "224.0.0.5", "fd01::1", "ff02::5"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		uint32_t id = get(br0, addresses[i]);

		assert_true(is(id, NULL));
		assert_int_equal(sl_neigh_counts(neigh).hops, 0);
		sl_neigh_put(neigh, id);
	}
}

static void fixed_next_hops_need_no_kernel(void **state)
{
	static const uint8_t fixed[6] = {2, 0, 0, 0, 0, 1};
	uint32_t known, unknown, routed;
	uint8_t ip[16];

	sl_address_parse("198.51.100.1", ip);
	assert_int_equal(sl_neigh_fix(neigh, -1, ip, fixed), 0);
	assert_int_equal(sl_neigh_fix(neigh, -1, ip, fixed), -EEXIST);
	known = get(-1, "198.51.100.1");
	unknown = get(-1, "198.51.100.2");
	assert_true(is(known, fixed));
	assert_true(is(unknown, NULL));
	assert_true(is(get(-2, "198.51.100.1"), NULL));
	/* as a gateway, with the kernel's routes */
	sl_address_parse("10.1.0.200", ip);
	assert_int_equal(sl_neigh_fix(neigh, br0, ip, fixed), 0);
	RUN("ip route add 203.0.113.0/24 via 10.1.0.200");
	routed = get(br0, "203.0.113.1");
	assert_true(is(routed, fixed));
	RUN("ip route replace 203.0.113.0/24 via 10.1.0.2");
	assert_true(becomes(routed, mac_b));
	sl_neigh_put(neigh, known);
	sl_neigh_put(neigh, unknown);
	sl_neigh_put(neigh, get(-2, "198.51.100.1"));
	sl_neigh_put(neigh, get(-2, "198.51.100.1"));
	sl_neigh_put(neigh, routed);
	RUN("ip route del 203.0.113.0/24");
}

static void thousands_follow_and_a_full_table_is_refused(void **state)
{
	static uint32_t ids[ENTRIES];
	uint64_t end = now_ms() + PATIENCE;
	uint8_t ip[16];
	uint32_t moved = 0, id;

	RUN("ip route add 172.16.0.0/12 via 10.1.0.2");
	sl_address_parse("172.16.0.0", ip);
	for (uint32_t i = 1; i < ENTRIES; i++) {
		ip[14] = (uint8_t)(i >> 8);
		ip[15] = (uint8_t)i;
		assert_int_equal(sl_neigh_get(neigh, br0, ip, 1, &ids[i]), 0);
	}
	ip[13]++;
	assert_int_equal(sl_neigh_get(neigh, br0, ip, 1, &id), -ENOSPC);
	assert_true(becomes(ids[ENTRIES - 1], mac_b));
	assert_int_equal(sl_neigh_counts(neigh).valid, ENTRIES - 1);
	assert_int_equal(sl_neigh_counts(neigh).hops, 1);
	RUN("ip route replace 172.16.0.0/12 via 10.1.0.3");
	while (moved < ENTRIES - 1 && now_ms() < end) {
		uv_run(&loop, UV_RUN_NOWAIT);
		for (moved = 0; moved < ENTRIES - 1 && is(ids[moved + 1], mac_c); moved++)
			;
	}
	assert_int_equal(moved, ENTRIES - 1);
	for (uint32_t i = 1; i < ENTRIES; i++)
		sl_neigh_put(neigh, ids[i]);
	assert_int_equal(sl_neigh_counts(neigh).valid, 0);
	RUN("ip route del 172.16.0.0/12");
}

static void a_permanent_neighbour_stays_the_operators(void **state)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 0xbb};
	uint32_t id = get(br0, "10.1.0.2"), late;

	assert_true(becomes(id, mac_b));
	RUN("ip neigh replace 10.1.0.2 dev br0 lladdr 02:00:00:00:00:bb nud permanent");
	RUN("ip neigh replace 10.1.0.88 dev br0 lladdr 02:00:00:00:00:bb nud permanent");
	late = get(br0, "10.1.0.88");
	assert_true(is(late, other));
	assert_true(becomes(id, other));
	RUN("ip neigh show 10.1.0.2 | grep -q PERMANENT");
	RUN("ip neigh show 10.1.0.88 | grep -q PERMANENT");
	RUN("ip neigh del 10.1.0.2 dev br0");
	assert_true(becomes(id, mac_b));
	sl_neigh_put(neigh, id);
	sl_neigh_put(neigh, late);
}

/* More notifications than the socket holds, and a change that is only to be had by asking. */
static void lost_notifications_are_made_up_for(void **state)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 0xbb};
	uint64_t before = sl_neigh_counts(neigh).resyncs;
	uint32_t id = get(br0, "10.1.0.2"), routed;

	RUN("ip route add 192.0.2.0/24 via 10.1.0.3");
	routed = get(br0, "192.0.2.1");
	assert_true(becomes(id, mac_b) && becomes(routed, mac_c));
	RUN("for i in $(seq 0 39999); do echo neigh add fd01::7:$((i / 1000)):$((i %% 1000)) dev "
	    "br0 "
	    "lladdr 02:00:00:00:00:01 nud permanent; done | ip -batch -");
	RUN("ip neigh replace 10.1.0.2 dev br0 lladdr 02:00:00:00:00:bb nud permanent");
	RUN("ip route replace 192.0.2.0/24 via 10.1.0.2");
	assert_true(becomes(id, other));
	assert_true(becomes(routed, other));
	assert_true(sl_neigh_counts(neigh).resyncs > before);
	sl_neigh_put(neigh, id);
	sl_neigh_put(neigh, routed);
	RUN("ip route del 192.0.2.0/24");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(on_link, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_destination_is_held_until_its_last_put, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_known_neighbour_is_there_at_once, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			route_changes_are_followed, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			mac_changes_are_followed, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			what_does_not_answer_is_asked_again, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_stale_neighbour_in_use_is_checked, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_forgotten_neighbour_in_use_is_found_again, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_link_that_goes_and_comes_is_followed, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			own_and_group_addresses_have_no_next_hop, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			fixed_next_hops_need_no_kernel, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			thousands_follow_and_a_full_table_is_refused, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_permanent_neighbour_stays_the_operators, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			lost_notifications_are_made_up_for, neigh_setup, neigh_teardown),
	};
	int ret = neigh_begin();

	if (ret)
		return ret;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	neigh_end();
	return ret;
}
