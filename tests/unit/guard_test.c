/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard's verdicts, on the program as built, run by the kernel. usage: test_guard guard.bpf.o
 * The program is attached to the loopback of a network namespace of the test's own.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard_user.h"
#include "guard_frame.h"

enum { LOOPBACK = 1, SKIP = 77 };
enum { SLOT4 = 3, SLOT6 = 63, PORT_MIN = 20000, PORT_MAX = 20999 };

#define OURS4 "198.51.100.10"
#define OURS6 "2001:db8:1::10"

static const char *object_path;

struct fixture {
	struct bpf_object *object;
	int program;
	struct sl_guard *guard;
	int socket;
	char why[SL_GUARD_WHY];
};

static void address(const char *text, uint8_t ip[16])
{
	memset(ip, 0, 16);
	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, ip), 1);
		return;
	}
	ip[10] = ip[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, ip + 12), 1);
}

static void add(struct fixture *f, unsigned slot, const char *text, unsigned min, unsigned max)
{
	uint8_t ip[16];

	address(text, ip);
	assert_int_equal(sl_guard_address_add(
				 f->guard, (uint8_t)slot, ip, (uint16_t)min, (uint16_t)max, f->why),
		0);
}

static void attach(struct fixture *f, unsigned counters)
{
	struct bpf_program *program;

	f->object = bpf_object__open_file(object_path, NULL);
	assert_non_null(f->object);
	if (counters)
		bpf_map__set_max_entries(
			bpf_object__find_map_by_name(f->object, "counters"), counters);
	assert_int_equal(bpf_object__load(f->object), 0);
	program = bpf_object__find_program_by_name(f->object, SL_GUARD_PROGRAM);
	assert_non_null(program);
	f->program = bpf_program__fd(program);
	assert_int_equal(bpf_xdp_attach(LOOPBACK, f->program, XDP_FLAGS_SKB_MODE, NULL), 0);
}

/* As a dataplane would: its socket serves queue 0. */
static void serve(struct fixture *f)
{
	struct bpf_map *map = bpf_object__find_map_by_name(f->object, "xsks_map");
	__u32 queue = 0;

	f->socket = socket(AF_XDP, SOCK_RAW, 0);
	assert_true(f->socket >= 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &queue, &f->socket, BPF_ANY), 0);
}

static int set_up(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;

	memset(f, 0, sizeof(*f));
	f->socket = -1;
	attach(f, 0);
	assert_int_equal(sl_guard_open(LOOPBACK, &f->guard, f->why), 0);
	add(f, SLOT4, OURS4, PORT_MIN, PORT_MAX);
	add(f, SLOT6, OURS6, PORT_MIN, PORT_MAX);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	sl_guard_close(f->guard);
	bpf_xdp_detach(LOOPBACK, XDP_FLAGS_SKB_MODE, NULL);
	bpf_object__close(f->object);
	if (f->socket >= 0)
		close(f->socket);
	return 0;
}

/* What the program did with the frame; that it counted just that, once, is checked. */
static int decided(struct fixture *f, const uint8_t *bytes, unsigned length)
{
	static const __u32 actions[SL_GUARD_COUNTER_COUNT] = {
		[SL_GUARD_REDIRECTED] = XDP_REDIRECT,
		[SL_GUARD_PASSED] = XDP_PASS,
		[SL_GUARD_CLOSED] = XDP_DROP,
		[SL_GUARD_MALFORMED] = XDP_DROP,
		[SL_GUARD_NO_SOCKET] = XDP_DROP,
	};
	uint64_t before[SL_GUARD_COUNTER_COUNT], after[SL_GUARD_COUNTER_COUNT];
	int decision = -1;

	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = bytes, .data_size_in = length, .repeat = 1);
	assert_int_equal(sl_guard_counters(f->guard, before, f->why), 0);
	assert_int_equal(bpf_prog_test_run_opts(f->program, &run), 0);
	assert_int_equal(sl_guard_counters(f->guard, after, f->why), 0);
	for (int i = 0; i < SL_GUARD_COUNTER_COUNT; i++) {
		if (after[i] == before[i])
			continue;
		assert_int_equal(after[i], before[i] + 1);
		assert_int_equal(decision, -1);
		decision = i;
	}
	assert_true(decision >= 0);
	assert_int_equal(run.retval, actions[decision]);
	return decision;
}

