/* SPDX-License-Identifier: BSD-3-Clause */
/* Text from outside as it is shown: nothing that a terminal acts on, nothing that looks like
 * another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/base/escape.h"

static const struct {
	const char *from, *line, *word;
} cases[] = {
	{"", "", "-"},
	{"a84b4c76e66710@pc33.example.com", "a84b4c76e66710@pc33.example.com",
		"a84b4c76e66710@pc33.example.com"},
	{"x leg=mine", "x leg=mine", "x\\x20leg\\x3dmine"},
	{"x\nalarm=raised", "x\\x0aalarm=raised", "x\\x0aalarm\\x3draised"},
	{"\x1b[2J\x07\r\t\x7f", "\\x1b[2J\\x07\\x0d\\x09\\x7f", "\\x1b[2J\\x07\\x0d\\x09\\x7f"},
	{"a\\x0a", "a\\x0a", "a\\x5cx0a"},
	{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	{"\xc2\x9b"
	 "2J",
		"\\xc2\\x9b2J", "\\xc2\\x9b2J"}, /* CSI of C1 */
	{"\x9b"
	 "2J",
		"\\x9b2J", "\\x9b2J"}, /* the same in eight bits */
	{"\xe2\x80\xae"
	 "evil",
		"\\xe2\\x80\\xaeevil", "\\xe2\\x80\\xaeevil"},  /* right to left */
	{"\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\xe2\\x81\\xa6"}, /* isolate */
	{"\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8"}, /* line separator */
	{"\xe2\x80\x8b", "\\xe2\\x80\\x8b", "\\xe2\\x80\\x8b"}, /* no width */
	{"\xef\xbb\xbf", "\\xef\\xbb\\xbf", "\\xef\\xbb\\xbf"},
	{"\xf3\xa0\x80\xa1", "\\xf3\\xa0\\x80\\xa1", "\\xf3\\xa0\\x80\\xa1"}, /* a tag */
	{"a\xc2\xa0"
	 "b",
		"a\xc2\xa0"
		"b",
		"a\\xc2\\xa0b"},                                /* another space */
	{"\xc0\x8a", "\\xc0\\x8a", "\\xc0\\x8a"},               /* newline, too long */
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
	{"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80", "\\xf5\\x80\\x80\\x80"},
	{"\xe2\x80", "\\xe2\\x80", "\\xe2\\x80"}, /* cut */
	{"\xc3(", "\\xc3(", "\\xc3("},
};

static void is_escaped(void **state)
{
	char out[256];

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].from);

		assert_int_equal(sl_escape(out, sizeof(out), cases[i].from, len, SL_ESCAPE_LINE),
			strlen(cases[i].line));
		assert_string_equal(out, cases[i].line);
		sl_escape(out, sizeof(out), cases[i].from, len, SL_ESCAPE_WORD);
		assert_string_equal(out, cases[i].word);
		assert_string_equal(sl_word(cases[i].from).text, cases[i].word);
	}
	sl_escape(out, sizeof(out), "a\nb\r", 4, SL_ESCAPE_LINES);
	assert_string_equal(out, "a\nb\\x0d");
	sl_escape(out, sizeof(out), "a\0b", 3, SL_ESCAPE_LINE);
	assert_string_equal(out, "a\\x00b");
}

/* Every byte alone, before and behind a letter: what comes out is printable, in one piece. */
static void no_byte_gets_through(void **state)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		char in[] = {'a', (char)byte, 'b'}, out[16];
		size_t n = sl_escape(out, sizeof(out), in, 3, SL_ESCAPE_WORD);

		for (size_t i = 0; i < n; i++)
			assert_in_range((unsigned char)out[i], '!', '~');
		assert_null(strchr(out, '='));
	}
}

static void room_is_kept(void **state)
{
	char out[8];

	for (size_t room = 1; room <= sizeof(out); room++) {
		memset(out, '!', sizeof(out));
		assert_in_range(
			sl_escape(out, room, "a\x1b\xc3\xbc", 4, SL_ESCAPE_LINE), 0, room - 1);
		assert_non_null(memchr(out, '\0', room));
		for (size_t i = room; i < sizeof(out); i++)
			assert_int_equal(out[i], '!');
	}
}

static void long_words_are_cut(void **state)
{
	char from[1024];
	struct sl_word word;

	memset(from, 'x', sizeof(from) - 1);
	from[sizeof(from) - 1] = '\0';
	word = sl_word(from);
	assert_int_equal(strlen(word.text), sizeof(word.text) - 1);
	assert_int_equal(word.text[sizeof(word.text) - 2], '~');
	from[sizeof(word.text) - 1] = '\0';
	assert_string_equal(sl_word(from).text, from);
	assert_string_equal(sl_word(NULL).text, "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_escaped),
		cmocka_unit_test(no_byte_gets_through),
		cmocka_unit_test(room_is_kept),
		cmocka_unit_test(long_words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
