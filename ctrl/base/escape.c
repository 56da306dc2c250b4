/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the character at `at` (RFC 3629 4); 0: it is none. */
static size_t character(const unsigned char *at, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *at < 0x80 ? 1 : *at < 0xc0 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;

	if (n <= 1) {
		*code = *at;
		return n;
	}
	if (n > len || *at > 0xf4)
		return 0;
	*code = *at & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (at[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

struct range {
	uint32_t first, last;
};

static bool within(uint32_t code, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Unicode's categories Cc, Cf, Zl, Zp and Co, and what a terminal shows as nothing at all. */
static bool shows(uint32_t code)
{
	static const struct range hidden[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f},
		{0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891},
		{0x8e2, 0x8e2}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},
		{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
		{0xe000, 0xf8ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
		{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x110bd, 0x110cd}, {0x13430, 0x1343f},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff}};

	return !within(code, hidden, sizeof(hidden) / sizeof(hidden[0]));
}

/* Would end a word, or make two of it. */
static bool parts(uint32_t code)
{
	static const struct range spaces[] = {{' ', ' '}, {'=', '='}, {'\\', '\\'}, {0xa0, 0xa0},
		{0x1680, 0x1680}, {0x2000, 0x200a}, {0x202f, 0x202f}, {0x205f, 0x205f},
		{0x3000, 0x3000}};

	return within(code, spaces, sizeof(spaces) / sizeof(spaces[0]));
}

static bool stays(uint32_t code, enum sl_escape how)
{
	if (how == SL_ESCAPE_LINES && code == '\n')
		return true;
	return shows(code) && !(how == SL_ESCAPE_WORD && parts(code));
}

size_t sl_escape(char *out, size_t room, const char *text, size_t len, enum sl_escape how)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = (const unsigned char *)text, *end = at + len;
	size_t used = 0;

	if (!len && how == SL_ESCAPE_WORD && room > 1)
		out[used++] = '-';
	while (at < end) {
		uint32_t code;
		size_t n = character(at, (size_t)(end - at), &code);
		bool plain = n && stays(code, how);
		size_t bytes = n ? n : 1;

		if (used + (plain ? bytes : 4 * bytes) >= room)
			break;
		for (size_t i = 0; i < bytes; i++, at++) {
			if (plain) {
				out[used++] = (char)*at;
				continue;
			}
			out[used++] = '\\';
			out[used++] = 'x';
			out[used++] = digits[*at >> 4];
			out[used++] = digits[*at & 15];
		}
	}
	if (room)
		out[used] = '\0';
	return used;
}

struct sl_word sl_word_of(const char *text, size_t len)
{
	char whole[4 * sizeof(struct sl_word) + 2];
	size_t some = len < sizeof(struct sl_word) ? len : sizeof(struct sl_word);
	struct sl_word word;
	size_t used;

	sl_escape(word.text, sizeof(word.text), text, some, SL_ESCAPE_WORD);
	if (sl_escape(whole, sizeof(whole), text, some, SL_ESCAPE_WORD) < sizeof(word.text))
		return word;
	used = sl_escape(word.text, sizeof(word.text) - 1, text, some, SL_ESCAPE_WORD);
	strcpy(word.text + used, "~");
	return word;
}

struct sl_word sl_word(const char *text)
{
	return sl_word_of(text ? text : "", text ? strlen(text) : 0);
}
