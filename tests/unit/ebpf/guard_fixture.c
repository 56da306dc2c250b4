/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ebpf/guard_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

static const char *object;

bool guard_fixture_begin(const char *object_path)
{
	object = object_path;
	return unshare(CLONE_NEWNET) == 0 && bpf_prog_get_fd_by_id(0) != -EPERM;
}

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

void guard_address(struct fixture *f, unsigned slot, const char *text, uint16_t vlan, unsigned min,
	unsigned max)
{
	uint8_t ip[16];

	address(text, ip);
	assert_int_equal(sl_guard_address_add(f->guard, (uint8_t)slot, ip, vlan, (uint16_t)min,
				 (uint16_t)max, &f->error),
		0);
}

static void attach(struct fixture *f)
{
	struct bpf_program *program;

	f->object = bpf_object__open_file(object, NULL);
	assert_non_null(f->object);
	assert_int_equal(bpf_object__load(f->object), 0);
	program = bpf_object__find_program_by_name(f->object, SL_GUARD_PROGRAM);
	assert_non_null(program);
	f->program = bpf_program__fd(program);
	assert_int_equal(bpf_xdp_attach(LOOPBACK, f->program, XDP_FLAGS_SKB_MODE, NULL), 0);
}

void guard_serve(struct fixture *f)
{
	struct bpf_map *map = bpf_object__find_map_by_name(f->object, "xsks_map");
	__u32 queue = 0;

	f->socket = socket(AF_XDP, SOCK_RAW, 0);
	assert_true(f->socket >= 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &queue, &f->socket, BPF_ANY), 0);
}

int guard_set_up(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;

	memset(f, 0, sizeof(*f));
	f->socket = -1;
	attach(f);
	if (sl_guard_open(LOOPBACK, &f->guard, &f->error) != 0)
		fail_msg("%s", f->error.text);
	guard_address(f, SLOT4, OURS4, 0, PORT_MIN, PORT_MAX);
	guard_address(f, SLOT6, OURS6, 0, PORT_MIN, PORT_MAX);
	guard_address(f, SLOT_VLAN, OURS4, VLAN, PORT_MIN, PORT_MAX);
	*state = f;
	return 0;
}

int guard_tear_down(void **state)
{
	struct fixture *f = *state;

	sl_guard_close(f->guard);
	bpf_xdp_detach(LOOPBACK, XDP_FLAGS_SKB_MODE, NULL);
	bpf_object__close(f->object);
	if (f->socket >= 0)
		close(f->socket);
	return 0;
}

int guard_decided(struct fixture *f, const uint8_t *bytes, unsigned length)
{
	static const __u32 actions[SL_GUARD_COUNTER_COUNT] = {
		[SL_GUARD_REDIRECTED] = XDP_REDIRECT,
		[SL_GUARD_PASSED] = XDP_PASS,
		[SL_GUARD_DENIED] = XDP_DROP,
		[SL_GUARD_MARTIAN] = XDP_DROP,
		[SL_GUARD_TTL] = XDP_DROP,
		[SL_GUARD_UNKNOWN_SOURCE] = XDP_DROP,
		[SL_GUARD_UNKNOWN_TOTAL] = XDP_DROP,
		[SL_GUARD_KERNEL_UNKNOWN_SOURCE] = XDP_DROP,
		[SL_GUARD_KERNEL_UNKNOWN_TOTAL] = XDP_DROP,
		[SL_GUARD_CLOSED] = XDP_DROP,
		[SL_GUARD_IP] = XDP_DROP,
		[SL_GUARD_UDP] = XDP_DROP,
		[SL_GUARD_FRAGMENT] = XDP_DROP,
		[SL_GUARD_NO_SOCKET] = XDP_DROP,
	};
	uint64_t before[SL_GUARD_COUNTER_COUNT], after[SL_GUARD_COUNTER_COUNT];
	int decision = -1;

	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = bytes, .data_size_in = length, .repeat = 1);
	assert_int_equal(sl_guard_counters(f->guard, before, &f->error), 0);
	assert_int_equal(bpf_prog_test_run_opts(f->program, &run), 0);
	assert_int_equal(sl_guard_counters(f->guard, after, &f->error), 0);
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
