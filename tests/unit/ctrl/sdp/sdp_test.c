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

#include "ctrl/sdp/sdp.h"

#define HEAD   "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\n"
#define C      "c=IN IP4 192.0.2.1\r\n"
#define T      "t=0 0\r\n"
#define AUDIO  "m=audio 5004 RTP/AVP 0 8 96\r\n"
#define X8(s)  s s s s s s s s
#define X64(s) X8(X8(s))

static struct sl_sdp sdp;
static struct sl_sdp_error error;

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *text;
	size_t len;
	unsigned line;
	const char *reason; /* part of it */
} bad[] =
	{
		{TEXT(""), 0, "empty"},
		{TEXT("\r\n\r\n"), 0, "empty"},
		{TEXT("v=0\r\n"), 0, "no o="},
		{TEXT("v=1\r\n"), 1, "v= is not 0"},
		{TEXT("o=- 1 2 IN IP4 192.0.2.1\r\nv=0\r\n"), 1, "begin with v=0"},
		{TEXT("hello"), 1, "letter=value"},
		{TEXT("v=0\r\ns=-\r\n"), 2, "o= does not follow v="},
		{TEXT("v=0\r\no=- 1 2 IN IP4\r\ns=-\r\n"), 2, "o= is not"},
		{TEXT(HEAD T AUDIO), 5, "m=audio has no c="},
		{TEXT(HEAD AUDIO C AUDIO), 6, "m=audio has no c="},
		{TEXT(HEAD "c=IN IP4\r\n" AUDIO), 4, "c= is not"},
		{TEXT(HEAD "c=\r\n" AUDIO), 4, "c= is not"},
		{TEXT(HEAD "c=IN IP4 192.0.2.1 x\r\n" AUDIO), 4, "c= is not"},
		{TEXT(HEAD "c=ATM IP4 192.0.2.1\r\n" AUDIO), 4, "network type 'ATM'"},
		{TEXT(HEAD "c=IN IP5 192.0.2.1\r\n" AUDIO), 4, "address type 'IP5'"},
		{TEXT(HEAD "c=IN IP4 example.com\r\n" AUDIO), 4,
			"'example.com', which is not an IPv4"},
		{TEXT(HEAD "c=IN IP4 192.0.2\r\n" AUDIO), 4, "not an IPv4"},
		{TEXT(HEAD "c=IN IP4 192.0.2.256\r\n" AUDIO), 4, "not an IPv4"},
		{TEXT(HEAD "c=IN IP4 2001:db8::1\r\n" AUDIO), 4, "not an IPv4"},
		{TEXT(HEAD "c=IN IP6 192.0.2.1\r\n" AUDIO), 4, "not an IPv6"},
		{TEXT(HEAD "c=IN IP6 fe80::1%eth0\r\n" AUDIO), 4, "not an IPv6"},
		{TEXT(HEAD "c=IN IP4 224.2.1.1/127/3\r\n" AUDIO), 4, "multicast"},
		{TEXT(HEAD C "m=\r\n"), 5, "m= is not"},
		{TEXT(HEAD C "m=audio 5004\r\n"), 5, "m= is not"},
		{TEXT(HEAD C "m=audio 5004 RTP/AVP\r\n"), 5, "no formats"},
		{TEXT(HEAD C "m=audio 65536 RTP/AVP 0\r\n"), 5, "port '65536'"},
		{TEXT(HEAD C "m=audio -1 RTP/AVP 0\r\n"), 5, "port '-1'"},
		{TEXT(HEAD C "m=audio 0x10 RTP/AVP 0\r\n"), 5, "port '0x10'"},
		{TEXT(HEAD C "m=audio 99999999999999999999 RTP/AVP 0\r\n"), 5,
			"port '99999999999999999999'"},
		{TEXT(HEAD C "m=audio 4294972300 RTP/AVP 0\r\n"), 5, "port '4294972300'"},
		{TEXT(HEAD C "m=audio 5004/ RTP/AVP 0\r\n"), 5, "number of ports"},
		{TEXT(HEAD C "m=audio 5004/0 RTP/AVP 0\r\n"), 5, "number of ports"},
		{TEXT(HEAD C "m=audio 5004/x RTP/AVP 0\r\n"), 5, "number of ports"},
		{TEXT(HEAD C "m=audio 5004 RTP/AVP 128\r\n"), 5, "payload type '128'"},
		{TEXT(HEAD C "m=audio 5004 RTP/SAVPF x\r\n"), 5, "payload type 'x'"},
		{TEXT(HEAD C "m=audio 5004 RTP/AVP" X64(" 0") X64(" 8") " 3\r\n"), 5,
			"more than 128"},
		{TEXT(HEAD "c=IN \x1b[2JP4 192.0.2.1\r\n" AUDIO), 4, "'?[2JP4'"},
		{TEXT(HEAD "c=IN IP4 " X64("x") "\r\n" AUDIO), 4,
			"'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'"},
		/* Lines that carry the rest. */
		{TEXT("v=0\0x\r\no=- 1 2 IN IP4 192.0.2.1\r\n"), 1, "NUL"},
		{TEXT(HEAD C "m=audio 5004 RTP/AVP 0\rm=audio 1 RTP/AVP 0\r\n"), 5,
			"carriage return"},
		{TEXT("v=0\r\no=- - 2 IN IP4 192.0.2.1 x\r\n"), 2, "o= is not"},
		/* The reason of the line that is to blame. */
		{TEXT(HEAD C AUDIO "c=IN IP4 pc.example.com\r\n"), 6,
			"'pc.example.com', which is not"},
		{TEXT(HEAD AUDIO C "m=video 1 RTP/AVP 96\r\nc=IN IP4 x\r\na=y\r\n"), 7,
			"'x', which is not"},
},
  /* Lines that count as absent, with a remark. */
	absent[] = {
		{TEXT(HEAD "v=0\r\n"), 4, "second v="},
		{TEXT(HEAD "o=- 1 2 IN IP4 192.0.2.1\r\n"), 4, "second o="},
		{TEXT(HEAD "s=-\r\n"), 4, "second s="},
		{TEXT(HEAD "q=1\r\n"), 4, "unknown line type q="},
		{TEXT(HEAD "ax\r\n"), 4, "letter=value"},
		{TEXT(HEAD "a\r\n"), 4, "letter=value"},
		{TEXT(HEAD "a=x\0y\r\n"), 4, "NUL"},
		{TEXT(HEAD "a=x\ry\r\n"), 4, "carriage return"},
		{TEXT(HEAD C C), 5, "second c="},
		{TEXT(HEAD C AUDIO C C), 7, "second c="},
		{TEXT(HEAD C AUDIO T), 6, "t= inside a media"},
		{TEXT(HEAD C AUDIO "s=-\r\n"), 6, "s= inside a media"},
		{TEXT(HEAD C AUDIO "a=rtcp:\r\n"), 6, "a=rtcp has port"},
		{TEXT(HEAD C AUDIO "a=rtcp:65536\r\n"), 6, "a=rtcp has port"},
		{TEXT(HEAD C AUDIO "a=rtcp:5005 IN IP4\r\n"), 6, "a=rtcp is not"},
		{TEXT(HEAD C AUDIO "a=rtcp:5005 IN IP4 host\r\n"), 6, "a=rtcp has 'host'"},
		{TEXT(HEAD C AUDIO "a=rtcp:1\r\na=rtcp:1\r\n"), 7, "second a=rtcp"},
		{TEXT(HEAD C "a=crypto:1 x\r\n" AUDIO), 5, "before the first m="},
		{TEXT(HEAD C AUDIO X8("a=crypto:1 x\r\n")
				 X8("a=crypto:1 x\r\n") "a=crypto:1 x\r\n"),
			22, "more than 16 a=crypto"},
		{TEXT(HEAD C "a=x\ny\r\n"), 6, "letter=value"},
		{TEXT(HEAD "c=IN IP4 host\r\n" AUDIO C), 4, "'host'"},
		{TEXT(HEAD "c=IN IP4 host\r\n" C AUDIO), 4, "'host'"},
		{TEXT(HEAD C AUDIO "c=IN IP4 host\r\n" C), 6, "'host'"},
		{TEXT(HEAD C "m=audio 0 RTP/AVP 0\r\nc=IN IP4 host\r\n"), 6, "'host'"},
		{TEXT(HEAD C AUDIO "a=rtcp:35651 IN IP4 7d1c.local\r\n"), 6, "'7d1c.local'"},
		{TEXT(HEAD C "a=rtcp-mux\r\n" AUDIO), 5, "before the first m="},
};

