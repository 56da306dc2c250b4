/* SPDX-License-Identifier: BSD-3-Clause */
/* A delete: what it ends, and its reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/ng/query.h"
#include "ctrl/offer/hangup.h"
#include "tests/unit/ctrl/offer/shapes_fixture.h"

static void offer_branch(const char *tag, const char *branch)
{
	struct command c = from(tag, NULL);

	c.via_branch = branch;
	must_offer(c, party(tag, NULL));
}

static void answer_branch(const char *tag, const char *by, const char *branch)
{
	struct command c = from(tag, by);

	c.via_branch = branch;
	must_answer(c, party(by, NULL));
}

/* Nobody has answered A. */
static void ringing(void)
{
	offer_branch("A", NULL);
}

static void two_ringing(void)
{
	offer_branch("A", "one");
	offer_branch("A", "two");
}

static void answered(void)
{
	offer_branch("A", NULL);
	answer_branch("A", "B", NULL);
}

/* A speaks with C; B had answered before, and a branch rings. */
static void forked(void)
{
	answered();
	answer_branch("A", "C", NULL);
	offer_branch("A", "two");
}

/* A speaks with B of the first branch; the second rings. */
static void branches(void)
{
	two_ringing();
	answer_branch("A", "B", "one");
}

/* The first branch was forked behind the proxy: A speaks with C. The second is D's, who lost. */
static void forked_branch(void)
{
	two_ringing();
	answer_branch("A", "D", "two");
	answer_branch("A", "B", "one");
	answer_branch("A", "C", "one");
}

/* Two dialogues with one Call-ID: A speaks with B, C with D. */
static void two_dialogues(void)
{
	answered();
	offer_branch("C", "two");
	answer_branch("C", "D", "two");
}

/* C has taken A's place: B speaks with C. */
static void replaced(void)
{
	answered();
	must_offer(from("C", "B"), party("C", NULL));
	must_answer(from("C", "B"), party("B", NULL));
}

/* B speaks with A, and rings at somebody else. A has lost D, who had answered. */
static void both_have_others(void)
{
	offer_branch("A", NULL);
	answer_branch("A", "D", NULL);
	answer_branch("A", "B", NULL);
	offer_branch("B", "two");
}

static const char from_unknown[] = "from-tag does not belong to this call";
static const char to_unknown[] = "to-tag does not belong to this call";
static const char branch_unknown[] = "via-branch does not belong to this call";
static const char no_dialogue[] = "from-tag and to-tag have no dialogue with each other";

