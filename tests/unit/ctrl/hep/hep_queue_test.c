/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls wait in order, and only so many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctrl/hep/hep_queue.h"

static struct sl_hep_queue queue;

static void in_order(void **state)
{
	uint64_t call;

	assert_false(sl_hep_queue_take(&queue, &call));
	for (uint64_t i = 0; i < 3 * SL_HEP_QUEUE; i++) { /* over its end */
		assert_true(sl_hep_queue_put(&queue, 2 * i));
		assert_true(sl_hep_queue_put(&queue, 2 * i + 1));
		assert_true(sl_hep_queue_take(&queue, &call));
		assert_int_equal(call, 2 * i);
		assert_true(sl_hep_queue_take(&queue, &call));
		assert_int_equal(call, 2 * i + 1);
	}
	assert_false(sl_hep_queue_take(&queue, &call));
}

static void no_more_than_fit(void **state)
{
	uint64_t call;

	for (uint64_t i = 0; i < SL_HEP_QUEUE; i++)
		assert_true(sl_hep_queue_put(&queue, i));
	assert_false(sl_hep_queue_put(&queue, 0));
	assert_true(sl_hep_queue_take(&queue, &call));
	assert_int_equal(call, 0);
	assert_true(sl_hep_queue_put(&queue, SL_HEP_QUEUE));
	for (uint64_t i = 1; i <= SL_HEP_QUEUE; i++) {
		assert_true(sl_hep_queue_take(&queue, &call));
		assert_int_equal(call, i);
	}
	assert_false(sl_hep_queue_take(&queue, &call));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(no_more_than_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
