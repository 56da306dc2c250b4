/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard's user side: whose program it takes hold of, what it removes, and what it refuses.
 * usage: test_guard_user guard.bpf.o
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard_user.h"

enum { LOOPBACK = 1, NO_DEVICE = 9999, SKIP = 77 };

static const char *object_path;
static struct sl_error error;

/* As net_af_xdp does: the program outlives the object once it is attached. */
static struct bpf_object *attach(const char *resized_map, unsigned entries)
{
	struct bpf_object *object = bpf_object__open_file(object_path, NULL);
	struct bpf_program *program;

	assert_non_null(object);
	if (resized_map)
		bpf_map__set_max_entries(
			bpf_object__find_map_by_name(object, resized_map), entries);
	assert_int_equal(bpf_object__load(object), 0);
	program = bpf_object__find_program_by_name(object, SL_GUARD_PROGRAM);
	assert_int_equal(bpf_xdp_attach(LOOPBACK, bpf_program__fd(program),
				 XDP_FLAGS_SKB_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL),
		0);
	return object;
}

/* A program that passes everything, under a name of its choice. */
static void attach_foreign(const char *name)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, name, "BSD", pass, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(LOOPBACK, fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	close(fd);
}

static uint32_t attached_id(void)
{
	uint32_t id = 0;

	assert_int_equal(bpf_xdp_query_id(LOOPBACK, 0, &id), 0);
	return id;
}

static int clear(void **state)
{
	memset(&error, 0, sizeof(error));
	return bpf_xdp_detach(LOOPBACK, XDP_FLAGS_SKB_MODE, NULL);
}

static void test_nothing_attached(void **state)
{
	struct sl_guard *guard = NULL;

	assert_int_equal(sl_guard_stale_detach(LOOPBACK, &error), 0);
	assert_string_equal(error.text, "");
	assert_int_equal(sl_guard_open(LOOPBACK, &guard, &error), -ENOENT);
	assert_string_equal(error.text, "lo: no XDP program is attached");
	assert_null(guard);
	sl_guard_close(NULL);
}

static void test_no_such_device(void **state)
{
	struct sl_guard *guard;

	assert_int_equal(sl_guard_open(NO_DEVICE, &guard, &error), -ENXIO);
	assert_non_null(strstr(error.text, "9999"));
	assert_int_equal(sl_guard_stale_detach(NO_DEVICE, &error), -ENXIO);
}

static void test_foreign_program_is_left_alone(void **state)
{
	static const char *const names[] = {"somebodys", "", SL_GUARD_PROGRAM};
	struct sl_guard *guard;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint32_t id;

		attach_foreign(names[i]);
		id = attached_id();
		assert_int_equal(sl_guard_open(LOOPBACK, &guard, &error), -EPROTO);
		assert_int_equal(sl_guard_stale_detach(LOOPBACK, &error), -EEXIST);
		assert_non_null(strstr(error.text, "ip link set dev lo xdpgeneric off"));
		assert_int_equal(attached_id(), id);
	}
}

static void test_stale_guard_is_removed(void **state)
{
	struct bpf_object *object = attach(NULL, 0);

	bpf_object__close(object); /* the kernel's part of a kill -9 */
	assert_int_not_equal(attached_id(), 0);
	assert_int_equal(sl_guard_stale_detach(LOOPBACK, &error), 0);
	assert_int_equal(attached_id(), 0);
	bpf_object__close(attach(NULL, 0)); /* the next start attaches */
}

static void test_guard_in_use_is_left_alone(void **state)
{
	struct bpf_object *object = attach(NULL, 0);
	char pid[32];

	snprintf(pid, sizeof(pid), "process %d ", getpid());
	assert_int_equal(sl_guard_stale_detach(LOOPBACK, &error), -EBUSY);
	assert_non_null(strstr(error.text, pid));
	assert_int_not_equal(attached_id(), 0);
	bpf_object__close(object);
}

/* A filter at tc ingress: at the guard's priority and handle. */
static struct bpf_tc_hook hook = {
	.sz = sizeof(hook), .ifindex = LOOPBACK, .attach_point = BPF_TC_INGRESS};