static const struct {
	void (*situation)(void);
	const char *what, *from, *to, *branch;
	/* Tags of those who stay, with '-' between two who are connected, '?' for one without a
	 * tag; "": the call ends. */
	const char *left;
	const char *warning; /* or its beginning */
} deletes[] = {
	{ringing, "no tags", NULL, NULL, NULL, "", NULL},
	{ringing, "CANCEL", "A", NULL, NULL, "", NULL},
	{ringing, "a final reply with its tag", "A", "X", NULL, "", NULL},
	{ringing, "a stranger", "X", NULL, NULL, "A ?", from_unknown},
	{ringing, "a stranger to a stranger", "X", "Y", NULL, "A ?", from_unknown},
	{ringing, "a to-tag that nobody has", NULL, "X", NULL, "A ?", to_unknown},
	{ringing, "a branch that nobody offered", "A", NULL, "one", "A ?", branch_unknown},
	{ringing, "the same without tags", NULL, NULL, "one", "A ?", branch_unknown},

	{two_ringing, "one branch", "A", NULL, "one", "A ?", NULL},
	{two_ringing, "one branch, without tags", NULL, NULL, "two", "A ?", NULL},
	{two_ringing, "one branch, with the tag of its reply", "A", "X", "two", "A ?", NULL},
	{two_ringing, "which branch?", "A", "X", NULL, "A ? ?", to_unknown},
	{two_ringing, "CANCEL of all", "A", NULL, NULL, "", NULL},

	{answered, "no tags", NULL, NULL, NULL, "", NULL},
	{answered, "BYE of the caller", "A", NULL, NULL, "", NULL},
	{answered, "BYE of the callee", "B", NULL, NULL, "", NULL},
	{answered, "the callee as to-tag only", NULL, "B", NULL, "", NULL},
	{answered, "BYE with both tags", "A", "B", NULL, "", NULL},
	{answered, "the same from the other side", "B", "A", NULL, "", NULL},
	{answered, "to somebody unknown", "A", "X", NULL, "A-B", to_unknown},
	{answered, "one tag twice", "A", "A", NULL, "A-B", "from-tag and to-tag are the same"},
	{answered, "a dead branch", "A", NULL, "gone", "A-B", branch_unknown},
	{answered, "a dead branch, without tags", NULL, NULL, "gone", "A-B", branch_unknown},
	{answered, "a dead branch, both tags", "A", "B", "gone", "A-B", branch_unknown},
	{answered, "a dead branch, an unknown tag", "A", "X", "gone", "A-B", branch_unknown},

	{forked, "no tags", NULL, NULL, NULL, "", NULL},
	{forked, "the one who offered", "A", NULL, NULL, "", NULL},
	{forked, "the one who is connected", "C", NULL, NULL, "", NULL},
	{forked, "a fork that lost", "B", NULL, NULL, "A-C ?", NULL},
	{forked, "a fork that lost, by the other", "A", "B", NULL, "A-C ?", NULL},
	{forked, "the same from its side", "B", "A", NULL, "A-C ?", NULL},
	{forked, "the fork that is connected", "A", "C", NULL, "A B ?", NULL},
	{forked, "the same from its side", "C", "A", NULL, "A B ?", NULL},
	{forked, "one fork to the other", "B", "C", NULL, "A-C B ?", no_dialogue},
	{forked, "the branch that rings", "A", NULL, "two", "A-C B", NULL},
	{forked, "the same by the tag of its reply", "A", "X", NULL, "A-C B", NULL},
	{forked, "a stranger", "X", NULL, NULL, "A-C B ?", from_unknown},

	{branches, "the one that rings", "A", NULL, "two", "A-B", NULL},
	{branches, "the one that answered", "A", NULL, "one", "A ?", NULL},
	{branches, "the one that answered, both tags", "A", "B", "one", "A ?", NULL},
	{branches, "the same from its side", "B", "A", "one", "A ?", NULL},
	{branches, "a branch of others than the tags", "A", "B", "two", "A-B ?", branch_unknown},
	{branches, "a branch that never was", "A", NULL, "three", "A-B ?", branch_unknown},
	{branches, "the same without tags", NULL, NULL, "three", "A-B ?", branch_unknown},
	{branches, "the one that answered, without tags", NULL, NULL, "one", "A ?", NULL},

	{forked_branch, "all who answered in it", "A", NULL, "one", "A D", NULL},
	{forked_branch, "one of them", "A", "B", "one", "A-C D", NULL},
	{forked_branch, "a reply of none of them", "A", "X", "one", "A D", NULL},
	{forked_branch, "the branch that lost", "A", NULL, "two", "A-C B", NULL},
	{forked_branch, "who lost", "D", NULL, NULL, "A-C B", NULL},

	{two_dialogues, "the first, both tags", "A", "B", NULL, "C-D", NULL},
	{two_dialogues, "the second, both tags", "D", "C", NULL, "A-B", NULL},
	{two_dialogues, "the first, one tag", "A", NULL, NULL, "C-D", NULL},
	{two_dialogues, "the second, one tag", "D", NULL, NULL, "A-B", NULL},
	{two_dialogues, "the second, its branch", "C", NULL, "two", "A-B", NULL},
	{two_dialogues, "of one and the other", "A", "D", NULL, "A-B C-D", no_dialogue},
	{two_dialogues, "a branch of the other", "A", NULL, "two", "A-B C-D", branch_unknown},
	{two_dialogues, "no tags", NULL, NULL, NULL, "", NULL},

	{replaced, "who was replaced", "A", NULL, NULL, "B-C", NULL},
	{replaced, "who was replaced, both tags", "A", "B", NULL, "B-C", NULL},
	{replaced, "the same from the other side", "B", "A", NULL, "B-C", NULL},
	{replaced, "who came", "C", "B", NULL, "", NULL},
	{replaced, "who never spoke with each other", "A", "C", NULL, "B-C", NULL},

	{both_have_others, "a dialogue of two who stay", "A", "B", NULL, "A D B ?", NULL},
	{both_have_others, "one of them goes", "B", NULL, NULL, "", NULL},
	{both_have_others, "the branch of B that rings", "B", NULL, "two", "A-B D", NULL},
};

