/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/json_request.h"

enum { NODES = 64 };

static struct sl_node nodes[NODES];

static void makes_the_same_tree(void **state)
{
	static const char text[] = "\r\n {\"command\":\"offer\",\"sdp\":\"v=0\\r\\n\",\"TOS\":184,"
				   "\"received-from\":[\"IP4\",\"192.0.2.1\"],\"empty\":{},"
				   "\"call-id\":\"\\u00e9\\\"}\"}\n";
	struct sl_json_request request;
	const struct sl_node *list;

	assert_int_equal(sl_json_request_parse(&request, text, strlen(text), nodes, NODES), 0);
	assert_int_equal(nodes[0].type, SL_NODE_DICT);
	assert_int_equal(nodes[0].len, 6);
	assert_true(sl_node_is(sl_node_get(&nodes[0], "command"), "offer"));
	assert_true(sl_node_is(sl_node_get(&nodes[0], "sdp"), "v=0\r\n"));
	assert_int_equal(sl_node_get(&nodes[0], "TOS")->integer, 184);
	list = sl_node_get_type(&nodes[0], "received from", SL_NODE_LIST);
	assert_non_null(list);
	assert_int_equal(list->len, 2);
	assert_true(sl_node_is(list->first, "IP4"));
	assert_true(sl_node_is(list->first->next, "192.0.2.1"));
	assert_null(list->first->next->next);
	assert_null(sl_node_get(&nodes[0], "empty")->first);
	assert_true(sl_node_is(sl_node_get(&nodes[0], "call-id"), "\xc3\xa9\"}"));
	sl_json_request_free(&request);
}

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *text;
	size_t len;
	const char *reason;
} bad[] = {
	{TEXT(""), "not valid JSON"},
	{TEXT("[]"), "not an object"},
	{TEXT("\"a\""), "not an object"},
	{TEXT("5"), "not an object"},
	{TEXT("{"), "not valid JSON"},
	{TEXT("{]"), "not valid JSON"},
	{TEXT("{\"a\":}"), "not valid JSON"},
	{TEXT("{\"a\":1,}"), "not valid JSON"},
	{TEXT("{\"a\":1}x"), "not valid JSON"},
	{TEXT("{\"a\":1}{}"), "not valid JSON"},
	{TEXT("{\"a\":1,\"a\":2}"), "not valid JSON"},
	{TEXT("{\"a\":99999999999999999999}"), "not valid JSON"},
	{TEXT("{\"a\":\"\\u0000\"}"), "not valid JSON"},
	{TEXT("{\"a\":\"x\0y\"}"), "not valid JSON"},
	{TEXT("{\"a\0b\":1}"), "not valid JSON"},
	{TEXT("{\"a\":\"\xff\"}"), "not valid JSON"},
	{TEXT("{\"a\":\"\\ud800\"}"), "not valid JSON"},
	{TEXT("{\"a\":1.5}"), "mean nothing"},
	{TEXT("{\"a\":true}"), "mean nothing"},
	{TEXT("{\"a\":[null]}"), "mean nothing"},
};

static void refuses(void **state)
{
	struct sl_json_request request;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			sl_json_request_parse(&request, bad[i].text, bad[i].len, nodes, NODES),
			-EBADMSG);
		assert_non_null(strstr(request.reason, bad[i].reason));
		assert_null(request.root);
	}
}

/* Errors are told by position: the text around may be a key. */
static void errors_do_not_quote(void **state)
{
	static const char text[] = "{\"sdp\":\"inline:SECRET\" oops}";
	struct sl_json_request request;

	assert_int_equal(
		sl_json_request_parse(&request, text, strlen(text), nodes, NODES), -EBADMSG);
	assert_null(strstr(request.reason, "SECRET"));
	assert_null(strstr(request.reason, "oops"));
	assert_non_null(strstr(request.reason, "line 1"));
}

static void bounds_depth_and_nodes(void **state)
{
	struct sl_json_request request;
	struct sl_json_scan scan = {0};
	char text[20016];
	size_t len;

	memcpy(text, "{\"a\":", 5);
	memset(text + 5, '[', 10000);
	memset(text + 10005, ']', 10000);
	text[20005] = '}';
	assert_int_equal(sl_json_request_parse(&request, text, 20006, nodes, NODES), -EBADMSG);
	assert_non_null(strstr(request.reason, "nested"));
	assert_int_equal(sl_json_scan_feed(&scan, text, 20006), -EBADMSG);

	len = 5 + SL_NODE_DEPTH - 1;
	memset(text + len, ']', SL_NODE_DEPTH - 1);
	len += SL_NODE_DEPTH - 1;
	text[len++] = '}';
	assert_int_equal(sl_json_request_parse(&request, text, len, nodes, NODES), 0);
	sl_json_request_free(&request);

	memcpy(text, "{\"a\":[", 6);
	len = 6;
	for (int i = 0; i < NODES; i++, len += 2)
		memcpy(text + len, "1,", 2);
	memcpy(text + len - 1, "]}", 2);
	assert_int_equal(sl_json_request_parse(&request, text, len + 1, nodes, NODES), -EBADMSG);
	assert_non_null(strstr(request.reason, "more values"));
	assert_int_equal(
		sl_json_request_parse(&request, text, len + 1, nodes, NODES - 1), -EBADMSG);
}

static const char *const objects[] = {
	"{}",
	"{\"a\":[1,{\"b\":\"c\"}]}",
	"{\"}\":\"]}\"}",
	"{\"a\":\"\\\"}\"}",
	"{\"a\":\"\\\\\"}",
	"{\"a\":\"\\\\\\\"}\"}",
};

/* Fed byte by byte, the object ends at its own last brace and nowhere before. */
static void scan_finds_the_end(void **state)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		size_t len = strlen(objects[i]);
		struct sl_json_scan scan = {0}, tail = {0};
		char more[64];

		for (size_t have = 0; have < len; have++)
			assert_int_equal(sl_json_scan_feed(&scan, objects[i], have), 0);
		assert_int_equal(sl_json_scan_feed(&scan, objects[i], len), 1);
		assert_int_equal(scan.pos, len);
		memcpy(more, objects[i], len);
		memcpy(more + len, "}{", 2);
		assert_int_equal(sl_json_scan_feed(&tail, more, len + 2), 1);
		assert_int_equal(tail.pos, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_same_tree),
		cmocka_unit_test(refuses),
		cmocka_unit_test(errors_do_not_quote),
		cmocka_unit_test(bounds_depth_and_nodes),
		cmocka_unit_test(scan_finds_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