static void check(struct fixture *f, const struct shape *shape)
{
	struct frame frame;
	int decision;

	frame_build(&frame, shape);
	decision = decided(f, frame.bytes, frame.length);
	if (decision != shape->want)
		fail_msg("%s: counter %d instead of %d", shape->name, decision, shape->want);
}

static const struct shape verdicts[] = {
#define OPEN4   .to = OURS4, .port = 20002
#define OPEN6   .to = OURS6, .port = 20002
#define CLOSED4 .to = OURS4, .port = 20004
#define CLOSED6 .to = OURS6, .port = 20004
#define OTHER4  .to = "198.51.100.11", .port = 20002
#define GIVEN   .want = SL_GUARD_REDIRECTED
#define PASS    .want = SL_GUARD_PASSED
#define CLOSED  .want = SL_GUARD_CLOSED
#define BAD     .want = SL_GUARD_MALFORMED
	{"open", OPEN4, GIVEN},
	{"open, IPv6", OPEN6, GIVEN},
	{"closed", CLOSED4, CLOSED},
	{"closed, IPv6", CLOSED6, CLOSED},
	{"another address", OTHER4, PASS},
	{"another IPv6 address", .to = "2001:db8:1::11", .port = 20002, PASS},
	{"IPv4 address in mapped form on the wire", .to = "::ffff:198.51.100.10", .port = 20002,
		PASS},
	{"one below the range, bit set", .to = OURS4, .port = PORT_MIN - 1, PASS},
	{"first of the range", .to = OURS4, .port = PORT_MIN, GIVEN},
	{"last of the range", .to = OURS4, .port = PORT_MAX, GIVEN},
	{"one above the range, bit set", .to = OURS4, .port = PORT_MAX + 1, PASS},
	{"SIP", .to = OURS4, .port = 5060, PASS},
	{"port 0", .to = OURS4, .port = 0, PASS},
	{"port 65535", .to = OURS6, .port = 65535, PASS},
	{"another slot's pinhole", .to = OURS6, .port = 20008, CLOSED},
	{"TCP", OPEN4, .protocol = 6, PASS},
	{"ICMP", OPEN4, .protocol = 1, PASS},
	{"ICMPv6", OPEN6, .protocol = 58, PASS},
	{"UDP-Lite", OPEN4, .protocol = 136, PASS},
	{"VLAN", OPEN4, .tags = 1, GIVEN},
	{"VLAN, IPv6, closed", CLOSED6, .tags = 1, CLOSED},
	{"service and customer VLAN", OPEN4, .tags = 2, GIVEN},
	{"three VLAN tags", OPEN4, .tags = 3, PASS},
	{"IPv4 options", OPEN4, .options = 1, GIVEN},
	{"most IPv4 options, closed", CLOSED4, .options = 10, CLOSED},
	{"first fragment", OPEN4, .fragment = 0x2000, PASS},
	{"later fragment", OPEN4, .fragment = 0x2001, PASS},
	{"last fragment", OPEN4, .fragment = 0x0005, PASS},
	{"don't fragment", OPEN4, .fragment = 0x4000, GIVEN},
	{"IPv6 fragment", OPEN6, .chain = "f", PASS},
	{"IPv6 fragment behind hop-by-hop", OPEN6, .chain = "hf", PASS},
	{"IPv6 authentication header", OPEN6, .chain = "a", PASS},
	{"hop-by-hop", OPEN6, .chain = "h", GIVEN},
	{"destination options, closed", CLOSED6, .chain = "d", CLOSED},
	{"routing header that is done", OPEN6, .chain = "r", GIVEN},
	{"routing header that is not", OPEN6, .chain = "R", PASS},
	{"the longest chain", OPEN6, .chain = "hdrd", GIVEN},
	{"a chain too long", OPEN6, .chain = "hdrdd", PASS},
	{"Ethernet padding", OPEN4, .padding = 18, GIVEN},
	{"Ethernet padding, IPv6", OPEN6, .padding = 6, GIVEN},
	{"IPv4 in name only", OPEN4, .version = 0x65, PASS},
	{"IPv6 in name only", OPEN6, .version = 0x40, PASS},
	{"IPv4 header of 16 bytes", OPEN4, .version = 0x44, BAD},
	{"IPv4 header of 16 bytes, elsewhere", OTHER4, .version = 0x44, PASS},
	{"IPv4 header over the packet", OPEN4, .version = 0x4f, BAD},
	{"IPv4 total length below the header", OPEN4, .ip_lie = -29, BAD},
	{"IPv4 total length without UDP", OPEN4, .ip_lie = -21, BAD},
	{"IPv4 total length over the frame", OPEN4, .ip_lie = 1, BAD},
	{"IPv4 total length over the frame, TCP", OPEN4, .protocol = 6, .ip_lie = 1, BAD},
	{"IPv4 total length over the frame, elsewhere", OTHER4, .ip_lie = 1, PASS},
	{"IPv4 total length within padding", OPEN4, .ip_lie = 4, .padding = 4, GIVEN},
	{"IPv6 payload over the frame", OPEN6, .ip_lie = 1, BAD},
	{"IPv6 payload without UDP", OPEN6, .ip_lie = -21, BAD},
	{"IPv6 without payload", OPEN6, .ip_lie = -28, BAD},
	{"IPv6 jumbogram", OPEN6, .chain = "h", .ip_lie = -36, PASS},
	{"extension header over the packet", OPEN6, .chain = "d", .chain_lie = 200, BAD},
	{"extension header up to the end", OPEN6, .chain = "d", .chain_lie = 3, BAD},
	{"extension header into the padding", OPEN6, .chain = "d", .chain_lie = 4, .padding = 60,
		BAD},
	{"UDP length over the packet", OPEN4, .udp_lie = 1, BAD},
	{"UDP length over the packet, closed", CLOSED4, .udp_lie = 1, CLOSED},
	{"UDP length over the packet, not media", .to = OURS4, .port = 53, .udp_lie = 1, PASS},
	{"UDP length below its header", OPEN6, .udp_lie = -FRAME_PAYLOAD - 1, BAD},
	{"UDP length short of the packet", OPEN4, .udp_lie = -1, GIVEN},
	{"UDP without payload", OPEN4, .udp_lie = -FRAME_PAYLOAD, GIVEN},
};

