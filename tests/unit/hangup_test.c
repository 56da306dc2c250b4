/* SPDX-License-Identifier: BSD-3-Clause */
/* What a delete ends, and what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/hangup.h"
#include "shapes_fixture.h"

static const struct {
	const char *what, *from, *to, *branch;
	const char *left; /* tags of the legs that stay, "?" for one without, "": the call ends */
	const char *warning;
} deletes[] = {
	{"no tags", NULL, NULL, NULL, "", NULL},
	{"the one who offered", "A", NULL, NULL, "", NULL},
	{"the one who is connected", "C", NULL, NULL, "", NULL},
	{"a fork that lost", "B", NULL, NULL, "AC?", NULL},
	{"a fork that lost, by the other", "A", "B", NULL, "AC?", NULL},
	{"the fork that is connected", "A", "C", NULL, "AB?", NULL},
	{"the same from its side", "C", "A", NULL, "AB?", NULL},
	{"a branch", "A", NULL, "branch", "ABC", NULL},
	{"a branch that never answered", "A", "X", NULL, "ABC", NULL},
	{"a stranger", "X", NULL, NULL, "ABC?", "from-tag does not belong to this call"},
};

static void deletes_end_what_they_name(void **state)
{
	for (unsigned i = 0; i < sizeof(deletes) / sizeof(deletes[0]); i++) {
		struct command c = from("A", NULL);
		const char *warning;
		char left[8] = "";

		relay_open(0);
		must_offer(c, party("A", NULL));
		must_answer(from("A", "B"), party("B", NULL));
		must_answer(from("A", "C"), party("C", NULL));
		c.via_branch = "branch";
		must_offer(c, party("A", NULL));
		c = from(deletes[i].from, deletes[i].to);
		c.via_branch = deletes[i].branch;
		warning = hangup(&c);
		if (!warning != !deletes[i].warning ||
			(warning && strcmp(warning, deletes[i].warning)))
			fail_msg("%s: %s", deletes[i].what, warning);
		for (unsigned k = 0; find_call("call") && k < find_call("call")->n_legs; k++)
			strcat(left, find_call("call")->leg[k]->tag ? find_call("call")->leg[k]->tag
								    : "?");
		if (strcmp(left, deletes[i].left))
			fail_msg("%s: %s is left", deletes[i].what, left);
		relay_close();
	}
}

static void nobody_connected_for_long_ends(void **state)
{
	struct command c = from("A", "C");

	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	must_answer(from("A", "B"), party("B", NULL));
	must_answer(from("A", "C"), party("C", NULL));
	assert_int_equal(find_call("call")->deadline, 0); /* nothing expires */
	assert_null(hangup(&c));
	assert_true(find_call("call")->deadline);
	must_offer(from("A", NULL), party("A", NULL)); /* it rings: that is no reason to stay */
	assert_true(find_call("call")->deadline);
	must_answer(from("A", "B"), party("B", NULL));
	connected("A", "B");
	assert_int_equal(find_call("call")->deadline, 0);
	relay_close();
}

static void a_call_that_is_ending_comes_back(void **state)
{
	struct sl_ng_options o = {.delete_delay = 30};
	struct sl_flow *before;

	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	must_answer(from("A", "B"), party("B", NULL));
	before = flow("A");
	assert_null(sl_hangup(&relay.sessions, find_call("call"), &o));
	assert_true(find_call("call")->deleted && find_call("call")->deadline);
	must_answer(from("A", "B"), party("B", NULL)); /* a late answer changes nothing about it */
	assert_true(find_call("call")->deleted);
	must_offer(from("A", "B"), party("A", NULL));
	assert_false(find_call("call")->deleted);
	assert_int_equal(find_call("call")->deadline, 0);
	connected("A", "B");
	assert_ptr_equal(flow("A"), before);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deletes_end_what_they_name),
		cmocka_unit_test(nobody_connected_for_long_ends),
		cmocka_unit_test(a_call_that_is_ending_comes_back),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
