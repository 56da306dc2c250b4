/* SPDX-License-Identifier: BSD-3-Clause */
/* A value counts once, in the lowest bucket whose bound it does not exceed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ctrl/base/histogram.h"

static const struct sl_histogram_bounds bounds = {3, {0, 0.5, 2}};

static const struct {
	double value;
	unsigned bucket;
} values[] = {{-1, 0}, {0, 0}, {0.25, 1}, {0.5, 1}, {0.75, 2}, {2, 2}, {2.5, 3}, {1e9, 3}};

static void each_value_has_its_bucket(void **state)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct sl_histogram h = {0};

		sl_histogram_add(&h, &bounds, values[i].value);
		for (unsigned b = 0; b <= bounds.n; b++)
			assert_int_equal(h.count[b], b == values[i].bucket);
		assert_true(h.sum == values[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_value_has_its_bucket)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
