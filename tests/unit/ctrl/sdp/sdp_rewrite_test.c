/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sdp/sdp_rewrite.h"
#include "tests/unit/ctrl/sdp/sdp_rewrite_cases.h"

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static struct sl_sdp sdp, again;
static struct sl_sdp_error error;

static size_t in_len(size_t i)
{
	return cases[i].in_len ? cases[i].in_len : strlen(cases[i].in);
}

static struct sl_sdp_edit edit_of(size_t i)
{
	return (struct sl_sdp_edit){
		.origin = cases[i].origin,
		.ice_remove = cases[i].ice_remove,
		.dtls_remove = cases[i].dtls_remove,
		.media = cases[i].media,
		.n_media = sdp.n_media,
		.missing = missing,
		.n_missing = cases[i].n_missing,
	};
}

static void rewrites(void **state)
{
	char buf[4096];

	for (size_t i = 0; i < CASES; i++) {
		struct sl_sdp_edit edit;
		ssize_t len;

		if (sl_sdp_parse(&sdp, cases[i].in, in_len(i), &error))
			fail_msg("%s: %s", cases[i].name, error.reason);
		edit = edit_of(i);
		len = sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf));
		assert_true(len > 0);
		if (strcmp(buf, cases[i].out))
			fail_msg("%s: got\n%s", cases[i].name, buf);
		assert_int_equal(len, strlen(cases[i].out));
		if (sl_sdp_parse(&again, buf, (size_t)len, &error))
			fail_msg("%s: does not parse again: %s", cases[i].name, error.reason);
	}
}

static void overflow_is_an_error_at_every_size(void **state)
{
	static const char zeros[4096];

	for (size_t i = 0; i < CASES; i++) {
		struct sl_sdp_edit edit;
		size_t len = strlen(cases[i].out);

		assert_int_equal(sl_sdp_parse(&sdp, cases[i].in, in_len(i), &error), 0);
		edit = edit_of(i);
		for (size_t size = 0; size <= len + 1; size++) {
			char *exact = malloc(size ? size : 1);
			ssize_t rc;

			memset(exact, 'x', size);
			rc = sl_sdp_rewrite(&sdp, &edit, exact, size);
			assert_int_equal(rc, size > len ? (ssize_t)len : -ENOSPC);
			if (rc < 0)
				assert_memory_equal(exact, zeros, size);
			free(exact);
		}
	}
}

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"

static void adding_lines_stays_within_the_bounds(void **state)
{
	static char text[8192], buf[16384];
	const struct sl_sdp_media_edit media = {
		.action = SL_SDP_RELAY, .address = RELAY4, .port = 2, .rtcp_port = 3};
	struct sl_sdp_edit edit = {.media = &media, .n_media = 1};
	size_t len;

	strcpy(text, HEAD "m=audio 4000 RTP/AVP 0\r\n");
	len = strlen(text);
	for (int lines = 5; lines < SL_SDP_LINES_MAX; lines++, len += 5)
		memcpy(text + len, "a=x\r\n", 5);
	assert_int_equal(sl_sdp_parse(&sdp, text, len - 5, &error), 0);
	assert_true(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)) > 0);
	assert_int_equal(sl_sdp_parse(&sdp, text, len, &error), 0);
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -ENOSPC);
}

static void refuses_edits_that_do_not_fit(void **state)
{
	static const char text[] = HEAD "m=audio 4000 RTP/AVP 0\r\nm=image 5000 udptl t38\r\n"
					"m=video 0 RTP/AVP 96\r\n";
	const struct sl_sdp_media_edit ok = {.action = SL_SDP_RELAY, .address = RELAY4, .port = 2};
	struct sl_sdp_media_edit media[3] = {ok};
	struct sl_sdp_edit edit = {.media = media, .n_media = 3};
	char buf[1024];

	assert_int_equal(sl_sdp_parse(&sdp, text, strlen(text), &error), 0);
	assert_true(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)) > 0);
	edit.n_media = 2;
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -EINVAL);
	edit.n_media = 3;
	media[0].port = 0;
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -EINVAL);
	media[0] = ok;
	media[0].address.family = 0;
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -EINVAL);
	media[0] = ok;
	media[0].n_crypto = SL_SDP_CRYPTO_MAX + 1;
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -EINVAL);
	media[0] = ok;
	media[1] = ok; /* not RTP */
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -EINVAL);
	media[1] = (struct sl_sdp_media_edit){0};
	media[2] = ok; /* refused by the peer */
	assert_int_equal(sl_sdp_rewrite(&sdp, &edit, buf, sizeof(buf)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rewrites),
		cmocka_unit_test(overflow_is_an_error_at_every_size),
		cmocka_unit_test(adding_lines_stays_within_the_bounds),
		cmocka_unit_test(refuses_edits_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
