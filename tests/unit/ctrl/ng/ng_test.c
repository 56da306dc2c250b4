/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of a proxy, as bytes, and the replies: how long they are, and what they do to the call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/ng.h"
#include "ctrl/ng/ng_frame.h"
#include "dataplane/flow/pt_action.h"
#include "tests/unit/ctrl/offer/shapes_fixture.h"

#define LONG_CALL "5f3d2c1b0a9e8d7c6b5a4f3e2d1c0b9a@pbx.example.org"
#define LONG_A    "as3f7a9c1e-1d2c3b4a5f6e"
#define LONG_B    "gK0c8a7b6d5e4f3a2b1c0d9e8f"

static struct sl_ng ng;
static char reply[SL_NG_REPLY_MAX + 1];

/* Bytes of the reply. */
static size_t ask_bytes(const char *request, size_t len)
{
	static struct sl_ng_frame frame;
	static char data[SL_NG_REQUEST_MAX + 1];
	const struct sl_peer peer = {.kind = SL_PEER_UNIX};
	struct sl_server_reply out = {0};
	struct sl_error error = {0};

	ng.sessions = &relay.sessions;
	memcpy(data, request, len);
	data[len] = '\0';
	sl_ng_protocol.start(&frame);
	if (sl_ng_protocol.frame(&frame, data, len, &error) != (ssize_t)len)
		fail_msg("%.80s: %s", request, error.text);
	sl_ng_protocol.serve(&ng, &peer, &frame, data, len, &out);
	assert_true(out.len < sizeof(reply));
	memcpy(reply, out.data, out.len);
	reply[out.len] = '\0';
	free(out.data);
	return out.len;
}

static size_t ask(const char *request)
{
	return ask_bytes(request, strlen(request));
}

static void must_say(const char *request, const char *text)
{
	ask(request);
	if (!strstr(reply, text))
		fail_msg("%s: %s", request, reply);
}

/* A stream after 1,500 packets. */
static void heard(struct sl_flow *flow, uint32_t ssrc)
{
	static const struct sl_payload payloads[SL_PAYLOADS] = {{.hz = 8000, .type = 0}};

	for (unsigned i = 0; i < 1500; i++) {
		const struct sl_quality_packet p = {.now = i * UINT64_C(20000000),
			.ssrc = ssrc,
			.timestamp = i * 160,
			.seq = (uint16_t)(65000 + i),
			.len = 172};

		if (i % 100 != 50) /* one of a hundred is lost */
			sl_quality_rtp(&flow->quality, &p, payloads);
	}
	flow->count.packets[SL_RTP] = 360000;
	flow->count.bytes[SL_RTP] = 65520000;
	flow->count.packets[SL_RTCP] = 1440;
	flow->count.bytes[SL_RTCP] = 144000;
	flow->count.last = 1;
	flow->latency = (struct sl_latency){1000000000, 20000, 3000000};
}

/* An audio call of two hours, SRTP both ways, tags and call-id as long as in the field. */
static void long_call(void)
{
	struct command a = {.call_id = LONG_CALL, .from_tag = LONG_A, .proto = SL_SDP_SAVP};

	must_offer(a, (struct party){"198.51.100.123", 49170, "RTP/SAVP", {key_line(1, CM256, 1)}});
	a.to_tag = LONG_B;
	must_answer(
		a, (struct party){"198.51.100.124", 49180, "RTP/SAVP", {key_line(2, CM256, 2)}});
	heard(flow_of(find_call(LONG_CALL), 0, 0), 4123456789);
	heard(flow_of(find_call(LONG_CALL), 1, 0), 4012345678);
}

#define QUERY(call, len) "d7:call-id" #len ":" call "7:command5:querye"

