/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/rtpp_flags.h"

/* The tree as text: words in quotes, lists in parentheses, keys before a colon. */
static const struct {
	const char *text, *tree;
	const char *reason; /* part of it; then there is no tree */
} cases[] = {
	{"", "()", NULL},
	{"   ", "()", NULL},
	{"replace-origin", "('replace-origin')", NULL},
	{" a  b\tc\r\n", "('a' 'b' 'c')", NULL},
	{"ICE=remove RTP/SAVP", "(ICE:'remove' 'RTP/SAVP')", NULL},
	{"a= b", "(a:'' 'b')", NULL},
	{"a=b=c", "(a:'b=c')", NULL},
	{"codec=[transcode=[PCMA PCMU] strip=[EVS]]",
		"(codec:(transcode:('PCMA' 'PCMU') strip:('EVS')))", NULL},
	{"OSRTP=[accept] x=[]", "(OSRTP:('accept') x:())", NULL},
	{"s=[[a b] [c d]]", "(s:(('a' 'b') ('c' 'd')))", NULL},
	{"a=[b]c", "(a:('b') 'c')", NULL},
	{"sdp-attr-add-audio-x[1", "('sdp-attr-add-audio-x[1')", NULL},
	{"received-from=[IP4 192.0.2.1]", "(received-from:('IP4' '192.0.2.1'))", NULL},
	{"=x", NULL, "without a key"},
	{"a ]", NULL, "without a '['"},
	{"a=[b", NULL, "not closed"},
	{"a=[b]]", NULL, "without a '['"},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", NULL, "too deep"},
	{"a b c d e f g h i j k l m n o p", NULL, "too many"},
};

static size_t print(const struct sl_node *node, char *out, size_t room)
{
	size_t at = 0;

	if (node->key)
		at += (size_t)snprintf(out, room, "%.*s:", (int)node->key_len, node->key);
	if (node->type == SL_NODE_STRING)
		return at +
		       (size_t)snprintf(out + at, room - at, "'%.*s'", (int)node->len, node->str);
	at += (size_t)snprintf(out + at, room - at, "(");
	SL_NODE_FOREACH(member, node)
	{
		at += print(member, out + at, room - at);
		at += (size_t)snprintf(out + at, room - at, "%s", member->next ? " " : "");
	}
	return at + (size_t)snprintf(out + at, room - at, ")");
}

static void each_text(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);
		char *text = malloc(len + 1), out[512];
		const char *reason = "";
		struct sl_node nodes[64];
		uint32_t room = cases[i].reason && strstr(cases[i].reason, "many") ? 16 : 64;
		int rc;

		/* At the end of its memory, so that a sanitizer sees what reads on. */
		memcpy(text + 1, cases[i].text, len);
		rc = sl_rtpp_flags_parse(text + 1, len, nodes, room, &reason);
		if (!rc != !cases[i].reason || (rc && !strstr(reason, cases[i].reason)))
			fail_msg("%s: %d %s", cases[i].text, rc, reason);
		if (!rc) {
			print(&nodes[0], out, sizeof(out));
			assert_string_equal(out, cases[i].tree);
		}
		free(text);
	}
}

static void a_nul_byte_is_refused(void **state)
{
	const char *reason = "";
	struct sl_node nodes[4];

	assert_true(sl_rtpp_flags_parse("a\0b", 3, nodes, 4, &reason) < 0);
	assert_non_null(strstr(reason, "NUL"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text),
		cmocka_unit_test(a_nul_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