static void refuses(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sl_sdp_parse(&sdp, bad[i].text, bad[i].len, &error) != -EBADMSG)
			fail_msg("%s: was accepted", bad[i].text);
		if (!strstr(error.reason, bad[i].reason))
			fail_msg("\"%s\" does not say \"%s\"", error.reason, bad[i].reason);
		assert_int_equal(error.line, bad[i].line);
		assert_true(strlen(error.reason) < 160);
	}
}

static void takes_no_notice(void **state)
{
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		if (sl_sdp_parse(&sdp, absent[i].text, absent[i].len, &error))
			fail_msg("\"%s\" instead of \"%s\"", error.reason, absent[i].reason);
		if (!strstr(error.reason, absent[i].reason))
			fail_msg("\"%s\" does not say \"%s\"", error.reason, absent[i].reason);
		assert_int_equal(error.line, absent[i].line);
		for (unsigned m = 0; m < sdp.n_media; m++)
			assert_false(sdp.media[m].has_rtcp && sdp.media[m].rtcp_address.family);
	}
}

static const struct {
	const char *what, *text;
	unsigned media, lines;
} good[] = {
	{"LF", "v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\n" AUDIO "c=IN IP4 192.0.2.1\n", 1, 5},
	{"LF and CRLF", HEAD "a=x\n" C AUDIO, 1, 6},
	{"twice CR", HEAD C AUDIO "a=x\r\r\n", 1, 6},
	{"blanks and tabs", HEAD "c=IN\tIP4 192.0.2.1 \r\n" AUDIO " a=x \t\r\n", 1, 6},
	{"an empty line", HEAD C "\r\n" AUDIO, 1, 5},
	{"no s=", "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\n" C AUDIO, 1, 4},
	{"no user in o=", "v=0\r\no= 1 2 IN IP4 192.0.2.1\r\n" C AUDIO, 1, 4},
	{"two words for a user", "v=0\r\no=a b 1 2 IN IP4 192.0.2.1\r\n" C AUDIO, 1, 4},
	{"small and capital letters",
		"V=0\r\nO=- 1 2 in ip4 192.0.2.1\r\nC=in ip4 192.0.2.1\r\nM=AUDIO 1 rtp/avp 0\r\n",
		1, 4},
	{"a format that is no number", HEAD C "m=audio 1 RTP/AVP x 0\r\n", 1, 5},
	{"other media at a host", HEAD "c=IN IP4 host\r\nm=message 1 TCP/MSRP *\r\n", 1, 5},
	{"no media", HEAD C T, 0, 5},
	{"no t=", HEAD C AUDIO, 1, 5},
	{"no last line end", HEAD C "m=audio 5004 RTP/AVP 0", 1, 5},
	{"only CR at the end", HEAD C "m=audio 5004 RTP/AVP 0\r", 1, 5},
	{"empty lines at the end", HEAD C AUDIO "\r\n\r\n", 1, 5},
	{"c= in the media", HEAD T AUDIO C AUDIO C, 2, 8},
	{"refused media without c= and formats", HEAD T AUDIO C "m=video 0 RTP/AVP\r\n", 2, 7},
	{"refused media with odd formats", HEAD T "m=audio 0 RTP/AVP *\r\n", 1, 5},
	{"not RTP", HEAD C "m=image 5004 udptl t38\r\nm=message 2855 TCP/MSRP *\r\n", 2, 6},
	{"empty s=", "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=\r\n", 0, 3},
	{"a host in o=", "v=0\r\no=- 1 2 IN IP4 pc.example.com\r\ns=-\r\n", 0, 3},
	{"every session line",
		HEAD "i=x\r\nu=http://x\r\ne=x\r\np=+1\r\n" C "b=AS:1\r\n" T
		     "r=7d 1h 0 25h\r\nz=0 0\r\nk=prompt\r\na=x\r\n",
		0, 14},
	{"spaces", HEAD C "m=audio  5004 RTP/AVP 0  8 \r\n", 1, 5},
	{"malformed hints",
		HEAD C AUDIO "b=\r\nb=AS:x\r\na=ptime:20.5\r\na=rtpmap:\r\na=\r\na=:\r\n", 1, 11},
	{"media attributes in the session",
		HEAD C "a=rtcp:x\r\na=rtcp-mux\r\na=mid:1\r\na=ptime:1\r\n" AUDIO, 1, 9},
};

