/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "ctrl/ng/reply.h"

static void pong(struct sl_reply *r)
{
	sl_reply_dict(r);
	sl_reply_key_string(r, "result", "pong");
	sl_reply_end(r);
}

static void nested(struct sl_reply *r)
{
	sl_reply_dict(r);
	sl_reply_key(r, "a");
	sl_reply_list(r);
	sl_reply_integer(r, 1);
	sl_reply_dict(r);
	sl_reply_end(r);
	sl_reply_string(r, "x");
	sl_reply_list(r);
	sl_reply_end(r);
	sl_reply_end(r);
	sl_reply_key_integer(r, "b", INT64_MIN);
	sl_reply_key_bytes(r, "c", "", 0);
	sl_reply_end(r);
}

static void only_integer(struct sl_reply *r)
{
	sl_reply_integer(r, INT64_MAX);
}

static void sdp(struct sl_reply *r)
{
	sl_reply_string(r, "v=0\r\ns=\"a\\b\"\t\r\n");
}

static void control_bytes(struct sl_reply *r)
{
	sl_reply_bytes(r, "a\0b\x1f\x7f", 5);
}

static void utf8(struct sl_reply *r)
{
	sl_reply_string(r, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e");
}

/* Stray continuation, overlong, surrogate, beyond U+10FFFF, truncated at the end: each bad byte is
 * one U+FFFD. */
static void not_utf8(struct sl_reply *r)
{
	sl_reply_list(r);
	sl_reply_string(r, "\x80z");
	sl_reply_string(r, "\xc0\xaf");
	sl_reply_string(r, "\xed\xa0\x80");
	sl_reply_string(r, "\xf4\x90\x80\x80");
	sl_reply_string(r, "\xe2\x82");
	sl_reply_string(r, "\xff\"");
	sl_reply_end(r);
}

#define FFFD "\\ufffd"

static const struct {
	void (*write)(struct sl_reply *);
	const char *bencode;
	size_t bencode_len; /* 0: strlen */
	const char *json;
} cases[] = {
	{pong, "d6:result4:ponge", 0, "{\"result\":\"pong\"}"},
	{nested, "d1:ali1ede1:xlee1:bi-9223372036854775808e1:c0:e", 0,
		"{\"a\":[1,{},\"x\",[]],\"b\":-9223372036854775808,\"c\":\"\"}"},
	{only_integer, "i9223372036854775807e", 0, "9223372036854775807"},
	{sdp, "15:v=0\r\ns=\"a\\b\"\t\r\n", 0, "\"v=0\\r\\ns=\\\"a\\\\b\\\"\\t\\r\\n\""},
	{control_bytes, "5:a\0b\x1f\x7f", 7, "\"a\\u0000b\\u001f\\u007f\""},
	{utf8, "9:\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e", 0,
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e\""},
	{not_utf8,
		"l2:\x80z2:\xc0\xaf"
		"3:\xed\xa0\x80"
		"4:\xf4\x90\x80\x80"
		"2:\xe2\x82"
		"2:\xff\"e",
		0,
		"[\"" FFFD "z\",\"" FFFD FFFD "\",\"" FFFD FFFD FFFD "\",\"" FFFD FFFD FFFD FFFD
		"\",\"" FFFD FFFD "\",\"" FFFD "\\\"\"]"},
};

static void writes_both_formats(void **state)
{
	struct sl_reply reply;
	char buf[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = cases[i].bencode_len ? cases[i].bencode_len : strlen(cases[i].bencode);

		sl_reply_start(&reply, buf, sizeof(buf), SL_REPLY_BENCODE);
		cases[i].write(&reply);
		assert_int_equal(sl_reply_finish(&reply), len);
		assert_memory_equal(buf, cases[i].bencode, len);

		len = strlen(cases[i].json);
		sl_reply_start(&reply, buf, sizeof(buf), SL_REPLY_JSON);
		cases[i].write(&reply);
		assert_int_equal(sl_reply_finish(&reply), len);
		assert_memory_equal(buf, cases[i].json, len);
	}
}

/* At every size too small: -ENOSPC, and not one byte behind the buffer. */
static void overflow_is_sticky_and_bounded(void **state)
{
	struct sl_reply reply;
	char buf[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int format = SL_REPLY_BENCODE; format <= SL_REPLY_JSON; format++) {
			ssize_t len;

			sl_reply_start(&reply, buf, sizeof(buf), format);
			cases[i].write(&reply);
			len = sl_reply_finish(&reply);
			for (ssize_t size = 0; size < len; size++) {
				memset(buf, 0x55, sizeof(buf));
				sl_reply_start(&reply, buf, (size_t)size, format);
				cases[i].write(&reply);
				assert_int_equal(sl_reply_finish(&reply), -ENOSPC);
				assert_int_equal(buf[size], 0x55);
			}
			sl_reply_start(&reply, buf, (size_t)len, format);
			cases[i].write(&reply);
			assert_int_equal(sl_reply_finish(&reply), len);
		}
	}
}

static void nothing(struct sl_reply *r)
{
}

static void unclosed(struct sl_reply *r)
{
	sl_reply_dict(r);
}

static void two_roots(struct sl_reply *r)
{
	sl_reply_integer(r, 1);
	sl_reply_integer(r, 2);
}

static void closed_twice(struct sl_reply *r)
{
	sl_reply_list(r);
	sl_reply_end(r);
	sl_reply_end(r);
}

static void value_without_key(struct sl_reply *r)
{
	sl_reply_dict(r);
	sl_reply_integer(r, 1);
	sl_reply_end(r);
}

static void key_without_value(struct sl_reply *r)
{
	sl_reply_dict(r);
	sl_reply_key(r, "a");
	sl_reply_end(r);
}

static void key_twice(struct sl_reply *r)
{
	sl_reply_dict(r);
	sl_reply_key(r, "a");
	sl_reply_key_integer(r, "b", 1);
	sl_reply_end(r);
}

static void key_in_list(struct sl_reply *r)
{
	sl_reply_list(r);
	sl_reply_key_integer(r, "b", 1);
	sl_reply_end(r);
}

static void too_deep(struct sl_reply *r)
{
	for (int i = 0; i < 1000; i++)
		sl_reply_list(r);
	for (int i = 0; i < 1000; i++)
		sl_reply_end(r);
}

static void misuse_is_reported(void **state)
{
	void (*const misuses[])(struct sl_reply *) = {nothing, unclosed, two_roots, closed_twice,
		value_without_key, key_without_value, key_twice, key_in_list, too_deep};
	struct sl_reply reply;
	char buf[4096];

	for (size_t i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++) {
		for (int format = SL_REPLY_BENCODE; format <= SL_REPLY_JSON; format++) {
			sl_reply_start(&reply, buf, sizeof(buf), format);
			misuses[i](&reply);
			assert_int_equal(sl_reply_finish(&reply), -EINVAL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_both_formats),
		cmocka_unit_test(overflow_is_sticky_and_bounded),
		cmocka_unit_test(misuse_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