/* In the order of their appearance; who is connected comes with the other. */
static void list_parties(char *out)
{
	const struct sl_call *call = find_call("call");
	const char *between = "";

	*out = '\0';
	for (unsigned i = 0; call && i < call->n_legs; i++) {
		const struct sl_leg *leg = call->leg[i];
		bool listed = false;

		for (unsigned k = 0; k < i; k++)
			listed |= leg->peer == call->leg[k];
		if (listed)
			continue;
		out += sprintf(out, "%s%s", between, leg->tag ? leg->tag : "?");
		if (leg->peer)
			out += sprintf(out, "-%s", leg->peer->tag);
		between = " ";
	}
}

static void deletes_end_what_they_name(void **state)
{
	for (unsigned i = 0; i < sizeof(deletes) / sizeof(deletes[0]); i++) {
		struct command c = from(deletes[i].from, deletes[i].to);
		const char *expected = deletes[i].warning;
		const char *warning;
		char left[32];

		relay_open(0);
		deletes[i].situation();
		c.via_branch = deletes[i].branch;
		warning = hangup(&c);
		if (!warning != !expected ||
			(warning && strncmp(warning, expected, strlen(expected)) != 0))
			fail_msg("%u: %s: %s", i, deletes[i].what, warning);
		list_parties(left);
		if (strcmp(left, deletes[i].left))
			fail_msg("%u: %s: left is '%s'", i, deletes[i].what, left);
		if (find_call("call"))
			assert_int_equal(!find_call("call")->deadline, strchr(left, '-') != NULL);
		relay_close();
	}
}

/* Each delete as many times as a proxy may send it: what it named ends once. */
static void repeated_deletes_end_nothing_more(void **state)
{
	struct command c = from("A", NULL);
	char left[32];

	relay_open(0);
	branches();
	c.via_branch = "two";
	assert_null(hangup(&c));
	for (int i = 0; i < 3; i++) {
		assert_string_equal(hangup(&c), branch_unknown);
		list_parties(left);
		assert_string_equal(left, "A-B");
	}
	relay_close();
}

/* Totals of a call are of all who have been in it. */
static void who_leaves_has_counted(void **state)
{
	struct command c = from("A", "B");
	struct sl_reply reply;
	char text[8192];

	relay_open(0);
	answered();
	flow("B")->count.packets[SL_RTP] = 1000;
	flow("B")->count.drops[SL_DROP_AUTH] = 2;
	flow("A")->count.packets[SL_RTP] = 30;
	flow("A")->count.drops[SL_DROP_AUTH] = 4;
	answer_branch("A", "C", NULL); /* A goes on to count, and B's are kept */
	flow("C")->count.packets[SL_RTP] = 5;
	assert_null(hangup(&c));
	assert_null(leg("B"));
	sl_reply_start(&reply, text, sizeof(text), SL_REPLY_JSON);
	sl_reply_dict(&reply);
	sl_query_call(&reply, find_call("call"), NULL);
	sl_reply_end(&reply);
	assert_true(sl_reply_finish(&reply) > 0);
	assert_non_null(strstr(text, "\"totals\":{\"RTP\":{\"packets\":1035,"));
	assert_non_null(strstr(strstr(text, "\"totals\""), "\"errors\":6"));
	relay_close();
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
	struct sl_request o = {.delete_delay = 30};
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
		cmocka_unit_test(repeated_deletes_end_nothing_more),
		cmocka_unit_test(who_leaves_has_counted),
		cmocka_unit_test(nobody_connected_for_long_ends),
		cmocka_unit_test(a_call_that_is_ending_comes_back),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