/* Padding too must be zero. */
static void place(struct bpf_tc_opts *filter, int program)
{
	memset(filter, 0, sizeof(*filter));
	filter->sz = sizeof(*filter);
	filter->handle = 1;
	filter->priority = 0x51;
	filter->prog_fd = program;
}

static uint32_t at_tc(void)
{
	struct bpf_tc_opts filter;

	place(&filter, 0);
	return bpf_tc_query(&hook, &filter) == 0 ? filter.prog_id : 0;
}

static int clear_tc(void **state)
{
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&hook);
	hook.attach_point = BPF_TC_INGRESS;
	return clear(state);
}

static struct sl_guard *load(void)
{
	const struct sl_guard_sizes sizes = {.unknown_sources = 1024, .sources = 1024};
	struct sl_guard *guard = NULL;

	if (sl_guard_load(LOOPBACK, &sizes, true, &guard, &error) != 0)
		fail_msg("%s", error.text);
	return guard;
}

/* Neither is the filter of somebody else replaced, nor does half a guard stand. */
static void test_foreign_filter_is_left_alone(void **state)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "somebodys", "BSD", pass, 2, NULL);
	struct sl_guard *guard = load();
	struct bpf_tc_opts filter;
	uint32_t foreign, old;

	assert_true(fd >= 0);
	place(&filter, fd);
	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	assert_int_equal(bpf_tc_attach(&hook, &filter), 0);
	close(fd);
	foreign = at_tc();
	assert_int_equal(sl_guard_attach(guard, NULL, 0, true, &error), -EEXIST);
	assert_non_null(strstr(error.text, "(somebodys)"));
	assert_non_null(strstr(error.text, "tc filter del dev lo ingress pref 81"));
	assert_int_equal(attached_id(), 0);
	assert_int_equal(at_tc(), foreign);
	/* A guard that stood at XDP goes on to. */
	bpf_object__close(attach(NULL, 0));
	old = attached_id();
	assert_int_equal(sl_guard_attach(guard, NULL, 0, true, &error), -EEXIST);
	assert_int_equal(attached_id(), old);
	sl_guard_let_go(guard);
}

/* Something there that is no program of BPF's: only the attempt tells, and it is undone. */
static void test_what_failed_at_tc_is_undone(void **state)
{
	struct sl_guard *guard = load();
	uint32_t old;

	assert_int_equal(
		system("tc qdisc add dev lo clsact && tc filter add dev lo ingress pref 81 "
		       "handle 1 bpf bytecode '1,6 0 0 0' classid 1:1"),
		0);
	assert_true(sl_guard_attach(guard, NULL, 0, true, &error) < 0);
	assert_non_null(strstr(error.text, "tc filter del dev lo ingress pref 81"));
	assert_int_equal(attached_id(), 0);
	bpf_object__close(attach(NULL, 0));
	old = attached_id();
	assert_true(sl_guard_attach(guard, NULL, 0, true, &error) < 0);
	assert_int_equal(attached_id(), old);
	assert_int_equal(system("tc filter show dev lo ingress | grep -q 'pref 81.*bytecode'"), 0);
	sl_guard_let_go(guard);
}

static void test_guard_takes_the_place_of_another(void **state)
{
	struct sl_guard *guard = load(), *next = load();
	uint32_t xdp, tc;

	assert_true(sl_guard_attach(guard, NULL, 0, true, &error) >= 0);
	xdp = attached_id();
	tc = at_tc();
	assert_true(xdp && tc);
	sl_guard_let_go(guard);
	assert_true(sl_guard_attach(next, NULL, 0, true, &error) >= 0);
	assert_int_not_equal(attached_id(), xdp);
	assert_int_not_equal(at_tc(), tc);
	sl_guard_let_go(next);
	assert_int_equal(sl_guard_detach(LOOPBACK, &error), 0);
	assert_int_equal(attached_id(), 0);
	assert_int_equal(at_tc(), 0);
}

