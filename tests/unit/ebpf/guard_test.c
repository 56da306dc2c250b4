/* SPDX-License-Identifier: BSD-3-Clause */
/* The guard's verdicts, on the program as built. usage: test_guard guard.bpf.o */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/ebpf/guard_cases.h"

static void check(struct fixture *f, const struct shape *shape)
{
	struct frame frame;
	int decision;

	frame_build(&frame, shape);
	decision = guard_decided(f, frame.bytes, frame.length);
	if (decision != shape->want)
		fail_msg("%s: counter %d instead of %d", shape->name, decision, shape->want);
}

static void open_pinholes(struct fixture *f)
{
	static const uint16_t ports[] = {PORT_MIN - 1, PORT_MIN, 20002, PORT_MAX, PORT_MAX + 1};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		sl_guard_pinhole_open(f->guard, SLOT4, ports[i]);
	sl_guard_pinhole_open(f->guard, SLOT4, 20008);
	sl_guard_pinhole_open(f->guard, SLOT6, 20002);
	sl_guard_pinhole_open(f->guard, SLOT_VLAN, 20004);
}

static void test_verdicts(void **state)
{
	struct fixture *f = *state;

	open_pinholes(f);
	guard_serve(f);
	for (size_t i = 0; i < sizeof(verdicts_of) / sizeof(verdicts_of[0]); i++)
		check(f, &verdicts_of[i]);
}

/* Whatever an unknown source sends to the kernel at one of our addresses, but for what it must
 * hear. */
static void unknown_sources_at_the_kernel(void **state)
{
#define AT4     .to = OURS4, .port = 22
#define AT6     .to = OURS6, .port = 22
#define LIMITED .want = SL_GUARD_KERNEL_UNKNOWN_SOURCE
#define HIDING  .want = SL_GUARD_FRAGMENT
	static const struct shape shapes[] = {
		{"SYN", AT4, .protocol = 6, .kind = 2, LIMITED},
		{"SYN, IPv6", AT6, .protocol = 6, .kind = 2, LIMITED},
		{"SYN behind options", AT6, .protocol = 6, .kind = 2, .chain = "hdrd", LIMITED},
		{"SYN behind a routing header", AT6, .protocol = 6, .kind = 2, .chain = "R",
			LIMITED},
		{"SYN in the only fragment", AT6, .protocol = 6, .kind = 2, .chain = "f", LIMITED},
		{"SYN, two tags", AT4, .protocol = 6, .kind = 2, .tags = 2, LIMITED},
		{"SYN, options", AT4, .protocol = 6, .kind = 2, .options = 10, LIMITED},
		{"SYN and FIN", AT4, .protocol = 6, .kind = 3, LIMITED},
		{"FIN", AT4, .protocol = 6, .kind = 1, LIMITED},
		{"RST", AT4, .protocol = 6, .kind = 4, LIMITED},
		{"no flag", AT4, .protocol = 6, .kind = 0x80, LIMITED},
		{"first fragment, SYN", AT4, .protocol = 6, .kind = 2, .fragment = 0x2000, LIMITED},
		{"first fragment, ACK", AT4, .protocol = 6, .fragment = 0x2000, LIMITED},
		{"first fragment of 8", AT4, .protocol = 6, .fragment = 0x2000, .ip_lie = -20,
			HIDING},
		{"first fragment of 8, IPv6", AT6, .protocol = 6, .chain = "hf", .fragment = 1,
			.ip_lie = -20, HIDING},
		{"fragment at 8", AT4, .protocol = 6, .fragment = 1, HIDING},
		{"fragment at 16, IPv6", AT6, .protocol = 6, .chain = "f", .fragment = 0x11,
			HIDING},
		{"fragment at 24", AT4, .protocol = 6, .fragment = 3, LIMITED},
		{"fragment at 24, IPv6", AT6, .protocol = 6, .chain = "f", .fragment = 0x19,
			LIMITED},
		{"UDP, first fragment", AT4, .fragment = 0x2000, LIMITED},
		{"UDP, first fragment, IPv6", AT6, .chain = "f", .fragment = 1, LIMITED},
		{"UDP, later fragment", AT4, .fragment = 0x2100, LIMITED},
		{"UDP, later fragment, IPv6", AT6, .chain = "f", .fragment = 0x801, LIMITED},
		{"echo request", AT4, .protocol = 1, .kind = 8, LIMITED},
		{"echo request, later fragment", AT4, .protocol = 1, .fragment = 0xb9, LIMITED},
		{"timestamp", AT4, .protocol = 1, .kind = 13, LIMITED},
		{"echo reply, IPv6", AT6, .protocol = 58, .kind = 129, LIMITED},
		{"neighbour from afar", AT6, .protocol = 58, .kind = 135, LIMITED},
		{"ESP in fragments", AT4, .protocol = 50, .fragment = 0x2000, LIMITED},
		{"unreachable", AT4, .protocol = 1, .kind = 3, PASS},
		{"too big", AT6, .protocol = 58, .kind = 2, PASS},
		{"neighbour", AT6, .protocol = 58, .kind = 135, .hops = 255, PASS},
		{"ACK", AT4, .protocol = 6, PASS},
		{"SYN and ACK, IPv6", AT6, .protocol = 6, .kind = 0x12, PASS},
		{"UDP", AT4, PASS},
		{"ESP", AT4, .protocol = 50, PASS},
	};
	/* Slow enough that none comes back while the test runs. */
	static const uint64_t never = UINT64_C(3600000000000);
	const struct sl_policy three = {.unknown_source = {.interval = never, .depth = 2 * never}};
	struct fixture *f = *state;
	char from[INET6_ADDRSTRLEN];

	open_pinholes(f);
	assert_int_equal(sl_guard_policy_set(f->guard, &three, &f->error), 0);
	for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct shape shape = shapes[i];
		bool hides = shape.want == SL_GUARD_FRAGMENT;

		snprintf(from, sizeof(from),
			strchr(shape.to, ':') ? "2001:db8:0:%x::1" : "192.0.2.%u", i + 1);
		shape.from = from;
		for (int n = 0; n < 6; n++) {
			shape.want = hides || n >= 3 ? shapes[i].want : SL_GUARD_PASSED;
			check(f, &shape);
		}
	}
}

