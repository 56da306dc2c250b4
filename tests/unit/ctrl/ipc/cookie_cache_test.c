/* SPDX-License-Identifier: BSD-3-Clause */
/* A repeated request gets the reply it got before, for as long as a proxy may repeat it and no
 * longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/ipc/cookie_cache.h"

enum { ROOM = 4096, SOON = 1000, END = SOON + SL_COOKIE_KEEP_MS };

static struct sl_cookie_cache cache;
static uint64_t arena[ROOM / 8];

static struct sl_cookie_key key_of(uint8_t host, uint16_t port, const char *request)
{
	struct sl_cookie_key key = {.port = port, .request = request, .len = strlen(request)};

	key.ip[15] = host;
	key.cookie_len = strcspn(request, " ");
	return key;
}

static int setup(void **state)
{
	memset(arena, 0, sizeof(arena));
	sl_cookie_cache_init(&cache, arena, sizeof(arena), 0x5eed);
	return 0;
}

/* Who asks what when, after host 1, port 5000 got "yes" to "c d3:onee" at SOON. */
static const struct {
	const char *name;
	uint8_t host;
	uint16_t port;
	const char *request;
	uint64_t now;
	bool known;
} cases[] = {
	{"at once", 1, 5000, "c d3:onee", SOON, true},
	{"the last retry", 1, 5000, "c d3:onee", SOON + 5000, true},
	{"after half a minute", 1, 5000, "c d3:onee", SOON + 30000, true},
	{"the last moment", 1, 5000, "c d3:onee", END - 1, true},
	{"too late", 1, 5000, "c d3:onee", END, false},
	{"another host", 2, 5000, "c d3:onee", SOON, false},
	{"another port", 1, 5001, "c d3:onee", SOON, false},
	{"another cookie", 1, 5000, "d d3:onee", SOON, false},
	{"a longer cookie", 1, 5000, "cc d3:onee", SOON, false},
	{"the same cookie before another request", 1, 5000, "c d3:twoe", SOON, false},
	{"the same cookie before a longer one", 1, 5000, "c d3:oneee", SOON, false},
};

static void knows_a_duplicate(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_cookie_key key = key_of(1, 5000, "c d3:onee");
		const char *reply;
		size_t len = 0;

		setup(state);
		sl_cookie_cache_add(&cache, &key, "yes", 3, SOON);
		key = key_of(cases[i].host, cases[i].port, cases[i].request);
		reply = sl_cookie_cache_find(&cache, &key, cases[i].now, &len);
		if ((reply != NULL) != cases[i].known)
			fail_msg("%s", cases[i].name);
		if (reply && (len != 3 || memcmp(reply, "yes", 3)))
			fail_msg("%s: another reply", cases[i].name);
	}
}

/* The arena as one haystack. */
static bool arena_has(const char *needle)
{
	return memmem(arena, sizeof(arena), needle, strlen(needle)) != NULL;
}

static void wipes_what_goes(void **state)
{
	struct sl_cookie_key one = key_of(1, 1, "1 x"), two = key_of(1, 1, "2 x");

	sl_cookie_cache_add(&cache, &one, "secret-one", 10, 0);
	sl_cookie_cache_add(&cache, &two, "secret-two", 10, 10);
	sl_cookie_cache_expire(&cache, SL_COOKIE_KEEP_MS);
	assert_false(arena_has("secret-one"));
	assert_true(arena_has("secret-two"));
	assert_int_equal(cache.count, 1);
	sl_cookie_cache_clear(&cache);
	assert_false(arena_has("secret"));
	assert_int_equal(cache.count, 0);
}

static void a_reply_without_room_is_not_kept(void **state)
{
	static char big[ROOM];
	struct sl_cookie_key key = key_of(1, 1, "1 x");
	size_t len;

	sl_cookie_cache_add(&cache, &key, "small", 5, 0);
	key = key_of(1, 1, "2 x");
	sl_cookie_cache_add(&cache, &key, big, sizeof(big), 0);
	assert_null(sl_cookie_cache_find(&cache, &key, 0, &len));
	assert_int_equal(cache.unkept, 1);
	key = key_of(1, 1, "1 x");
	assert_non_null(sl_cookie_cache_find(&cache, &key, 0, &len));
}

/*
 * Against the simplest model: replies of many sizes, in time; the newest are there, byte by byte,
 * in an unbroken row, and the arena is never written beyond.
 */
static void the_newest_stay(void **state)
{
	enum { ROUNDS = 20000 };
	static struct {
		char request[16];
		size_t len;
		uint64_t at;
	} was[ROUNDS];
	uint64_t now = 0;
	unsigned seed = 1;

	for (unsigned i = 0; i < ROUNDS; i++) {
		char reply[1024];
		struct sl_cookie_key key;
		unsigned kept = 0;

		now += (unsigned)rand_r(&seed) % 2000;
		was[i].at = now;
		was[i].len = (unsigned)rand_r(&seed) % (i % 97 ? 300 : sizeof(reply));
		snprintf(was[i].request, sizeof(was[i].request), "%u x", i);
		memset(reply, (int)(i & 0xff), sizeof(reply));
		key = key_of(1, 1, was[i].request);
		sl_cookie_cache_add(&cache, &key, reply, was[i].len, now);
		sl_cookie_cache_expire(&cache, now);
		for (unsigned j = i + 1; j-- > 0 && i - j <= cache.count;) {
			const char *found;
			size_t len;

			key = key_of(1, 1, was[j].request);
			found = sl_cookie_cache_find(&cache, &key, now, &len);
			if (!found)
				break;
			assert_true(was[j].at + SL_COOKIE_KEEP_MS > now);
			assert_int_equal(len, was[j].len);
			for (size_t b = 0; b < len; b++)
				assert_int_equal((uint8_t)found[b], j & 0xff);
			kept++;
		}
		assert_int_equal(kept, cache.count);
		assert_true(kept > 0);
	}
	assert_true(cache.evicted > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(knows_a_duplicate, setup),
		cmocka_unit_test_setup(wipes_what_goes, setup),
		cmocka_unit_test_setup(a_reply_without_room_is_not_kept, setup),
		cmocka_unit_test_setup(the_newest_stay, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