static void accepts(void **state)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (sl_sdp_parse(&sdp, good[i].text, strlen(good[i].text), &error))
			fail_msg("%s: %s", good[i].what, error.reason);
		assert_int_equal(sdp.n_media, good[i].media);
		assert_int_equal(sdp.n_lines, good[i].lines);
	}
}

static void sees_every_field(void **state)
{
	static const char text[] = HEAD
		"c=IN IP6 2001:db8::1\r\nb=AS:500\r\n" T
		"a=sendonly\r\na=ice-lite\r\na=ice-ufrag:abcd\r\n"
		"a=fingerprint:sha-256 00\r\n"
		"m=audio 5004/2 RTP/SAVPF 111 0\r\nc=IN IP4 "
		"192.0.2.7\r\nb=TIAS:64000\r\nb=AS:80\r\n"
		"a=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=mid:a1\r\n"
		"a=rtcp:5010 IN IP4 192.0.2.8\r\na=rtcp-mux\r\na=recvonly\r\na=setup:actpass\r\n"
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\na=crypto:2 y\r\n"
		"m=video 6000 UDP/TLS/RTP/SAVPF 96\r\na=rtcp-mux\r\na=rtcp-mux-only\r\na=rtcp:9\r\n"
		"m=image 7000 udptl t38\r\na=inactive\r\n";
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	static const uint8_t v4[16] = {192, 0, 2, 7}, rtcp[16] = {192, 0, 2, 8};
	const struct sl_sdp_media *media;

	assert_int_equal(sl_sdp_parse(&sdp, text, strlen(text), &error), 0);
	assert_true(sl_text_is(sdp.origin_user, "-"));
	assert_true(sl_text_is(sdp.origin_id, "1"));
	assert_true(sl_text_is(sdp.origin_version, "2"));
	assert_true(sl_text_is(sdp.origin_address, "192.0.2.1"));
	assert_int_equal(sdp.connection.family, AF_INET6);
	assert_memory_equal(sdp.connection.ip, v6, 16);
	assert_int_equal(sdp.bandwidth.as_kbps, 500);
	assert_true(sdp.ice && sdp.ice_lite && sdp.fingerprint && !sdp.setup);
	assert_int_equal(sdp.n_media, 3);

	media = &sdp.media[0];
	assert_int_equal(media->line, 11);
	assert_true(sl_text_is(media->type, "audio"));
	assert_int_equal(media->port, 5004);
	assert_int_equal(media->port_count, 2);
	assert_int_equal(media->proto, SL_SDP_SAVPF);
	assert_true(sl_text_is(media->formats, "111 0"));
	assert_int_equal(media->n_payload_types, 2);
	assert_int_equal(media->payload_types[0], 111);
	assert_int_equal(media->payload_types[1], 0);
	assert_true(media->own_connection);
	assert_int_equal(media->connection.family, AF_INET);
	assert_memory_equal(media->connection.ip, v4, 16);
	assert_int_equal(media->bandwidth.tias_bps, 64000);
	assert_int_equal(media->bandwidth.as_kbps, 80);
	assert_int_equal(media->ptime, 20);
	assert_true(sl_text_is(media->mid, "a1"));
	assert_true(media->has_rtcp);
	assert_int_equal(media->rtcp_port, 5010);
	assert_int_equal(media->rtcp_address.family, AF_INET);
	assert_memory_equal(media->rtcp_address.ip, rtcp, 16);
	assert_true(media->rtcp_mux && !media->rtcp_mux_only);
	assert_int_equal(media->direction, SL_SDP_RECVONLY);
	assert_true(media->ice && media->fingerprint && media->setup);
	assert_int_equal(media->n_crypto, 2);
	assert_true(sl_text_is(media->crypto[0], "1 AES_CM_128_HMAC_SHA1_80 inline:x"));
	assert_true(sl_text_is(media->crypto[1], "2 y"));

	media = &sdp.media[1];
	assert_int_equal(media->proto, SL_SDP_DTLS_SAVPF);
	assert_false(media->own_connection);
	assert_memory_equal(media->connection.ip, v6, 16);
	assert_int_equal(media->direction, SL_SDP_SENDONLY);
	assert_int_equal(media->rtcp_port, 9);
	assert_int_equal(media->rtcp_address.family, 0);
	assert_true(media->rtcp_mux_only && !media->setup);
	assert_int_equal(media->n_crypto, 0);

	media = &sdp.media[2];
	assert_int_equal(media->proto, SL_SDP_OTHER);
	assert_true(sl_text_is(media->proto_text, "udptl"));
	assert_int_equal(media->n_payload_types, 0);
	assert_int_equal(media->direction, SL_SDP_INACTIVE);
	assert_false(media->has_rtcp);
}

