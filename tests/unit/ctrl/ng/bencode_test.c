/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/bencode.h"

enum { NODES = 64, LIMIT = 65536 };

static struct sl_node nodes[NODES];

/* The tree as text, so that a case is one line: strings in quotes, [lists], {key:value}. */
static char *print(const struct sl_node *node, char *out)
{
	const char *comma = "";

	if (node->key)
		out += sprintf(out, "%.*s:", (int)node->key_len, node->key);
	switch (node->type) {
	case SL_NODE_STRING:
		return out + sprintf(out, "'%.*s'", (int)node->len, node->str);
	case SL_NODE_INTEGER:
		return out + sprintf(out, "%lld", (long long)node->integer);
	default:
		*out++ = node->type == SL_NODE_DICT ? '{' : '[';
		SL_NODE_FOREACH(member, node)
		{
			out += sprintf(out, "%s", comma);
			out = print(member, out);
			comma = ",";
		}
		return out + sprintf(out, "%c", node->type == SL_NODE_DICT ? '}' : ']');
	}
}

static const struct {
	const char *input;
	const char *tree;
	size_t consumed; /* 0: all of it */
} good[] = {
	{"d7:command4:pinge", "{command:'ping'}", 0},
	{"0:", "''", 0},
	{"3:abc", "'abc'", 0},
	{"10:0123456789", "'0123456789'", 0},
	{"i0e", "0", 0},
	{"i-1e", "-1", 0},
	{"i9223372036854775807e", "9223372036854775807", 0},
	{"i-9223372036854775808e", "-9223372036854775808", 0},
	{"le", "[]", 0},
	{"de", "{}", 0},
	{"d0:0:e", "{:''}", 0},
	{"l2:abi5eled1:ai1eee", "['ab',5,[],{a:1}]", 0},
	{"d1:zi1e1:ai2e1:zi3ee", "{z:1,a:2,z:3}", 0},
	{"d1:eli1eee", "{e:[1]}", 0},
	{"d1:ade1:bl1:xd1:yi1eeee", "{a:{},b:['x',{y:1}]}", 0},
	{"d7:command4:pingegarbage", "{command:'ping'}", 17},
	{"dede", "{}", 2},
};

static void accepts(void **state)
{
	struct sl_bencode bencode;
	char tree[256];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = strlen(good[i].input);

		sl_bencode_start(&bencode, nodes, NODES, LIMIT);
		assert_int_equal(sl_bencode_feed(&bencode, good[i].input, len), 1);
		assert_int_equal(bencode.pos, good[i].consumed ? good[i].consumed : len);
		*print(&nodes[0], tree) = '\0';
		assert_string_equal(tree, good[i].tree);
	}
}

/* However the bytes are cut, the answer is "more" until the last one, and then the same tree. */
static void resumes_at_every_byte(void **state)
{
	struct sl_bencode bencode;
	char tree[256];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = good[i].consumed ? good[i].consumed : strlen(good[i].input);

		sl_bencode_start(&bencode, nodes, NODES, LIMIT);
		for (size_t have = 0; have < len; have++)
			assert_int_equal(sl_bencode_feed(&bencode, good[i].input, have), 0);
		assert_int_equal(sl_bencode_feed(&bencode, good[i].input, len), 1);
		*print(&nodes[0], tree) = '\0';
		assert_string_equal(tree, good[i].tree);
		/* Without the pieces before: truncated is never complete and never an error. */
		for (size_t have = 0; have < len; have++) {
			char *exact = malloc(have + 1);

			memcpy(exact, good[i].input, have);
			sl_bencode_start(&bencode, nodes, NODES, LIMIT);
			assert_int_equal(sl_bencode_feed(&bencode, exact, have), 0);
			free(exact);
		}
	}
}

static const struct {
	const char *input;
	size_t at;
	const char *reason; /* part of it */
} bad[] = {
	{"x", 0, "not bencode"},
	{"\r\n", 0, "not bencode"},
	{"-1:a", 0, "not bencode"},
	{"e", 0, "closes nothing"},
	{"i-0e", 0, "minus zero"},
	{"ie", 0, "no digits"},
	{"i-e", 0, "no digits"},
	{"i03e", 1, "leading zero"},
	{"i-03e", 2, "leading zero"},
	{"i00e", 1, "leading zero"},
	{"i+1e", 1, "not a digit"},
	{"i 1e", 1, "not a digit"},
	{"i1.5e", 2, "not a digit"},
	{"i--1e", 2, "not a digit"},
	{"i9223372036854775808e", 0, "64 bits"},
	{"i-9223372036854775809e", 0, "64 bits"},
	{"i18446744073709551616e", 0, "64 bits"},
	{"i99999999999999999999999999999999", 0, "64 bits"},
	{"03:abc", 0, "leading zero"},
	{"00:", 0, "leading zero"},
	{"3x:abc", 1, "not a decimal"},
	{"3 :abc", 1, "not a decimal"},
	{"1048576:", 0, "longer than a request"},
	{"65536:", 0, "longer than a request"},
	{"4294967296:", 0, "longer than a request"},
	{"18446744073709551617:a", 0, "longer than a request"},
	{"99999999999999999999999999999", 0, "longer than a request"},
	{"di1e1:ae", 1, "key is not a string"},
	{"dlee", 1, "key is not a string"},
	{"d1:ae", 4, "key without a value"},
	{"d1:a1:b1:ce", 10, "key without a value"},
	{"l-e", 1, "not bencode"},
};

