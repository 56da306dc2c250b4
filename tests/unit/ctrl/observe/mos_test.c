/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/mos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Worked out by hand from the formulas in the header. */
static const struct {
	struct sl_mos_input in;
	double mos; /* +- 0.005 */
} cases[] = {
	{{SL_MOS_G711, 0, 0, 0}, 4.390},
	{{SL_MOS_G711, 0, 0, 100}, 4.364},
	{{SL_MOS_G711, 0, 20, 100}, 4.341},
	{{SL_MOS_G711, 0, 0, 400}, 4.044},
	{{SL_MOS_G711, 1, 0, 0}, 4.303},
	{{SL_MOS_G711, 5, 0, 0}, 3.884},
	{{SL_MOS_G729, 0, 0, 0}, 4.070},
	{{SL_MOS_G729, 5, 0, 0}, 3.291},
	{{SL_MOS_UNKNOWN, 100, 0, 0}, 1},
	{{SL_MOS_G711, 0, 0, 3000}, 1},
	{{SL_MOS_G711, 100, 1000, 10000}, 1},
};

static void is_that_of_the_e_model(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double mos = sl_mos(&cases[i].in);

		if (mos < cases[i].mos - 0.005 || mos > cases[i].mos + 0.005)
			fail_msg("case %u: %.4f, not %.3f", i, mos, cases[i].mos);
	}
}

/* Whatever comes in, it is a MOS, and worse is never better. */
static void is_monotonous(void **state)
{
	for (int codec = 0; codec < SL_MOS_CODECS; codec++) {
		double before = 5;

		for (int k = 0; k <= 100; k++) {
			struct sl_mos_input in = {codec, k, k, 3 * k};
			double mos = sl_mos(&in);

			assert_true(mos >= 1 && mos <= 4.5 && mos <= before);
			before = mos;
		}
	}
}

static void codecs_have_names(void **state)
{
	static const struct {
		const char *name;
		enum sl_mos_codec codec;
	} names[] = {
		{"PCMU", SL_MOS_G711},
		{"pcma", SL_MOS_G711},
		{"OPUS", SL_MOS_OPUS},
		{"amr-wb", SL_MOS_AMR_WB},
		{"AMR", SL_MOS_AMR},
		{"PCM", SL_MOS_UNKNOWN},
		{"PCMU2", SL_MOS_UNKNOWN},
		{"", SL_MOS_UNKNOWN},
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(
			sl_mos_codec(names[i].name, strlen(names[i].name)), names[i].codec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_that_of_the_e_model),
		cmocka_unit_test(is_monotonous),
		cmocka_unit_test(codecs_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