static void finds_rtpmaps(void **state)
{
	static const char text[] =
		HEAD C AUDIO "a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 x\r\na=rtpmap:98 "
			     "y/0\r\na=rtpmap:99 /8000\r\n"
			     "m=video 6000 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n";
	struct sl_sdp_rtpmap map;

	assert_int_equal(sl_sdp_parse(&sdp, text, strlen(text), &error), 0);
	assert_true(sl_sdp_rtpmap(&sdp, 0, 96, &map));
	assert_true(sl_text_is(map.encoding, "opus"));
	assert_int_equal(map.clock_rate, 48000);
	assert_int_equal(map.channels, 2);
	assert_false(sl_sdp_rtpmap(&sdp, 0, 97, &map));
	assert_false(sl_sdp_rtpmap(&sdp, 0, 98, &map));
	assert_false(sl_sdp_rtpmap(&sdp, 0, 99, &map));
	assert_false(sl_sdp_rtpmap(&sdp, 0, 0, &map));
	assert_false(sl_sdp_rtpmap(&sdp, 1, 96, &map));
	assert_true(sl_sdp_rtpmap(&sdp, 1, 97, &map));
	assert_int_equal(map.channels, 1);
}

/* 10,000 lines, too many media, too many bytes: refused; exactly at the bounds: taken. */
static void bounds(void **state)
{
	static char text[10000 * 5 + sizeof(HEAD C) + 8];
	static char large[SL_SDP_BYTES_MAX + 2];
	size_t head = sizeof(HEAD C) - 1;

	memcpy(text, HEAD C, head);
	for (int i = 0; i < 10000; i++)
		memcpy(text + head + 5 * i, "a=x\r\n", 5);
	assert_int_equal(sl_sdp_parse(&sdp, text, head + 50000, &error), -EBADMSG);
	assert_int_equal(error.line, SL_SDP_LINES_MAX + 1);
	assert_non_null(strstr(error.reason, "more than 512 lines"));
	assert_int_equal(sl_sdp_parse(&sdp, text, head + 5 * (SL_SDP_LINES_MAX - 4), &error), 0);
	assert_int_equal(sdp.n_lines, SL_SDP_LINES_MAX);

	for (int i = 0; i <= SL_SDP_MEDIA_MAX; i++)
		memcpy(text + head + 18 * i, "m=a 1 RTP/AVP 0 \r\n", 18);
	assert_int_equal(sl_sdp_parse(&sdp, text, head + 18 * SL_SDP_MEDIA_MAX, &error), 0);
	assert_int_equal(sdp.n_media, SL_SDP_MEDIA_MAX);
	assert_int_equal(
		sl_sdp_parse(&sdp, text, head + 18 * (SL_SDP_MEDIA_MAX + 1), &error), -EBADMSG);
	assert_non_null(strstr(error.reason, "more than 32 m="));

	memset(large, 'x', sizeof(large));
	memcpy(large, HEAD "a=", sizeof(HEAD "a=") - 1);
	assert_int_equal(sl_sdp_parse(&sdp, large, SL_SDP_BYTES_MAX, &error), 0);
	assert_int_equal(sl_sdp_parse(&sdp, large, SL_SDP_BYTES_MAX + 1, &error), -EBADMSG);
	assert_non_null(strstr(error.reason, "longer than"));
}

/* Cut at every byte, in memory that ends there: taken or refused, never read beyond (ASan). */
static void truncated(void **state)
{
	static const char text[] = HEAD C T AUDIO "a=rtcp:5005 IN IP4 192.0.2.1\r\na=crypto:1 "
						  "x\r\na=rtpmap:96 opus/48000/2\r\na=ptime:20\r\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		char *exact = malloc(len + 1);
		struct sl_sdp_rtpmap map;

		memcpy(exact, text, len);
		exact = realloc(exact, len ? len : 1);
		if (sl_sdp_parse(&sdp, exact, len, &error) == 0 && sdp.n_media)
			sl_sdp_rtpmap(&sdp, 0, 96, &map);
		else if (sdp.n_media == 0 && error.reason[0])
			assert_memory_equal(error.reason, "SDP", 3);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(takes_no_notice),
		cmocka_unit_test(accepts),
		cmocka_unit_test(sees_every_field),
		cmocka_unit_test(finds_rtpmaps),
		cmocka_unit_test(bounds),
		cmocka_unit_test(truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