static void what_is_told_of_an_audio_call_fits_into_a_datagram(void **state)
{
	static const char *const told[] = {"7:average", "10:lowest MOS", "11:highest MOS",
		"11:packet lossi1e", "6:totals", "4:SSRCi4123456789e", "4:SSRCi4012345678e",
		"10:4123456789d", "10:4012345678d", "13:relay latency", "3:why"};
	size_t len;

	relay_open(0);
	long_call();
	len = ask(QUERY(LONG_CALL, 48));
	print_message("%zu bytes\n", len);
	assert_true(len + 60 <= 1400); /* six round trips of five digits */
	for (unsigned i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!strstr(reply, told[i]))
			fail_msg("%s is missing", told[i]);
	len = ask("d7:call-id48:" LONG_CALL "7:command6:deletee");
	assert_true(len <= 1400);
	assert_non_null(strstr(reply, "6:totals"));
	relay_close();
}

/* Before there are figures of quality, there is room for all the rest. */
static void what_is_cut_is_said(void **state)
{
	struct command c = {.call_id = "call", .from_tag = "A"};
	struct party a = party("A", NULL);

	relay_open(0);
	must_offer(c, a);
	c.to_tag = "B";
	must_answer(c, party("B", NULL));
	must_say(QUERY("call", 4), "11:last packet");
	assert_null(strstr(reply, "3:cut"));
	relay_close();
	relay_open(0);
	long_call();
	must_say(QUERY(LONG_CALL, 48), "3:cut");
	relay_close();
}

static char party_tags[SL_MAX_LEGS][SL_CALL_NAME + 1];

/* As many parties as there may be, with tags as long as they may be. */
static void all_parties(char filled_with)
{
	struct command c = {.call_id = "call"};

	for (unsigned i = 0; i < SL_MAX_LEGS; i++) {
		memset(party_tags[i], filled_with, SL_CALL_NAME - 2);
		snprintf(party_tags[i] + SL_CALL_NAME - 2, 3, "%02u", i);
	}
	c.from_tag = party_tags[0];
	must_offer(c, party("A", NULL));
	for (unsigned i = 1; i < SL_MAX_LEGS; i++) {
		struct party p = party("B", NULL);

		p.port = 6000 + 4 * i;
		c.to_tag = party_tags[i];
		must_answer(c, p);
	}
}

static void no_reply_is_larger_than_what_proxies_read(void **state)
{
	size_t len;

	relay_open(0);
	all_parties('t');
	len = ask(QUERY("call", 4));
	print_message("%zu bytes\n", len);
	assert_true(len > 1400 && len <= SL_NG_REPLY_MAX);
	assert_non_null(strstr(reply, "6:result2:ok"));
	assert_non_null(strstr(reply, party_tags[SL_MAX_LEGS - 1]));
	relay_close();
	/* Each byte of them is two in JSON. */
	relay_open(0);
	all_parties('"');
	must_say("{\"command\":\"query\",\"call-id\":\"call\"}", "\"result\":\"ok\"");
	assert_non_null(strstr(reply, "\"cut\":\"parties\""));
	assert_true(strlen(reply) <= SL_NG_REPLY_MAX);
	relay_close();
}

/* A limit of the call is none of the relay: no proxy may take the call elsewhere in the middle. */
static void one_party_too_many_is_no_full_relay(void **state)
{
	char request[1024];
	uint64_t before = ng.refused[SL_REFUSED_LIMIT], parties = ng.refused[SL_REFUSED_PARTIES];

	relay_open(0);
	all_parties('t');
	snprintf(request, sizeof(request),
		"{\"command\":\"answer\",\"call-id\":\"call\",\"from-tag\":\"%s\",\"to-tag\":"
		"\"X\",\"supports\":[\"load limit\"],\"sdp\":\"v=0\\r\\no=- 1 1 IN IP4 192.0.2.9\\r"
		"\\ns=-\\r\\nc=IN IP4 192.0.2.9\\r\\nt=0 0\\r\\nm=audio 4000 RTP/AVP 0\\r\\n\"}",
		party_tags[0]);
	must_say(request, "\"result\":\"error\"");
	assert_non_null(strstr(reply, "at most 64 forks"));
	assert_int_equal(ng.refused[SL_REFUSED_LIMIT], before);
	assert_int_equal(ng.refused[SL_REFUSED_PARTIES], parties + 1);
	relay_close();
}

