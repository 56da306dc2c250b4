/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of media addresses: what a walk over all of them finds, it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/base/media_address.h"

static int walk(uint8_t port, uint16_t vlan, const uint8_t ip[16], int udp_port)
{
	for (int slot = 0; slot < sl_n_addresses; slot++) {
		const struct sl_address *a = &sl_addresses[slot];

		if (a->port == port && a->vlan == vlan && !memcmp(a->ip, ip, 16) &&
			(udp_port < 0 || sl_address_covers(a, (uint16_t)udp_port)))
			return slot;
	}
	return -1;
}

static bool is_there(const uint8_t ip[16])
{
	for (int slot = 0; slot < sl_n_addresses; slot++)
		if (!memcmp(sl_addresses[slot].ip, ip, 16))
			return true;
	return false;
}

static void enter(struct sl_address a)
{
	sl_addresses[sl_n_addresses] = a;
	sl_address_enter(sl_n_addresses++);
}

static void set_up(struct sl_address *a, unsigned i, uint16_t min, uint16_t max)
{
	*a = (struct sl_address){.port_min = min, .port_max = max, .ip = {[10] = 0xff, 0xff, 203}};
	a->ip[14] = (uint8_t)(i >> 8);
	a->ip[15] = (uint8_t)i;
}

static void neighbours(struct sl_address *a, unsigned i)
{
	set_up(a, i, 20000, 29999);
}

static void vlans(struct sl_address *a, unsigned i)
{
	set_up(a, 1, 20000, 29999);
	a->vlan = (uint16_t)(1 + 31 * i);
}

static void ports(struct sl_address *a, unsigned i)
{
	set_up(a, i / SL_MAX_PORTS, 20000, 29999);
	a->port = (uint8_t)(i % SL_MAX_PORTS);
}

/* IPv6 networks in which the relay has the same host number. */
static void networks(struct sl_address *a, unsigned i)
{
	*a = (struct sl_address){
		.port_min = 20000, .port_max = 29999, .ip = {0x20, 0xd, 0xb8, [15] = 0x10}};
	a->ip[5] = (uint8_t)i;
}

static void shared(struct sl_address *a, unsigned i)
{
	set_up(a, i / 4, (uint16_t)(20000 + i % 4 * 1000), (uint16_t)(20999 + i % 4 * 1000));
}

/* As many as there can be, in every way in which two may differ. */
static const struct {
	const char *what;
	void (*vary)(struct sl_address *a, unsigned i);
} fills[] = {
	{"one after the other", neighbours},
	{"VLANs", vlans},
	{"ports", ports},
	{"IPv6 networks", networks},
	{"ranges of UDP ports", shared},
};

static void finds_what_a_walk_finds(void **state)
{
	(void)state;
	for (unsigned f = 0; f < sizeof(fills) / sizeof(fills[0]); f++) {
		struct sl_address a;

		sl_addresses_forget();
		for (unsigned i = 0; i < SL_MAX_ADDRESS_SLOTS; i++) {
			fills[f].vary(&a, i);
			enter(a);
		}
		for (unsigned i = 0; i < 4 * SL_MAX_ADDRESS_SLOTS; i++)
			for (int vlan = 0; vlan < 2; vlan++)
				for (int p = 19999; p < 24002; p += 500) {
					fills[f].vary(&a, i);
					a.vlan = (uint16_t)(a.vlan + vlan);
					if (sl_address_find(a.port, a.vlan, a.ip, (uint16_t)p) !=
							walk(a.port, a.vlan, a.ip, p) ||
						sl_address_first(a.port, a.vlan, a.ip) !=
							walk(a.port, a.vlan, a.ip, -1) ||
						sl_address_is_ours(a.ip) != is_there(a.ip))
						fail_msg("%s: %u, VLAN %u, UDP port %d",
							fills[f].what, i, a.vlan, p);
				}
	}
}

static void forgets(void **state)
{
	struct sl_address a;

	(void)state;
	sl_addresses_forget();
	neighbours(&a, 1);
	assert_int_equal(sl_address_first(a.port, a.vlan, a.ip), -1);
	enter(a);
	assert_int_equal(sl_address_first(a.port, a.vlan, a.ip), 0);
	sl_addresses_forget();
	assert_int_equal(sl_address_first(a.port, a.vlan, a.ip), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_walk_finds),
		cmocka_unit_test(forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
