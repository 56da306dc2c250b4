/* SPDX-License-Identifier: BSD-3-Clause */
/* 100,000 calls come and go, with forks and re-INVITEs: nothing of them stays. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ctrl/offer/session_fixture.h"

/* Whoever looks for what is freed and used again keeps it, and takes ten times as long. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

enum {
	CALLS = SANITIZED ? 10000 : 100000,
	WARM_UP = 1000,
	SLACK_KIB = 1024, /* pages that a loaded machine gives or takes */
};

/* Only goes on between calls. */
static uint64_t now = UINT64_C(1000000000000);

uint64_t __wrap_sl_clock(void);

uint64_t __wrap_sl_clock(void)
{
	return now;
}

static long resident_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static void one_call(unsigned n)
{
	struct command c = {.call_id = "call", .from_tag = "A"};
	const char *first = key_line(1, CM80, (unsigned char)n), *b = key_line(1, GCM, 2);

	must_offer(c, alice(first));
	c.to_tag = "B";
	must_answer(c, bob(b));
	c.to_tag = "C";
	must_answer(c, bob(key_line(2, CM256, 3))); /* a fork */
	c.to_tag = "B";
	must_answer(c, bob(b));
	must_offer(c, alice(key_line(1, CM80, (unsigned char)(n + 1)))); /* a re-INVITE */
	must_answer(c, bob(key_line(1, GCM, 4)));
	if (n % 2) { /* the fork first */
		c.to_tag = "C";
		assert_null(hangup(&c));
	}
	c.to_tag = NULL;
	assert_null(hangup(&c));
	now += UINT64_C(8000000000); /* two pairs of five rest for 15 s */
}

static void nothing_stays(void **state)
{
	size_t heap = 0;
	long resident = 0;

	relay_open(0);
	for (unsigned n = 0; n < CALLS; n++) {
		one_call(n);
		assert_int_equal(relay.sessions.n, 0);
		assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV4).taken, 0);
		if (n == WARM_UP) {
			heap = mallinfo2().uordblks;
			resident = resident_kib();
		}
	}
	print_message("%d calls: %zd bytes and %ld KiB resident more than after %d\n", CALLS,
		(ssize_t)(mallinfo2().uordblks - heap), resident_kib() - resident, WARM_UP);
	/* A byte for each call would be 100,000. */
	assert_true(mallinfo2().uordblks < heap + CALLS / 2);
	assert_true(SANITIZED || resident_kib() < resident + SLACK_KIB);
	now += UINT64_C(15000000000);
	assert_int_equal(sl_interface_ports(&relay.interface, SL_IPV4).resting, 0);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_stays)};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