static bool discards(const char *tag)
{
	const struct sl_pt_actions *t = flow(tag)->actions;

	return t && sl_pt_actions_get(t, 0) == SL_PT_DISCARD;
}

#define COMMAND(name, more) "{\"command\":\"" name "\",\"call-id\":\"call\"" more "}"

static void from_tag_means_something_if_directional(void **state)
{
	relay_open(0);
	must_offer(from("A", NULL), party("A", NULL));
	must_answer(from("A", "B"), party("B", NULL));
	must_say(COMMAND("block media", ",\"from-tag\":\"A\""), "ok");
	assert_true(discards("A") && discards("B"));
	must_say(COMMAND("unblock media", ",\"from-tag\":\"A\""), "ok");
	assert_false(discards("A") || discards("B"));
	must_say(COMMAND("block media", ",\"from-tag\":\"A\",\"flags\":[\"directional\"]"), "ok");
	assert_true(discards("A") && !discards("B"));
	must_say(COMMAND("block media", ",\"from-tag\":\"X\",\"flags\":[\"directional\"]"),
		"does not belong");
	relay_close();
}

#define EVENTS                                                                             \
	"\"v=0\\r\\no=- 1 1 IN IP4 192.0.2.65\\r\\ns=-\\r\\nc=IN IP4 192.0.2.65\\r\\nt=0 " \
	"0\\r\\nm=audio 5004 RTP/AVP 0\\r\\na=rtpmap:0 telephone-event/8000\\r\\n\""

/* By the one who offers, and by the one who answers: whichever way round the script has the tags.
 */
static void dtmf_may_be_blocked_from_the_start(void **state)
{
	static const char *const tags[] = {
		",\"from-tag\":\"A\",\"to-tag\":\"B\"", ",\"from-tag\":\"B\",\"to-tag\":\"A\""};
	struct party b = party("B", NULL);
	char command[512];

	relay_open(0);
	b.extra = "a=rtpmap:0 telephone-event/8000\r\n";
	must_say(COMMAND("offer", ",\"from-tag\":\"A\",\"flags\":[\"block DTMF\"],\"sdp\":" EVENTS),
		"RTP/AVP");
	must_answer(from("A", "B"), b);
	assert_true(discards("A") && !discards("B"));
	relay_close();
	for (int i = 0; i < 2; i++) {
		relay_open(0);
		must_say(COMMAND("offer", ",\"from-tag\":\"A\",\"sdp\":" EVENTS), "RTP/AVP");
		snprintf(command, sizeof(command),
			COMMAND("answer", "%s,\"flags\":[\"block DTMF\"],\"sdp\":%s"), tags[i],
			EVENTS);
		must_say(command, "RTP/AVP");
		assert_true(discards("B") && !discards("A"));
		relay_close();
	}
}

static void a_fast_delete_is_short(void **state)
{
	relay_open(0);
	long_call();
	assert_true(ask("d7:call-id48:" LONG_CALL "7:command6:delete5:flagsl4:fastee") < 40);
	assert_null(find_call(LONG_CALL));
	relay_close();
}

/* Case, and what is between words, make no difference; a tag or branch of no length is none. */
static void keys_are_spelt_in_many_ways(void **state)
{
	relay_open(0);
	must_say("{\"Command\":\"Offer\",\"CALL_ID\":\"call\",\"From Tag\":\"A\",\"to-tag\":\"\","
		 "\"Via_Branch\":\"\",\"SDP\":" EVENTS "}",
		"RTP/AVP");
	must_answer(from("A", "B"), party("B", NULL));
	must_say("{\"COMMAND\":\"Block_Media\",\"Call-Id\":\"call\",\"from_tag\":\"A\"}", "ok");
	connected("A", "B");
	relay_close();
}

#define HEAD  "v=0\r\no=- 1 1 IN IP4 192.0.2.66\r\ns=-\r\n"
#define CONN  "c=IN IP4 192.0.2.66\r\nt=0 0\r\n"
#define SAVP  "m=audio 5004 RTP/SAVP 0\r\n"
#define KEY   " inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define CRYPT "a=crypto:3 AES_CM_128_HMAC_SHA1_80" KEY
#define GOOD  HEAD CONN SAVP CRYPT "\r\n"

