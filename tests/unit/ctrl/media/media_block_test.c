/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests about media beyond offer and answer: blocked media, TOS, addresses shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ctrl/call/refusal.h"
#include "ctrl/media/media_block.h"
#include "tests/unit/ctrl/offer/shapes_fixture.h"

static void must_block(const char *tag, enum sl_media_block block, bool blocked)
{
	struct sl_text text = {tag, tag ? (uint32_t)strlen(tag) : 0};

	if (sl_media_block_set(
		    &relay.sessions, find_call("call"), text, block, blocked, &last_error))
		fail_msg("%s", why);
}

static void blocks_are_for_one_or_all(void **state)
{
	struct party a = party("A", key_line(1, CM80, 1)), b = party("B", key_line(1, GCM, 2));
	struct sl_text stranger = {"X", 1};

	relay_open(0);
	a.extra = b.extra = "a=rtpmap:0 telephone-event/8000\r\n";
	must_offer(from("A", NULL), a);
	must_block(NULL, SL_BLOCK_DTMF, true); /* before anybody has answered */
	must_answer(from("A", "B"), b);
	use(flow("A"), 100, 200);
	assert_true(flow("A")->actions && flow("B")->actions);
	assert_int_equal(sl_pt_actions_get(flow("A")->actions, 0), SL_PT_DISCARD);
	assert_int_equal(sl_pt_actions_get(flow("A")->actions, 8), SL_PT_PASS);
	must_block("A", SL_BLOCK_DTMF, false);
	assert_false(flow("A")->actions);
	assert_true(flow("B")->actions);
	must_block(NULL, SL_BLOCK_DTMF, false);
	assert_false(flow("B")->actions);
	must_block("A", SL_BLOCK_SILENCE, true);
	assert_int_equal(sl_pt_actions_get(flow("A")->actions, 8), SL_PT_SILENCE_PCMA);
	assert_int_equal(sl_pt_actions_get(flow("A")->actions, 96),
		SL_PT_DISCARD); /* nobody knows what it is */
	assert_false(flow("B")->actions);
	must_block("A", SL_BLOCK_MEDIA, true);
	assert_int_equal(sl_pt_actions_get(flow("A")->actions, 0), SL_PT_DISCARD);
	must_block("A", SL_BLOCK_MEDIA, false);
	assert_int_equal(sl_pt_actions_get(flow("A")->actions, 8), SL_PT_SILENCE_PCMA);
	must_answer(from("A", "C"), party("C", key_line(1, GCM, 3)));
	assert_true(flow("A")->actions); /* whoever hears it */
	must_block("A", SL_BLOCK_SILENCE, false);
	assert_false(flow("A")->actions);
	assert_int_equal(sent(flow("A")), 200);
	assert_int_equal(sl_media_block_set(&relay.sessions, find_call("call"), stranger,
				 SL_BLOCK_MEDIA, true, &last_error),
		-SL_E_TAG);
	relay_close();
}

static void what_is_shown_and_marked(void **state)
{
	struct command c = from("A", NULL);

	relay_open(0);
	c.tos = 0xb8 + 1;
	c.media_address = (struct sl_sdp_address){.family = AF_INET, .ip = {198, 51, 100, 99}};
	must_offer(c, party("A", NULL));
	assert_non_null(strstr(sdp_out, "c=IN IP4 198.51.100.99\r\n"));
	must_answer(from("A", "B"), party("B", NULL));
	assert_non_null(strstr(sdp_out, "c=IN IP4 " RELAY4 "\r\n"));
	assert_int_equal(flow("A")->egress[SL_RTP].header[1], 0xb8);
	assert_int_equal(flow("B")->egress[SL_RTCP].header[1], 0xb8);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_for_one_or_all),
		cmocka_unit_test(what_is_shown_and_marked),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