static void refuses(void **state)
{
	struct sl_bencode bencode;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = strlen(bad[i].input);

		sl_bencode_start(&bencode, nodes, NODES, LIMIT);
		assert_int_equal(sl_bencode_feed(&bencode, bad[i].input, len), -EBADMSG);
		assert_non_null(strstr(bencode.reason, bad[i].reason));
		assert_int_equal(bencode.error_at, bad[i].at);
		/* An error stays, whatever comes after it. */
		assert_int_equal(sl_bencode_feed(&bencode, "de", 2), -EBADMSG);
	}
}

static void bounds_nesting(void **state)
{
	struct sl_bencode bencode;
	char deep[20000];

	memset(deep, 'l', 10000);
	memset(deep + 10000, 'e', 10000);
	sl_bencode_start(&bencode, nodes, NODES, LIMIT);
	assert_int_equal(sl_bencode_feed(&bencode, deep, sizeof(deep)), -EBADMSG);
	assert_int_equal(bencode.error_at, SL_NODE_DEPTH);
	assert_non_null(strstr(bencode.reason, "nested"));

	sl_bencode_start(&bencode, nodes, NODES, LIMIT);
	assert_int_equal(
		sl_bencode_feed(&bencode, deep + 10000 - SL_NODE_DEPTH, 2 * SL_NODE_DEPTH), 1);
	assert_int_equal(bencode.pos, 2 * SL_NODE_DEPTH);
}

static void bounds_nodes(void **state)
{
	struct sl_bencode bencode;
	char many[3 * NODES + 2] = "l";

	for (size_t i = 0; i < NODES; i++)
		memcpy(many + 1 + 3 * i, "i1e", 3);
	sl_bencode_start(&bencode, nodes, NODES, LIMIT);
	assert_int_equal(sl_bencode_feed(&bencode, many, sizeof(many)), -EBADMSG);
	assert_non_null(strstr(bencode.reason, "more values"));

	many[1 + 3 * (NODES - 1)] = 'e';
	sl_bencode_start(&bencode, nodes, NODES, LIMIT);
	assert_int_equal(sl_bencode_feed(&bencode, many, sizeof(many)), 1);
	assert_int_equal(nodes[0].len, NODES - 1);
}

static void bounds_length(void **state)
{
	struct sl_bencode bencode;

	/* Exactly the limit fits; a value that could still grow past it does not wait for ever. */
	sl_bencode_start(&bencode, nodes, NODES, 5);
	assert_int_equal(sl_bencode_feed(&bencode, "3:abc", 5), 1);
	sl_bencode_start(&bencode, nodes, NODES, 5);
	assert_int_equal(sl_bencode_feed(&bencode, "4:abcd", 6), -EBADMSG);
	sl_bencode_start(&bencode, nodes, NODES, 5);
	assert_int_equal(sl_bencode_feed(&bencode, "l1:a", 4), 0);
	assert_int_equal(sl_bencode_feed(&bencode, "l1:a1", 5), -EBADMSG);
	assert_non_null(strstr(bencode.reason, "limit"));
}

static void finds_members(void **state)
{
	static const char input[] =
		"d13:received froml3:IP49:192.0.2.1e3:TOSi184e12:delete-delay2:30"
		"5:flagsl13:trust-address5:looseee";
	const struct sl_node *node;
	struct sl_bencode bencode;
	int64_t number = 0;

	sl_bencode_start(&bencode, nodes, NODES, LIMIT);
	assert_int_equal(sl_bencode_feed(&bencode, input, sizeof(input) - 1), 1);
	node = sl_node_get(&nodes[0], "received-from");
	assert_non_null(node);
	assert_ptr_equal(node, sl_node_get(&nodes[0], "received from"));
	assert_ptr_equal(node, sl_node_get_type(&nodes[0], "received-from", SL_NODE_LIST));
	assert_null(sl_node_get_type(&nodes[0], "received-from", SL_NODE_STRING));
	assert_true(sl_node_is(node->first, "IP4"));
	assert_false(sl_node_is(node->first, "IP"));
	assert_false(sl_node_is(node->first, "IP44"));
	assert_false(sl_node_is(node, "IP4"));
	assert_false(sl_node_is(NULL, "IP4"));
	assert_null(sl_node_get(&nodes[0], "received"));
	assert_null(sl_node_get(&nodes[0], "received fromx"));
	assert_null(sl_node_get(node, "received"));
	assert_null(sl_node_get(NULL, "received"));
	assert_true(sl_node_number(sl_node_get(&nodes[0], "TOS"), &number));
	assert_int_equal(number, 184);
	assert_true(sl_node_number(sl_node_get(&nodes[0], "delete delay"), &number));
	assert_int_equal(number, 30);
	assert_false(sl_node_number(node, &number));
	assert_false(sl_node_number(node->first, &number));
	assert_false(sl_node_number(NULL, &number));
	node = sl_node_get(&nodes[0], "flags");
	assert_false(sl_node_is(node->first, "trust address"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(resumes_at_every_byte),
		cmocka_unit_test(refuses),
		cmocka_unit_test(bounds_nesting),
		cmocka_unit_test(bounds_nodes),
		cmocka_unit_test(bounds_length),
		cmocka_unit_test(finds_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
