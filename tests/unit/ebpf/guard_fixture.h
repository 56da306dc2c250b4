/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard as built, run by the kernel packet by packet. It is attached to the loopback of a
 * network namespace of the test's own.
 */
#ifndef SL_TESTS_GUARD_FIXTURE_H
#define SL_TESTS_GUARD_FIXTURE_H

#include <stdbool.h>

#include "ebpf/guard_user.h"
#include "sluice/error.h"

enum { LOOPBACK = 1, SKIP = 77 };
enum { SLOT4 = 3, SLOT6 = 63, SLOT_VLAN = 11, PORT_MIN = 20000, PORT_MAX = 20999 };

/* As those of relay_fixture.h. */
#define OURS4 "10.0.0.1"
#define OURS6 "fd00::1"
enum { VLAN = 100 }; /* OURS4 is there again */

struct bpf_object;

struct fixture {
	struct bpf_object *object;
	int program;
	struct sl_guard *guard;
	int socket;
	struct sl_error error;
};

/* A namespace of its own for the process; false: not privileged. */
bool guard_fixture_begin(const char *object_path);

/* cmocka's set-up and tear-down: *state is a struct fixture. */
int guard_set_up(void **state);
int guard_tear_down(void **state);

/* As a dataplane would: its socket serves queue 0. */
void guard_serve(struct fixture *f);

void guard_address(struct fixture *f, unsigned slot, const char *text, uint16_t vlan, unsigned min,
	unsigned max);

/* Returns what the program did with the frame, and checks that it counted just that, once. */
int guard_decided(struct fixture *f, const uint8_t *bytes, unsigned length);

#endif