static void test_other_ethertypes(void **state)
{
	struct fixture *f = *state;
	static const uint16_t types[] = {0x0806, 0x88cc, 0x0026, 0x8847};
	struct frame frame;

	open_pinholes(f);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		frame_build(&frame, &(struct shape){OPEN4});
		put16(frame.bytes + 12, types[i]);
		assert_int_equal(guard_decided(f, frame.bytes, frame.length), SL_GUARD_PASSED);
	}
}

/* Cut at every byte: until the address is known the kernel's, then refused. */
static void test_truncation(void **state)
{
	struct fixture *f = *state;
	static const struct shape shapes[] = {
		{"IPv4", OPEN4},
		{"IPv4 with options and priority tag", OPEN4, .options = 3, .tags = 1},
		{"IPv6", OPEN6},
		{"IPv6 with extensions and priority tag", OPEN6, .chain = "hdr", .tags = 1},
	};

	open_pinholes(f);
	guard_serve(f);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		bool v6 = strchr(shapes[i].to, ':');
		struct frame frame;

		frame_build(&frame, &shapes[i]);
		assert_int_equal(guard_decided(f, frame.bytes, frame.length), SL_GUARD_REDIRECTED);
		for (unsigned n = frame.length - 1; n >= 14; n--) {
			unsigned known = frame.ip + (v6 ? 40 : 20);
			int want = n < known ? SL_GUARD_PASSED : SL_GUARD_IP;
			int have = guard_decided(f, frame.bytes, n);

			if (have != want)
				fail_msg("%s cut to %u bytes: counter %d", shapes[i].name, n, have);
			if (n <= known) /* no payload at all is a jumbogram's mark */
				continue;
			/* The same with an IP length that admits it. */
			put16(frame.bytes + frame.ip + (v6 ? 4 : 2), n - (v6 ? known : frame.ip));
			want = n < frame.length - FRAME_PAYLOAD - 8 ? SL_GUARD_IP : SL_GUARD_UDP;
			have = guard_decided(f, frame.bytes, n);
			if (have != want)
				fail_msg("%s ending at %u bytes: counter %d", shapes[i].name, n,
					have);
		}
	}
}

static bool picked(unsigned port)
{
	return (port * 2654435761u) >> 30 == 1;
}

/* Opening a port opens that port, of that address; closing closes it and no neighbour. */
static void test_every_port(void **state)
{
	struct fixture *f = *state;
	struct frame frame;

	guard_serve(f);
	guard_address(f, SLOT4, OURS4, 0, 1, 65535);
	frame_build(&frame, &(struct shape){OPEN4});
	for (unsigned port = 1; port <= 65535; port++)
		sl_guard_pinhole_open(f->guard, SLOT4, (uint16_t)port);
	for (unsigned port = 1; port <= 65535; port++)
		if (!picked(port))
			sl_guard_pinhole_close(f->guard, SLOT4, (uint16_t)port);
	for (unsigned port = 0; port <= 65535; port++) {
		int want = port == 0      ? SL_GUARD_PASSED
			   : picked(port) ? SL_GUARD_REDIRECTED
					  : SL_GUARD_CLOSED;

		put16(frame.bytes + frame.ip + 22, port);
		if (guard_decided(f, frame.bytes, frame.length) != want)
			fail_msg("port %u", port);
	}
}

/* As many addresses as there can be, in each family's own places and in those of others. */
static void test_every_address(void **state)
{
	struct fixture *f = *state;
	char to[INET6_ADDRSTRLEN];

	for (unsigned i = 0; i < 2 * SL_MAX_ADDRESS_SLOTS; i++) {
		snprintf(to, sizeof(to), i & 2 ? "2001:db8::%x" : "203.0.113.%u", i);
		if (i < SL_MAX_ADDRESS_SLOTS - 3)
			guard_address(f, i, to, 0, PORT_MIN, PORT_MAX);
		check(f, &(struct shape){to, .to = to, .port = PORT_MIN,
				 .want = i < SL_MAX_ADDRESS_SLOTS - 3 ? SL_GUARD_CLOSED
								      : SL_GUARD_PASSED});
	}
	check(f, &(struct shape){"before them", CLOSED4, CLOSED});
	check(f, &(struct shape){"before them, IPv6", CLOSED6, CLOSED});
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_verdicts, guard_set_up, guard_tear_down),
		cmocka_unit_test_setup_teardown(
			unknown_sources_at_the_kernel, guard_set_up, guard_tear_down),
		cmocka_unit_test_setup_teardown(
			test_other_ethertypes, guard_set_up, guard_tear_down),
		cmocka_unit_test_setup_teardown(test_truncation, guard_set_up, guard_tear_down),
		cmocka_unit_test_setup_teardown(test_every_port, guard_set_up, guard_tear_down),
		cmocka_unit_test_setup_teardown(test_every_address, guard_set_up, guard_tear_down),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s guard.bpf.o\n", argv[0]);
		return 2;
	}
	if (!guard_fixture_begin(argv[1])) {
		fprintf(stderr, "skipped: needs root and bpf\n");
		return SKIP;
	}
	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