/* How many entries a map of the program at XDP has room for. */
static uint32_t room_of(const char *name)
{
	uint32_t maps[32], room = 0;
	struct bpf_prog_info program = {.map_ids = (uintptr_t)maps, .nr_map_ids = 32};
	uint32_t size = sizeof(program);
	int fd = bpf_prog_get_fd_by_id(attached_id());

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &program, &size), 0);
	close(fd);
	for (uint32_t i = 0; i < program.nr_map_ids; i++) {
		struct bpf_map_info map = {0};

		size = sizeof(map);
		fd = bpf_map_get_fd_by_id(maps[i]);
		assert_int_equal(bpf_obj_get_info_by_fd(fd, &map, &size), 0);
		close(fd);
		if (strcmp(map.name, name) == 0)
			room = map.max_entries;
	}
	return room;
}

static void test_tables_are_as_large_as_said(void **state)
{
	const struct sl_guard_sizes sizes = {.unknown_sources = 1024, .sources = 2048};
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};
	struct sl_guard *guard;

	assert_int_equal(sl_guard_load(LOOPBACK, &sizes, true, &guard, &error), 0);
	assert_true(sl_guard_attach(guard, NULL, 0, true, &error) >= 0);
	assert_int_equal(room_of("unknown_sources"), sizes.unknown_sources);
	assert_int_equal(room_of("expected"), sizes.sources);
	for (unsigned i = 0; i < sizes.sources; i++) {
		memcpy(ip + 14, (uint8_t[]){(uint8_t)(i >> 8), (uint8_t)i}, 2);
		assert_int_equal(sl_guard_source_add(guard, ip), 0);
	}
	ip[13] = 1;
	assert_int_equal(sl_guard_source_add(guard, ip), -E2BIG);
	sl_guard_let_go(guard);
	assert_int_equal(sl_guard_detach(LOOPBACK, &error), 0);
}

/* An upgrade after a kill -9: recognised for removal, refused for use. */
static void test_guard_of_another_version(void **state)
{
	static const struct {
		const char *map;
		unsigned entries;
	} cases[] = {{"counters", SL_GUARD_COUNTER_COUNT + 1}, {"pinholes", 2},
		{"media_addresses", 2}, {"xsks_map", 2}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bpf_object *object = attach(cases[i].map, cases[i].entries);
		struct sl_guard *guard;

		assert_int_equal(sl_guard_open(LOOPBACK, &guard, &error), -EPROTO);
		assert_non_null(strstr(error.text, cases[i].map));
		bpf_object__close(object);
		assert_int_equal(sl_guard_stale_detach(LOOPBACK, &error), 0);
		assert_int_equal(attached_id(), 0);
	}
}

static uint8_t byte_of(struct bpf_object *object, uint32_t slot, unsigned port)
{
	static struct sl_guard_pinholes pinholes;

	assert_int_equal(bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, "pinholes"),
				 &slot, &pinholes),
		0);
	return pinholes.open[port >> 3];
}

static void test_pinholes(void **state)
{
	struct bpf_object *object = attach(NULL, 0);
	struct sl_guard *guard;

	assert_int_equal(sl_guard_open(LOOPBACK, &guard, &error), 0);
	sl_guard_pinhole_open(guard, 0, 16);
	sl_guard_pinhole_open(guard, 0, 16);
	sl_guard_pinhole_open(guard, 0, 23);
	sl_guard_pinhole_open(guard, SL_MAX_ADDRESS_SLOTS - 1, 65535);
	sl_guard_pinhole_open(guard, SL_MAX_ADDRESS_SLOTS, 16); /* must not write anywhere */
	sl_guard_pinhole_close(guard, 255, 16);
	assert_int_equal(byte_of(object, 0, 16), 0x81);
	assert_int_equal(byte_of(object, 1, 16), 0);
	assert_int_equal(byte_of(object, SL_MAX_ADDRESS_SLOTS - 1, 65535), 0x80);
	sl_guard_pinhole_close(guard, 0, 23);
	sl_guard_pinhole_close(guard, 0, 22);
	assert_int_equal(byte_of(object, 0, 16), 0x01);
	sl_guard_close(guard);
	assert_int_equal(byte_of(object, 0, 16), 0);
	assert_int_equal(byte_of(object, SL_MAX_ADDRESS_SLOTS - 1, 65535), 0);
	bpf_object__close(object);
}