/* Answers of B to an offer of A that was made with the default suites. */
static const struct bad {
	const char *what, *from, *to, *sdp, *more; /* NULL: as it should be */
	size_t extra; /* bytes of an attribute, or lines, behind the SDP */
	bool lines;
	enum sl_refusal refusal;
	const char *reason;
} bad[] = {
	{"no c=", .sdp = HEAD "t=0 0\r\n" SAVP CRYPT "\r\n", .refusal = SL_REFUSED_SDP,
		.reason = "has no c="},
	{"a bad port", .sdp = HEAD CONN "m=audio 70000 RTP/SAVP 0\r\n", .refusal = SL_REFUSED_SDP,
		.reason = "port '70000', not a number from 0 to 65535"},
	{"a negative port", .sdp = HEAD CONN "m=audio -1 RTP/SAVP 0\r\n", .refusal = SL_REFUSED_SDP,
		.reason = "port '-1'"},
	{"10,000 lines", .extra = 10000, .lines = true, .refusal = SL_REFUSED_SDP,
		.reason = "more than"},
	{"an attribute of 60 KiB", .extra = 61440, .refusal = SL_REFUSED_SDP,
		.reason = "longer than"},
	{"a lone carriage return", .sdp = HEAD CONN "m=audio 5004\rRTP/SAVP 0\r\n",
		.refusal = SL_REFUSED_SDP, .reason = "carriage return that ends no line"},
	{"a NUL", /* \1 stands for it */
		.sdp = HEAD CONN "m=audio 5004\1RTP/SAVP 0\r\n", .refusal = SL_REFUSED_SDP,
		.reason = "NUL byte"},
	{"nothing", .sdp = "", .refusal = SL_REFUSED_SDP, .reason = "empty"},
	{"a flag that is a number", .more = "5:flagsli7ee", .refusal = SL_REFUSED_REQUEST,
		.reason = "list of strings is expected in 'flags'"},
	{"flags that are a dictionary", .more = "5:flagsd1:a1:be", .refusal = SL_REFUSED_REQUEST,
		.reason = "'flags'"},
	{"a number for a word", .more = "4:SDESi7e", .refusal = SL_REFUSED_REQUEST,
		.reason = "'SDES'"},
	{"a tag of nobody's", .from = "X", .to = "Y", .refusal = SL_REFUSED_TAG,
		.reason = "neither tag"},
	{"one tag twice", .to = "A", .refusal = SL_REFUSED_TAG, .reason = "are the same"},
	{"no tag", .to = "", .refusal = SL_REFUSED_REQUEST, .reason = "to-tag is missing"},
	{"a suite that was not offered",
		.sdp = HEAD CONN SAVP "a=crypto:3 AES_CM_128_HMAC_SHA1_32" KEY "\r\n",
		.refusal = SL_REFUSED_WRONG_KEY, .reason = "was not offered"},
	{"two keys that were offered", .sdp = GOOD "a=crypto:1 AES_CM_128_HMAC_SHA1_80" KEY "\r\n",
		.refusal = SL_REFUSED_WRONG_KEY, .reason = "not 2"},
	{"a key that is too short",
		.sdp = HEAD CONN SAVP "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQF\r\n",
		.refusal = SL_REFUSED_NO_KEY, .reason = "key and salt"},
	{"no key", .sdp = HEAD CONN SAVP, .refusal = SL_REFUSED_WRONG_KEY, .reason = "crypto"},
	{"RTP for SRTP", .sdp = HEAD CONN "m=audio 5004 RTP/AVP 0\r\n",
		.refusal = SL_REFUSED_PROFILE, .reason = "RTP/AVP"},
	{"one m-line too many", .sdp = GOOD "m=audio 5006 RTP/SAVP 0\r\n",
		.refusal = SL_REFUSED_PROFILE, .reason = "2 m-lines answer an offer of 1"},
};

static void put(char **at, const char *key, const char *value, size_t len)
{
	*at += sprintf(*at, "%zu:%s%zu:", strlen(key), key, len);
	memcpy(*at, value, len);
	*at += len;
}

