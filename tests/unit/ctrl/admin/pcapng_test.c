/* SPDX-License-Identifier: BSD-3-Clause */
/* The blocks of a capture file, byte for byte, and what becomes of them where there is no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/admin/pcapng.h"

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint16_t half(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* A block of that type, whose length stands at both ends and is a multiple of 4. */
static void is_block(const uint8_t *block, size_t len, uint32_t type)
{
	assert_true(len >= 12 && len % 4 == 0);
	assert_int_equal(word(block), type);
	assert_int_equal(word(block + 4), len);
	assert_int_equal(word(block + len - 4), len);
}

/* The option of that code behind `at`, or NULL. */
static const uint8_t *option(const uint8_t *at, const uint8_t *end, uint16_t code, uint16_t *len)
{
	while (at + 4 <= end && half(at)) {
		*len = half(at + 2);
		if (half(at) == code)
			return at + 4;
		at += 4 + (*len + 3u) / 4 * 4;
	}
	assert_true(at + 4 <= end);
	assert_int_equal(word(at), 0); /* opt_endofopt */
	return NULL;
}

static void section(void **state)
{
	uint8_t b[256];
	size_t n = sl_pcapng_section(b, sizeof(b), "sluiced 1");
	const uint8_t *text;
	uint16_t len;

	is_block(b, n, 0x0a0d0d0a);
	assert_int_equal(word(b + 8), 0x1a2b3c4d);
	assert_int_equal(half(b + 12), 1);
	assert_int_equal(half(b + 14), 0);
	for (int i = 16; i < 24; i++)
		assert_int_equal(b[i], 0xff);
	text = option(b + 24, b + n - 4, 4, &len);
	assert_non_null(text);
	assert_int_equal(len, 9);
	assert_memory_equal(text, "sluiced 1", 9);
}

static void interface(void **state)
{
	uint8_t b[256];
	size_t n = sl_pcapng_interface(b, sizeof(b), "received", "from the wire", 1600);
	const uint8_t *value;
	uint16_t len;

	is_block(b, n, 1);
	assert_int_equal(half(b + 8), 1);
	assert_int_equal(word(b + 12), 1600);
	value = option(b + 16, b + n - 4, 2, &len);
	assert_int_equal(len, 8);
	assert_memory_equal(value, "received", 8);
	value = option(b + 16, b + n - 4, 9, &len);
	assert_int_equal(len, 1);
	assert_int_equal(*value, 9);
}

static void packets(void **state)
{
	static const struct {
		uint32_t kept, len;
		const char *comment;
	} cases[] = {
		{60, 60, NULL},
		{61, 61, "forwarded"},
		{62, 1400, "auth, by unprotect"},
		{63, 63, ""},
		{0, 60, NULL},
	};
	uint8_t data[64], b[512];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sl_pcapng_packet p = {
			.interface = 1,
			.at = UINT64_C(0x0123456789abcdef),
			.data = data,
			.kept = cases[i].kept,
			.len = cases[i].len,
			.comment = cases[i].comment,
		};
		size_t n = sl_pcapng_packet(b, sizeof(b), &p), behind = 28 + (p.kept + 3) / 4 * 4;
		const uint8_t *text;
		uint16_t len;

		is_block(b, n, 6);
		assert_int_equal(word(b + 8), 1);
		assert_int_equal(word(b + 12), 0x01234567);
		assert_int_equal(word(b + 16), 0x89abcdef);
		assert_int_equal(word(b + 20), p.kept);
		assert_int_equal(word(b + 24), p.len);
		assert_memory_equal(b + 28, data, p.kept);
		for (size_t k = 28 + p.kept; k < behind; k++)
			assert_int_equal(b[k], 0);
		text = option(b + behind, b + n - 4, 1, &len);
		assert_int_equal(text != NULL, p.comment != NULL);
		if (text) {
			assert_int_equal(len, strlen(p.comment));
			assert_memory_equal(text, p.comment, len);
		}
	}
}

static void statistics(void **state)
{
	uint8_t b[128];
	size_t n = sl_pcapng_statistics(b, sizeof(b), 1, 5, 1000, 3);
	uint64_t value;
	uint16_t len;

	is_block(b, n, 5);
	memcpy(&value, option(b + 20, b + n - 4, 4, &len), sizeof(value));
	assert_int_equal(value, 1000);
	memcpy(&value, option(b + 20, b + n - 4, 5, &len), sizeof(value));
	assert_int_equal(value, 3);
}

/* At every length that is too short nothing is said to be written, and nothing is beyond it. */
static void without_room(void **state)
{
	uint8_t data[33] = {0}, b[256];
	const struct sl_pcapng_packet p = {.data = data, .kept = 33, .len = 33, .comment = "drop"};
	size_t need = sl_pcapng_packet(b, sizeof(b), &p);

	assert_true(need > 33 && need <= 33 + SL_PCAPNG_ROOM);
	for (size_t room = 0; room < need; room++) {
		memset(b, 0xa5, sizeof(b));
		assert_int_equal(sl_pcapng_packet(b, room, &p), 0);
		for (size_t i = room; i < sizeof(b); i++)
			assert_int_equal(b[i], 0xa5);
	}
	assert_int_equal(sl_pcapng_packet(b, need, &p), need);
}

/* A text of any length takes no more than SL_PCAPNG_TEXT bytes. */
static void long_text(void **state)
{
	char text[1000];
	uint8_t b[512];
	uint16_t len;
	size_t n;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	n = sl_pcapng_section(b, sizeof(b), text);
	is_block(b, n, 0x0a0d0d0a);
	assert_true(n <= SL_PCAPNG_ROOM);
	assert_non_null(option(b + 24, b + n - 4, 4, &len));
	assert_int_equal(len, SL_PCAPNG_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section),
		cmocka_unit_test(interface),
		cmocka_unit_test(packets),
		cmocka_unit_test(statistics),
		cmocka_unit_test(without_room),
		cmocka_unit_test(long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