static void open_pinholes(struct fixture *f)
{
	static const uint16_t ports[] = {PORT_MIN - 1, PORT_MIN, 20002, PORT_MAX, PORT_MAX + 1};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		sl_guard_pinhole_open(f->guard, SLOT4, ports[i]);
	sl_guard_pinhole_open(f->guard, SLOT4, 20008);
	sl_guard_pinhole_open(f->guard, SLOT6, 20002);
}

static void test_verdicts(void **state)
{
	struct fixture *f = *state;

	open_pinholes(f);
	serve(f);
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		check(f, &verdicts[i]);
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
		assert_int_equal(decided(f, frame.bytes, frame.length), SL_GUARD_PASSED);
	}
}

/* Cut at every byte: until the address is known the kernel's, then malformed. */
static void test_truncation(void **state)
{
	struct fixture *f = *state;
	static const struct shape shapes[] = {
		{"IPv4", OPEN4},
		{"IPv4 with options and VLAN", OPEN4, .options = 3, .tags = 1},
		{"IPv6", OPEN6},
		{"IPv6 with extensions and VLANs", OPEN6, .chain = "hdr", .tags = 2},
	};

	open_pinholes(f);
	serve(f);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		bool v6 = strchr(shapes[i].to, ':');
		struct frame frame;

		frame_build(&frame, &shapes[i]);
		assert_int_equal(decided(f, frame.bytes, frame.length), SL_GUARD_REDIRECTED);
		for (unsigned n = frame.length - 1; n >= 14; n--) {
			unsigned known = frame.ip + (v6 ? 40 : 20);
			int want = n < known ? SL_GUARD_PASSED : SL_GUARD_MALFORMED;
			int have = decided(f, frame.bytes, n);

			if (have != want)
				fail_msg("%s cut to %u bytes: counter %d", shapes[i].name, n, have);
			if (n <= known) /* no payload before hop-by-hop is a jumbogram's mark */
				continue;
			/* The same with an IP length that admits it. */
			put16(frame.bytes + frame.ip + (v6 ? 4 : 2), n - (v6 ? known : frame.ip));
			have = decided(f, frame.bytes, n);
			if (have != SL_GUARD_MALFORMED)
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

	serve(f);
	add(f, SLOT4, OURS4, 1, 65535);
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
		if (decided(f, frame.bytes, frame.length) != want)
			fail_msg("port %u", port);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_ethertypes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_truncation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_every_port, set_up, tear_down),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s guard.bpf.o\n", argv[0]);
		return 2;
	}
	object_path = argv[1];
	if (unshare(CLONE_NEWNET) || bpf_prog_get_fd_by_id(0) == -EPERM) {
		fprintf(stderr, "skipped: needs root and bpf\n");
		return SKIP;
	}
	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