/* The slot of an address that is alone in the table. */
static struct sl_guard_slot slot_of(struct bpf_object *object, const uint8_t ip[16])
{
	static struct sl_guard_addresses all;
	struct sl_guard_address address;
	uint32_t only = 0;

	memcpy(address.ip, ip, sizeof(address.ip));
	assert_int_equal(
		bpf_map_lookup_elem(
			bpf_object__find_map_fd_by_name(object, "media_addresses"), &only, &all),
		0);
	assert_memory_equal(&all.at[sl_guard_place(&address)].address, ip, 16);
	return all.at[sl_guard_place(&address)].slot;
}

static void test_addresses(void **state)
{
	struct bpf_object *object = attach(NULL, 0);
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};
	struct sl_guard_slot slot;
	struct sl_guard *guard;

	assert_int_equal(sl_guard_open(LOOPBACK, &guard, &error), 0);
	assert_int_equal(
		sl_guard_address_add(guard, SL_MAX_ADDRESS_SLOTS, ip, 0, 1, 2, &error), -EINVAL);
	assert_int_equal(sl_guard_address_add(guard, 0, ip, 0, 3, 2, &error), -EINVAL);
	assert_int_equal(sl_guard_address_add(guard, 0, ip, 0, 0, 2, &error), -EINVAL);
	assert_int_equal(sl_guard_address_add(guard, 3, ip, 0, 30000, 39999, &error), 0);
	assert_int_equal(sl_guard_address_add(guard, 7, ip, 0, 20000, 24999, &error), 0);
	slot = slot_of(object, ip);
	assert_int_equal(slot.index, 3);
	assert_int_equal(slot.port_min, 20000);
	assert_int_equal(slot.port_max, 39999);

	/* Both interfaces of one address open their ports in the one bitmap that the program reads.
	 */
	sl_guard_pinhole_open(guard, 3, 30000);
	sl_guard_pinhole_open(guard, 7, 20000);
	assert_int_equal(byte_of(object, 3, 30000), 1);
	assert_int_equal(byte_of(object, 3, 20000), 1);
	assert_int_equal(byte_of(object, 7, 20000), 0);
	sl_guard_pinhole_close(guard, 7, 20000);
	assert_int_equal(byte_of(object, 3, 20000), 0);
	sl_guard_close(guard);
	bpf_object__close(object);
}

static void test_no_more_addresses_than_slots(void **state)
{
	struct bpf_object *object = attach(NULL, 0);
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};
	struct sl_guard *guard;

	assert_int_equal(sl_guard_open(LOOPBACK, &guard, &error), 0);
	for (unsigned i = 0; i < SL_MAX_ADDRESS_SLOTS; i++) {
		ip[15] = (uint8_t)i;
		assert_int_equal(sl_guard_address_add(guard, (uint8_t)i, ip, 0, 1, 2, &error), 0);
	}
	ip[15] = SL_MAX_ADDRESS_SLOTS;
	assert_int_equal(sl_guard_address_add(guard, 0, ip, 0, 1, 2, &error), -E2BIG);
	sl_guard_close(guard);
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_nothing_attached, clear),
		cmocka_unit_test_teardown(test_no_such_device, clear),
		cmocka_unit_test_teardown(test_foreign_program_is_left_alone, clear),
		cmocka_unit_test_teardown(test_stale_guard_is_removed, clear),
		cmocka_unit_test_teardown(test_guard_in_use_is_left_alone, clear),
		cmocka_unit_test_teardown(test_foreign_filter_is_left_alone, clear_tc),
		cmocka_unit_test_teardown(test_what_failed_at_tc_is_undone, clear_tc),
		cmocka_unit_test_teardown(test_guard_takes_the_place_of_another, clear_tc),
		cmocka_unit_test_teardown(test_tables_are_as_large_as_said, clear_tc),
		cmocka_unit_test_teardown(test_guard_of_another_version, clear),
		cmocka_unit_test_teardown(test_pinholes, clear),
		cmocka_unit_test_teardown(test_addresses, clear),
		cmocka_unit_test_teardown(test_no_more_addresses_than_slots, clear),
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
	return cmocka_run_group_tests_name("guard_user", tests, NULL, NULL);
}
