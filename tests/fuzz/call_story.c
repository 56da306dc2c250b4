/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_life.h"
#include "ctrl/base/log.h"
#include "ctrl/base/random.h"

enum { LINE_MAX_BYTES = 4096 };

static char story[1 << 20], kept[1 << 20];
static size_t story_len;
static uint64_t digest, randomness;

void story_begin(void)
{
	story_len = 0;
	digest = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	randomness = 0;
}

static void vnote(const char *format, va_list args)
{
	static char line[LINE_MAX_BYTES];
	int head = snprintf(line, sizeof(line), "%9.3f s  ", (double)world.now / (double)SECOND);
	size_t len;

	vsnprintf(line + head, sizeof(line) - (size_t)head, format, args);
	len = strlen(line);
	for (size_t i = 0; i < len; i++)
		digest = (digest ^ (unsigned char)line[i]) * UINT64_C(0x100000001b3);
	if (getenv("SL_FUZZ_STORY"))
		fprintf(stderr, "%s\n", line);
	if (story_len + len + 2 < sizeof(story))
		story_len += (size_t)sprintf(story + story_len, "%s\n", line);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vnote(format, args);
	va_end(args);
}

void violated(const char *format, ...)
{
	va_list args;

	if (!getenv("SL_FUZZ_STORY"))
		fwrite(story, 1, story_len, stderr);
	fprintf(stderr, "violated: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	abort();
}

uint64_t story_digest(void)
{
	return digest;
}

void story_keep(void)
{
	memcpy(kept, story, story_len);
	kept[story_len] = '\0';
}

void story_compare(void)
{
	const char *a = kept, *b = story;
	size_t n = 0;

	story[story_len] = '\0';
	while (a[n] && a[n] == b[n])
		n++;
	if (a[n] == b[n])
		return;
	while (n && a[n - 1] != '\n')
		n--;
	violated("the same life goes another way:\n%.*s\n%.*s", (int)strcspn(a + n, "\n"), a + n,
		(int)strcspn(b + n, "\n"), b + n);
}

/* The relay's log is part of the story, but for what it says once in a process. */
void __wrap_sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...);

void __wrap_sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...)
{
	va_list args;

	if (strstr(format, "(said once)"))
		return;
	va_start(args, format);
	vnote(format, args);
	va_end(args);
}

/* Whether a line is one too many is a question of real time. */
int __wrap_sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level, const char *format);

int __wrap_sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level, const char *format)
{
	return 1;
}

/* Keys and ports are the same in the same life. */
int __wrap_sl_random(void *out, size_t len);

int __wrap_sl_random(void *out, size_t len)
{
	for (uint8_t *at = out; len--; at++) {
		/* splitmix64 */
		uint64_t z = randomness += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		*at = (uint8_t)(z >> 56);
	}
	return 0;
}
