/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses in any text, and the key that their pseudonyms are made with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctrl/base/address.h"
#include "ctrl/base/pseudonym.h"

/* 00 01 02 ... 1f */
static uint8_t key[SL_PSEUDONYM_KEY];

static const char *pseudonym(const char *address)
{
	static char text[SL_PSEUDONYM_TEXT];
	uint8_t ip[16];

	assert_int_equal(sl_address_parse(address, ip), 0);
	return sl_pseudonym(key, ip, text);
}

/* By another implementation: printf '...address, 16 bytes...' | openssl mac -digest SHA256 -macopt
 * hexkey:000102...1f HMAC */
static void it_is_hmac_sha256(void **state)
{
	assert_string_equal(pseudonym("192.0.2.1"), "ip-5b94ca9bb52de8b1");
	assert_string_equal(pseudonym("2001:db8::1"), "ip-df134d4f4e188c9f");
	key[31] ^= 1;
	assert_string_not_equal(pseudonym("192.0.2.1"), "ip-5b94ca9bb52de8b1");
	key[31] ^= 1;
}

/* Where only an address has room, one that says the same as the text. */
static void an_address_may_stand_for_one(void **state)
{
	static const struct {
		const char *ip, *instead;
	} cases[] = {
		{"192.0.2.1", "100::5b94:ca9b:b52d:e8b1"},
		{"2001:db8::1", "100::df13:4d4f:4e18:8c9f"},
		{"203.0.113.10", "203.0.113.10"},
		{"127.0.0.1", "127.0.0.1"},
		{"::1", "::1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[SL_ADDRESS_TEXT];
		uint8_t ip[16], instead[16];

		assert_int_equal(sl_address_parse(cases[i].ip, ip), 0);
		sl_pseudonyms_address(ip, instead);
		assert_string_equal(sl_address_text(instead, text), cases[i].instead);
	}
}

struct text {
	const char *text;
	const char *hidden; /* with A for 192.0.2.1, B for 2001:db8::1, C for 10.0.0.255 */
};

/* `text` with the pseudonyms that its capital letters stand for. */
static void expand(const char *text, char *out)
{
	for (*out = '\0'; *text; text++)
		if (*text == 'A')
			strcat(out, pseudonym("192.0.2.1"));
		else if (*text == 'B')
			strcat(out, pseudonym("2001:db8::1"));
		else if (*text == 'C')
			strcat(out, pseudonym("10.0.0.255"));
		else
			strncat(out, text, 1);
}

static void no_address_stays(void **state)
{
	static const struct text cases[] = {
		{"", ""},
		{"no address", "no address"},
		{"192.0.2.1", "A"},
		{"192.0.2.1:5004", "A:5004"},
		{"x192.0.2.1y", "xAy"},
		{"call a84b4c76@192.0.2.1: gone", "call a84b4c76@A: gone"},
		{"192.0.2.1, 10.0.0.255.", "A, C."},
		{"192.0.2.1/24 -> 10.0.0.255", "A/24 -> C"},
		{"192.000.002.001", "A"},
		{"\\x0a192.0.2.1", "\\x0aA"},
		{"1192.0.2.1", "1A"},
		{"10.0.0.2559", "C9"},
		{"10.0.0.255.10.0.0.255", "C.C"},
		{"2001:db8::1", "B"},
		{"[2001:db8::1]:5004", "[B]:5004"},
		{"2001:DB8:0:0:0:0:0:1", "B"},
		{"2001:0db8:0000:0000:0000:0000:0000:0001", "B"},
		{"2001:db8::0.0.0.1", "B"},
		{"2001:db8::1: refused", "B: refused"},
		{"source=2001:db8::1 x", "source=B x"},
		{"x@2001:db8::1", "x@B"},
		{"::ffff:192.0.2.1", "A"},
		{"::ffff:c000:201", "A"},
		{"0:0:0:0:0:ffff:192.0.2.1", "A"},
		{"2001:db8::1%eth0", "B%eth0"},
		/* No addresses. */
		{"11:40:11.635689", "11:40:11.635689"},
		{"02:00:00:00:00:0a", "02:00:00:00:00:0a"},
		{"0000:3b:02.1", "0000:3b:02.1"},
		{"version 22.11.11, MOS 4.4", "version 22.11.11, MOS 4.4"},
		{"300.1.2", "300.1.2"},
		{"1.2.3", "1.2.3"},
		{"{\"seq\":1,\"mos\":4.40,\"list\":[1,2]}",
			"{\"seq\":1,\"mos\":4.40,\"list\":[1,2]}"},
		{"fab475c48371e5a90eefe7fc29dc67ce", "fab475c48371e5a90eefe7fc29dc67ce"},
		{"1:2:3:4:5:6:7", "1:2:3:4:5:6:7"},
		{":::", ":::"},
		/* Nobody's. */
		{"127.0.0.1:22222, 0.0.0.0, [::1]:5, ::", "127.0.0.1:22222, 0.0.0.0, [::1]:5, ::"},
		{"203.0.113.10 is ours, and 2001:db8:5::10",
			"203.0.113.10 is ours, and 2001:db8:5::10"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[512], got[512], again[512], *all;
		size_t len;

		expand(cases[i].hidden, want);
		len = sl_pseudonyms_hide(got, sizeof(got), cases[i].text, strlen(cases[i].text));
		assert_string_equal(got, want);
		assert_int_equal(len, strlen(want));
		/* A hidden address stays so, and the same. */
		sl_pseudonyms_hide(again, sizeof(again), got, len);
		assert_string_equal(again, want);
		all = sl_pseudonyms_hide_all(
			cases[i].text, strlen(cases[i].text), SL_PSEUDONYM_IN_TEXT, &len);
		assert_string_equal(all, want);
		free(all);
	}
}

/* An escape's digits are not taken for an address's: the line would be no JSON any more. */
static void json_stays_json(void **state)
{
	static const struct text cases[] = {
		{"\"\\u0001.2.3.4\"", "\"\\u0001.2.3.4\""},
		{"\"\\u001F::\"", "\"\\u001F::\""},
		{"\"\\b::\"", "\"\\b::\""},
		{"\"\\u0001192.0.2.1\"", "\"\\u0001A\""},
		{"\"\\b192.0.2.1\"", "\"\\bA\""},
		{"\"\\\\192.0.2.1\"", "\"\\\\A\""},
		{"\"\\\\2001:db8::1\"", "\"\\\\B\""},
		{"\\", "\\"},
		{"\\u00", "\\u00"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[512], *got;
		size_t len;

		expand(cases[i].hidden, want);
		got = sl_pseudonyms_hide_all(
			cases[i].text, strlen(cases[i].text), SL_PSEUDONYM_IN_JSON, &len);
		assert_string_equal(got, want);
		assert_int_equal(len, strlen(want));
		free(got);
	}
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
	char out[64];

	for (size_t room = 1; room < sizeof(out); room++) {
		size_t len = sl_pseudonyms_hide(out, room, "at 192.0.2.1 x", 14);

		assert_true(len < room);
		assert_int_equal(strlen(out), len);
		assert_true(len <= 3 || len >= 3 + SL_PSEUDONYM_TEXT - 1);
	}
	assert_int_equal(sl_pseudonyms_hide(out, 0, "x", 1), 0);
}

/* Nothing is read behind the end, and the worst grows into what was taken for it. */
static void any_text_is_taken(void **state)
{
	static const char alphabet[] = "0129afxF:.[] \xff";
	uint32_t random = 1;

	for (int i = 0; i < 20000; i++) {
		size_t n = 1 + random % 60, len;
		char *text = malloc(n), *out;

		for (size_t k = 0; k < n; k++) {
			random = random * 1664525 + 1013904223;
			text[k] = alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
		}
		out = sl_pseudonyms_hide_all(text, n, SL_PSEUDONYM_IN_TEXT, &len);
		assert_non_null(out);
		assert_int_equal(out[len], '\0');
		free(out);
		free(text);
	}
	for (unsigned n = 3; n < 3000; n += 3) {
		char *text = malloc(n), *out;
		size_t len;

		for (unsigned k = 0; k < n; k++)
			text[k] = k % 3 == 0 ? '2' : ':';
		out = sl_pseudonyms_hide_all(text, n, SL_PSEUDONYM_IN_TEXT, &len);
		assert_true(strlen(out) == len && len >= n);
		free(out);
		free(text);
	}
}

static void the_beginning_of_one_is_no_end(void **state)
{
	assert_int_equal(sl_pseudonyms_trim("from 192.0.", 11), 5);
	assert_int_equal(sl_pseudonyms_trim("from 2001:d", 11), 5);
	assert_int_equal(sl_pseudonyms_trim("from x", 6), 6);
	assert_int_equal(sl_pseudonyms_trim("", 0), 0);
}

static char path[64];

static int write_key(const char *text, mode_t mode)
{
	uint8_t read[SL_PSEUDONYM_KEY] = {0};
	struct sl_error error = {0};
	int fd, rc;

	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	fchmod(fd, mode);
	close(fd);
	rc = sl_pseudonym_key_read(path, read, &error);
	assert_int_equal(rc != 0, error.text[0] != '\0');
	if (!rc)
		assert_memory_equal(read, key, sizeof(key));
	unlink(path);
	return rc;
}

#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void a_key_is_64_digits_that_nobody_else_reads(void **state)
{
	uint8_t none[SL_PSEUDONYM_KEY];
	struct sl_error error = {0};

	snprintf(path, sizeof(path), "/tmp/sluice-pseudonym-%d", (int)getpid());
	assert_int_equal(write_key(DIGITS "\n", 0600), 0);
	assert_int_equal(write_key(DIGITS, 0640), 0);
	assert_int_equal(
		write_key("000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f \r\n",
			0400),
		0);
	assert_int_not_equal(write_key(DIGITS, 0644), 0);
	assert_int_not_equal(write_key(DIGITS, 0660), 0);
	assert_int_not_equal(write_key(DIGITS, 0601), 0);
	assert_int_not_equal(write_key("", 0600), 0);
	assert_int_not_equal(write_key("\n", 0600), 0);
	assert_int_not_equal(write_key(DIGITS "0", 0600), 0);
	assert_int_not_equal(write_key(DIGITS "\n" DIGITS "\n", 0600), 0);
	assert_int_not_equal(write_key("x" DIGITS, 0600), 0);
	assert_int_not_equal(write_key("000102", 0600), 0);
	assert_int_not_equal(sl_pseudonym_key_read(path, none, &error), 0);
	assert_int_not_equal(sl_pseudonym_key_read("/dev/null", none, &error), 0);
	assert_int_not_equal(sl_pseudonym_key_read("/tmp", none, &error), 0);
}

static int start(void **state)
{
	uint8_t ip[16];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	sl_pseudonyms_start(key);
	sl_address_parse("203.0.113.10", ip);
	sl_pseudonyms_keep(ip);
	sl_address_parse("2001:db8:5::10", ip);
	sl_pseudonyms_keep(ip);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_hmac_sha256),
		cmocka_unit_test(an_address_may_stand_for_one),
		cmocka_unit_test(no_address_stays),
		cmocka_unit_test(json_stays_json),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
		cmocka_unit_test(any_text_is_taken),
		cmocka_unit_test(the_beginning_of_one_is_no_end),
		cmocka_unit_test(a_key_is_64_digits_that_nobody_else_reads),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
