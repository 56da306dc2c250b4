/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as an audit trail: the verifier reads them within its bounds. And whatever the bytes
 * are, as the bodies of a chain's records they verify; with one byte of it changed they do not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/records/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 3, BODY = 512 };

static bool verify(const char *text, size_t len)
{
	struct sl_verify v;
	FILE *file = fmemopen((void *)(uintptr_t)text, len, "r");

	if (!file)
		abort();
	sl_verify_init(&v, NULL);
	sl_verify_file(&v, file, "fuzz");
	fclose(file);
	return sl_verify_end(&v) == !v.wrong && !v.wrong;
}

/* The bytes in equal parts, each without newlines. */
static size_t make(const uint8_t *data, size_t size, char *text)
{
	size_t part = size / RECORDS < BODY ? size / RECORDS : BODY, len = 0;
	struct sl_chain chain;

	sl_chain_init(&chain);
	for (unsigned i = 0; i < RECORDS; i++) {
		char body[BODY];
		struct sl_chain next;

		/* "lost" and "torn" are the chain's own. */
		body[0] = 'x';
		for (size_t b = 1; b < part; b++)
			body[b] = data[i * part + b] == '\n' ? ' ' : (char)data[i * part + b];
		len += sl_chain_compose(
			&chain, &(struct sl_chain_note){0}, body, part, text + len, &next);
		chain = next;
	}
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[RECORDS * (SL_CHAIN_LINE + 2)];
	struct sl_chain head;
	char copy[SL_CHAIN_HEAD];
	size_t len, at;

	if (size < RECORDS)
		return 0;
	verify((const char *)data, size);
	snprintf(copy, sizeof(copy), "%.*s", (int)(size < sizeof(copy) ? size : sizeof(copy) - 1),
		(const char *)data);
	sl_chain_parse(copy, &head);

	len = make(data, size, text);
	if (!verify(text, len))
		abort();
	at = (size_t)data[size - 1] * 257 % len;
	text[at] = (char)(text[at] ^ (data[0] ? data[0] : 1));
	if (at + 1 < len && verify(text, len))
		abort();
	return 0;
}