static void answer_badly(const struct bad *b)
{
	static char request[SL_NG_REQUEST_MAX + 1024], sdp[SL_NG_REQUEST_MAX];
	size_t len = (size_t)sprintf(sdp, "%s", b->sdp ? b->sdp : GOOD);
	char *at = request;

	if (b->extra && !b->lines) {
		len += (size_t)sprintf(sdp + len, "a=");
		memset(sdp + len, 'x', b->extra);
		len += b->extra + (size_t)sprintf(sdp + len + b->extra, "\r\n");
	}
	for (size_t i = 0; b->lines && i < b->extra; i++)
		len += (size_t)sprintf(sdp + len, "a=x\r\n");
	for (char *nul = memchr(sdp, 1, len); nul; nul = NULL)
		*nul = '\0';
	*at++ = 'd';
	put(&at, "command", "answer", 6);
	put(&at, "call-id", "call", 4);
	put(&at, "from-tag", b->from ? b->from : "A", 1);
	put(&at, "to-tag", b->to ? b->to : "B", b->to ? strlen(b->to) : 1);
	at += sprintf(at, "%s", b->more ? b->more : "");
	put(&at, "sdp", sdp, len);
	*at++ = 'e';
	ask_bytes(request, (size_t)(at - request));
}

/* While the call rings, and when it is up. */
static void what_is_refused_changes_nothing_and_is_counted(void **state)
{
	struct command c = {.call_id = "call", .from_tag = "A", .proto = SL_SDP_SAVP};
	static char before[sizeof(reply)];

	relay_open(0);
	must_offer(c, party("A", key_line(1, CM80, 1)));
	for (int up = 0; up < 2; up++) {
		if (up) {
			answer_badly(&(struct bad){.what = "well, this one is good"});
			assert_non_null(strstr(reply, "6:result2:ok"));
			connected("A", "B");
		}
		ask(QUERY("call", 4));
		strcpy(before, reply);
		for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			const struct bad *b = &bad[i];
			uint64_t refused = ng.refused[b->refusal];

			answer_badly(b);
			if (!strstr(reply, "5:error") || !strstr(reply, b->reason))
				fail_msg("%s: %s", b->what, reply);
			if (ng.refused[b->refusal] != refused + 1)
				fail_msg("%s: not counted as %s: %s", b->what,
					sl_refusal_names[b->refusal], reply);
			ask(QUERY("call", 4));
			if (strcmp(reply, before))
				fail_msg("%s: the call is not what it was: %s", b->what, reply);
		}
	}
	relay_close();
}

/* A request that cannot even be taken in. */
static void what_is_too_large_is_refused(void **state)
{
	static struct sl_ng_frame frame;
	const char *request = "d7:command5:offer3:sdp1048576:v=0";
	struct sl_server_reply out = {0};
	struct sl_error error = {0};
	uint64_t malformed = ng.malformed;

	relay_open(0);
	sl_ng_protocol.start(&frame);
	assert_true(sl_ng_protocol.frame(&frame, request, strlen(request), &error) < 0);
	sl_ng_protocol.refuse(&ng, &frame, request, error.text, &out);
	assert_non_null(memmem(out.data, out.len, error.text, strlen(error.text)));
	assert_int_equal(ng.malformed, malformed + 1);
	print_message("%s\n", error.text);
	free(out.data);
	relay_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_of_an_audio_call_fits_into_a_datagram),
		cmocka_unit_test(what_is_cut_is_said),
		cmocka_unit_test(one_party_too_many_is_no_full_relay),
		cmocka_unit_test(no_reply_is_larger_than_what_proxies_read),
		cmocka_unit_test(from_tag_means_something_if_directional),
		cmocka_unit_test(dtmf_may_be_blocked_from_the_start),
		cmocka_unit_test(a_fast_delete_is_short),
		cmocka_unit_test(keys_are_spelt_in_many_ways),
		cmocka_unit_test(what_is_refused_changes_nothing_and_is_counted),
		cmocka_unit_test(what_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, relay_set_up, NULL);
}
