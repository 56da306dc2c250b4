/* SPDX-License-Identifier: BSD-3-Clause */
/* An interface with many addresses: which of them a pair of ports comes from. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/call/interface.h"
#include "dataplane/port/port.h"

enum { PAIRS = 10, POOL = 4, V6 = 2, FIRST = 20000 };

static struct sl_config_interface config;
static struct sl_interface interface;

/* Three of IPv4 and, in between, one of IPv6. */
static int set_up(void **state)
{
	static const char *const addresses[POOL] = {
		"203.0.113.10", "203.0.113.11", "2001:db8::10", "203.0.113.12"};

	config = (struct sl_config_interface){.name = "public",
		.port_min = FIRST,
		.port_max = FIRST + 2 * PAIRS - 1,
		.n_addresses = POOL};
	for (int i = 0; i < POOL; i++)
		assert_int_equal(sl_address_parse(addresses[i], config.address[i].ip), 0);
	return sl_interface_init(&interface, &config);
}

static int tear_down(void **state)
{
	sl_interface_fini(&interface);
	return 0;
}

static unsigned taken(unsigned address)
{
	return sl_interface_address_ports(&interface, address).taken;
}

static void fills_evenly(void **state)
{
	for (unsigned n = 1; n <= 3 * PAIRS; n++) {
		unsigned least = PAIRS, most = 0;
		uint8_t address;
		uint16_t rtp;

		assert_int_equal(sl_interface_take(&interface, SL_IPV4, -1, &address, &rtp), 0);
		assert_int_not_equal(address, V6);
		assert_in_range(rtp, FIRST, FIRST + 2 * PAIRS - 2);
		for (unsigned i = 0; i < POOL; i++) {
			if (i == V6)
				continue;
			least = taken(i) < least ? taken(i) : least;
			most = taken(i) > most ? taken(i) : most;
		}
		if (most - least > 1)
			fail_msg("after %u pairs one has %u, another %u", n, most, least);
		assert_int_equal(sl_interface_ports(&interface, SL_IPV4).taken, n);
		assert_int_equal(sl_interface_ports(&interface, SL_IPV4).total, 3 * PAIRS);
		assert_int_equal(sl_interface_ports(&interface, SL_IPV6).taken, 0);
	}
}

/* Ports end when those of every address of the family have, and not before. */
static void ends_when_all_have(void **state)
{
	uint8_t address;
	uint16_t rtp;

	for (unsigned n = 0; n < PAIRS; n++) { /* as the media of one leg would */
		assert_int_equal(sl_interface_take(&interface, SL_IPV4, 1, &address, &rtp), 0);
		assert_int_equal(address, 1);
	}
	for (unsigned n = 0; n < 2 * PAIRS; n++) {
		assert_int_equal(sl_interface_take(&interface, SL_IPV4, 1, &address, &rtp), 0);
		assert_true(address == 0 || address == 3);
	}
	assert_int_equal(sl_interface_take(&interface, SL_IPV4, 1, &address, &rtp), -ENOSPC);
	assert_int_equal(sl_interface_take(&interface, SL_IPV4, -1, &address, &rtp), -ENOSPC);
	assert_int_equal(sl_interface_take(&interface, SL_IPV6, 1, &address, &rtp), 0);
	assert_int_equal(address, V6);
}

static void rests_where_it_was(void **state)
{
	uint8_t address;
	uint16_t rtp;

	assert_int_equal(sl_interface_take(&interface, SL_IPV4, 3, &address, &rtp), 0);
	assert_int_equal(address, 3);
	sl_interface_give(&interface, address, rtp);
	for (unsigned i = 0; i < POOL; i++) {
		assert_int_equal(taken(i), 0);
		assert_int_equal(sl_interface_address_ports(&interface, i).resting, i == 3 ? 1 : 0);
	}
	assert_int_equal(sl_interface_ports(&interface, SL_IPV4).resting, 1);
}

static void knows_its_families(void **state)
{
	assert_true(sl_interface_has(&interface, SL_IPV4));
	assert_true(sl_interface_has(&interface, SL_IPV6));
	config.n_addresses = V6;
	assert_false(sl_interface_has(&interface, SL_IPV6));
	config.n_addresses = POOL;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fills_evenly, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_when_all_have, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rests_where_it_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_its_families, set_up, tear_down),
	};

	const struct sl_eal_config eal = {.memory_mib = 64}; /* for its clock */
	struct sl_error error = {0};
	bool huge;

	if (sl_eal_init(&eal, &huge, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
