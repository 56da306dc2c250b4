/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/offer/negotiate.h"

#define K30 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define K44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis"

#define SAVP(lines) "m=audio 5004 RTP/SAVP 0\r\n" lines
#define LINE(value) "a=crypto:" value "\r\n"
#define CM80        LINE("1 AES_CM_128_HMAC_SHA1_80 inline:" K30)
#define CM32        LINE("2 AES_CM_128_HMAC_SHA1_32 inline:" K30)

/* Offers: what is taken of them, or why nothing is. */
static const struct {
	const char *media; /* m= and what follows */
	const char *address;
	unsigned rtcp; /* port */
	enum sl_suite suite;
	uint32_t tag;
	const char *reason;
	bool inactive, held, mux, osrtp;
	/* The policy it meets. */
	enum sl_suite minimum, pref, in_force;
	bool secure_only;
	enum sl_suite kept; /* found again of in_force */
	uint16_t no, only;
} offers[] = {
	{"m=audio 5004 RTP/AVP 0\r\n", "192.0.2.1", 5005, SL_SUITE_NONE, 0},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000\r\n", "192.0.2.1", 6000, SL_SUITE_NONE, 0},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp-mux\r\n", "192.0.2.1", 5005, SL_SUITE_NONE, 0,
		.mux = true},
	{"m=audio 0 RTP/AVP 0\r\n", "192.0.2.1", 0, SL_SUITE_NONE, 0, .inactive = true},
	{"m=audio 5004 RTP/AVP 0\r\n", "0.0.0.0", 5005, SL_SUITE_NONE, 0, .held = true},
	{SAVP(CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1},
	/* The first that can be served, in the order of the one who offers. */
	{SAVP(CM32 CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2},
	{SAVP(LINE("4 NULL_HMAC_SHA1_80 inline:" K30) CM32), "192.0.2.1", 5005,
		SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2},
	{SAVP(LINE("4 AES_CM_128_HMAC_SHA1_80 inline:" K30 "|2^20|1:4") CM32), "192.0.2.1", 5005,
		SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2},
	{SAVP(LINE("9 AEAD_AES_256_GCM inline:" K44) CM80), "192.0.2.1", 5005,
		SL_SUITE_AEAD_AES_256_GCM, 9},
	/* RFC 8643: keys in a plain profile may be used. */
	{"m=audio 5004 RTP/AVP 0\r\n" CM80, "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.osrtp = true},
	/* If none of them can be, it is plain RTP. */
	{"m=audio 5004 RTP/AVP 0\r\n" LINE("1 NULL_HMAC_SHA1_80 inline:" K30), "192.0.2.1", 5005,
		SL_SUITE_NONE, 0},
	{"m=audio 5004 RTP/AVP 0\r\n" LINE("what"), "192.0.2.1", 5005, SL_SUITE_NONE, 0},
	/* A suite that the flags forbid is taken only if nothing else is there. */
	{SAVP(CM32 CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.no = 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_32},
	{SAVP(CM32 CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.only = 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SAVP(CM32 CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2,
		.only = 1 << SL_SUITE_AEAD_AES_256_GCM},
	{SAVP(CM32), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2,
		.no = 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_32},
	{SAVP(CM32 CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.minimum = SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		.no = 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	/* min-suite passes over what is weaker, and counts tag bits too. */
	{SAVP(CM32 CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.minimum = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SAVP(CM32 CM80), "192.0.2.1", .reason = "min-suite",
		.minimum = SL_SUITE_AES_192_CM_HMAC_SHA1_32},
	/* allow-rtp = no */
	{"m=audio 5004 RTP/AVP 0\r\n", "192.0.2.1", .reason = "allow-rtp", .secure_only = true},
	{"m=audio 5004 RTP/AVP 0\r\n" CM80, "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.secure_only = true},
	{"m=audio 0 RTP/AVP 0\r\n", "192.0.2.1", 0, SL_SUITE_NONE, 0, .inactive = true,
		.secure_only = true},
	{SAVP(CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1, .secure_only = true},
	/* offerer_pref picks one that is there. */
	{SAVP(CM80 CM32), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2,
		.pref = SL_SUITE_AES_CM_128_HMAC_SHA1_32},
	{SAVP(CM80 CM32), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.pref = SL_SUITE_AEAD_AES_128_GCM},
	/* The suite in force is found again, for `static`. */
	{SAVP(CM80 CM32), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_32,
		.kept = SL_SUITE_AES_CM_128_HMAC_SHA1_32},
	{SAVP(CM80), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
		.in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_32},
	/* A mistake behind a line that was taken harms nobody. */
	{SAVP(CM80 LINE("2 AES_CM_128_HMAC_SHA1_32 inline:AAAA")), "192.0.2.1", 5005,
		SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1},
	{SAVP(""), "192.0.2.1", .reason = "no a=crypto"},
	{SAVP(LINE("4 NULL_HMAC_SHA1_80 inline:" K30)), "192.0.2.1", .reason = "can be served"},
	{SAVP(LINE("1 AES_CM_128_HMAC_SHA1_80 inline:AAAA")), "192.0.2.1", .reason = "a=crypto"},
/* A malformed line is passed over as long as something else is there. */
#define PASSED_OVER(line)                                                                     \
	{SAVP(LINE(line) CM32), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2},      \
	{                                                                                     \
		SAVP(CM32 LINE(line)), "192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 2 \
	}
	PASSED_OVER("1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"),
	PASSED_OVER("1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "|0"),
	PASSED_OVER("1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "|2^20|1:"),
	PASSED_OVER("1 AES_CM_128_HMAC_SHA1_80 inline:AAEC*wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"),
	PASSED_OVER("1 AES_CM_128_HMAC_SHA1_80"),
	PASSED_OVER("AES_CM_128_HMAC_SHA1_80 inline:" K30),
	PASSED_OVER("1234567890 AES_CM_128_HMAC_SHA1_80 inline:" K30),
	PASSED_OVER("1 ROT13 inline:" K30),
	PASSED_OVER("1 AES_CM_128_HMAC_SHA1_80 inline:" K30 " WSH=x"),
	PASSED_OVER(""),
	/* The reason is that of the first. */
	{SAVP(LINE("1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "|0") LINE("2 X inline:")), "192.0.2.1",
		.reason = "lifetime"},
	{SAVP(LINE("1 AES_CM_128_HMAC_SHA1_80 inline:" K30 " UNENCRYPTED_SRTP")), "192.0.2.1",
		.reason = "can be served"},
	{"m=audio 5004 UDP/TLS/RTP/SAVPF 0\r\n", "192.0.2.1", .reason = "DTLS-SRTP"},
	{"m=audio 5004/2 RTP/AVP 0\r\n", "192.0.2.1", .reason = "one port"},
	{"m=audio 65535 RTP/AVP 0\r\n", "192.0.2.1", .reason = "65535"},
	{"m=audio 5004 RTP/AVP 0\r\n", "127.0.0.1", .reason = "loopback"},
	{"m=audio 5004 RTP/AVP 0\r\n", "::1", .reason = "loopback"},
	{"m=audio 5004 RTP/AVP 0\r\n", "169.254.169.254", .reason = "link-local"},
	{"m=audio 5004 RTP/AVP 0\r\n", "fe80::1", .reason = "link-local"},
	{"m=audio 5004 RTP/AVP 0\r\n", "239.1.2.3", .reason = "multicast"},
	{"m=audio 5004 RTP/AVP 0\r\n", "::ffff:192.0.2.1", .reason = "IPv4-mapped"},
	{"m=audio 5004 RTP/AVP 0\r\n", "::ffff:127.0.0.1", .reason = "loopback"},
	{"m=audio 5004 RTP/AVP 0\r\n", "ff02::1", .reason = "multicast"},
	{"m=audio 5004 RTP/AVP 0\r\n", "255.255.255.255", .reason = "broadcast"},
	/* An a=rtcp that names nothing, or where nothing can be sent, counts as absent. */
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 192.0.2.9\r\n", "192.0.2.1", 6000},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP6 ::ffff:192.0.2.1\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 127.0.0.1\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP6 2001:db8::1\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 a1.local\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:what\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\n", "192.0.2.1", 5005,
		.mux = true},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:6000 in ip6 ::\r\n", "192.0.2.1", 5005},
	{"m=audio 5004 RTP/AVP 0\r\na=rtcp:9\r\n", "192.0.2.1", 5005},
	{"m=audio 65535 RTP/AVP 0\r\na=rtcp-mux\r\n", "192.0.2.1", 65535, .mux = true},
	/* Words of SDP in any case. */
	{"m=AUDIO 5004 rtp/avp 0\r\na=RTCP-Mux \r\n", "192.0.2.1", 5005, .mux = true},
	{"m=audio 5004 rtp/savp 0\r\nA=Crypto:1 aes_cm_128_hmac_sha1_80 INLINE:" K30 " \r\n",
		"192.0.2.1", 5005, SL_SUITE_AES_CM_128_HMAC_SHA1_80, 1},
	{"m=audio 5004 rtp/avp 0\r\n", "192.0.2.1", .reason = "allow-rtp", .secure_only = true},
	{"m=audio 5004 rtp/SAVPF 0\r\n" CM32, "192.0.2.1", .reason = "min-suite",
		.minimum = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
};

static void parse(struct sl_sdp *sdp, const char *address, const char *media)
{
	static char text[1024];
	struct sl_sdp_error error;

	snprintf(text, sizeof(text),
		"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n%s",
		strchr(address, ':') ? "IP6" : "IP4", address, media);
	if (sl_sdp_parse(sdp, text, strlen(text), &error))
		fail_msg("%s%s", media, error.reason);
}

static void what_is_taken_of_an_offer(void **state)
{
	for (unsigned i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		struct sl_error refused = {0};
		struct sl_sdes_options sdes = {.no = offers[i].no, .only = offers[i].only};
		const struct sl_offer_policy policy = {.sdes = &sdes,
			.minimum = offers[i].minimum,
			.secure_only = offers[i].secure_only,
			.in_force = offers[i].in_force};
		struct sl_media_params t;
		struct sl_sdp sdp;
		int rc;

		if (offers[i].pref)
			sl_suite_list_add(&sdes.offerer_pref, offers[i].pref);
		parse(&sdp, offers[i].address, offers[i].media);
		rc = sl_negotiate_offer(&sdp, 0, &policy, &t, &refused);
		if (!rc != !offers[i].reason || (rc && !strstr(refused.text, offers[i].reason)))
			fail_msg("%s%s: %d %s", offers[i].media, offers[i].address, rc,
				refused.text);
		if (rc)
			continue;
		print_message("%s", offers[i].media);
		assert_int_equal(t.active, !offers[i].inactive);
		assert_int_equal(t.held, offers[i].held);
		assert_int_equal(t.mux, offers[i].mux);
		assert_int_equal(t.theirs.suite, offers[i].suite);
		assert_int_equal(t.tag, offers[i].tag);
		assert_int_equal(t.osrtp, offers[i].osrtp);
		assert_int_equal(t.kept.theirs.suite, offers[i].kept);
		assert_int_equal(t.remote[SL_RTCP].port, offers[i].rtcp);
	}
}

/* The proposal to the other side: strongest first, as the flags allow. */
static const struct {
	enum sl_sdp_proto from, asked;
	uint16_t no, only;
	bool off;
	enum sl_sdp_proto proto;
	uint8_t n, first;
	const char *reason;
	bool osrtp, from_osrtp, secure_only, nonew;
	uint16_t offered;
	enum sl_suite minimum, order, in_force;
} proposals[] = {
	{SL_SDP_AVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_AVP, 0, 0, NULL},
	{SL_SDP_SAVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_SAVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL},
	{SL_SDP_SAVP, SL_SDP_AVP, 0, 0, false, SL_SDP_AVP, 0, 0, NULL},
	{SL_SDP_AVP, SL_SDP_SAVPF, 0, 0, false, SL_SDP_SAVPF, 3, SL_SUITE_AEAD_AES_256_GCM, NULL},
	{SL_SDP_AVP, SL_SDP_SAVP, 1 << SL_SUITE_AEAD_AES_256_GCM, 0, false, SL_SDP_SAVP, 2,
		SL_SUITE_AES_256_CM_HMAC_SHA1_80, NULL},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 1 << SL_SUITE_AES_192_CM_HMAC_SHA1_32, false, SL_SDP_SAVP, 1,
		SL_SUITE_AES_192_CM_HMAC_SHA1_32, NULL},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 1 << SL_SUITE_AEAD_AES_256_GCM, false, SL_SDP_SAVP, 1,
		SL_SUITE_AEAD_AES_256_GCM, NULL},
	/* `only` goes before `no`. */
	{SL_SDP_AVP, SL_SDP_SAVP, 1 << SL_SUITE_AEAD_AES_128_GCM, 1 << SL_SUITE_AEAD_AES_128_GCM,
		false, SL_SDP_SAVP, 1, SL_SUITE_AEAD_AES_128_GCM, NULL},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 1, false, 0, 0, 0, "no suite"},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_32, false, 0, 0, 0,
		"min-suite", .minimum = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 0, false, SL_SDP_SAVP, 2, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.minimum = SL_SUITE_AES_192_CM_HMAC_SHA1_80},
	{SL_SDP_SAVP, SL_SDP_OTHER, 0, 1 << SL_SUITE_AEAD_AES_256_GCM, false, SL_SDP_SAVP, 1,
		SL_SUITE_AES_CM_128_HMAC_SHA1_32, NULL, .nonew = true,
		.offered = 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_32},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 0, false, SL_SDP_SAVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.nonew = true},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 0, false, SL_SDP_SAVP, 3, SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		NULL, .order = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 0, false, SL_SDP_SAVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.order = SL_SUITE_AES_192_CM_HMAC_SHA1_32},
	/* The suite in force comes first, even before an order, and if no other call would be
	 * offered it; but it has to be allowed. */
	{SL_SDP_SAVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_SAVP, 3, SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		NULL, .in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SL_SDP_SAVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_SAVP, 4, SL_SUITE_AES_CM_128_HMAC_SHA1_32,
		NULL, .in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_32,
		.order = SL_SUITE_AEAD_AES_256_GCM},
	{SL_SDP_SAVP, SL_SDP_OTHER, 1 << SL_SUITE_AES_CM_128_HMAC_SHA1_80, 0, false, SL_SDP_SAVP, 2,
		SL_SUITE_AEAD_AES_256_GCM, NULL, .in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SL_SDP_SAVP, SL_SDP_OTHER, 0, 1 << SL_SUITE_AEAD_AES_256_GCM, false, SL_SDP_SAVP, 1,
		SL_SUITE_AEAD_AES_256_GCM, NULL, .in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	{SL_SDP_SAVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_SAVP, 2, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.in_force = SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		.minimum = SL_SUITE_AES_256_CM_HMAC_SHA1_80},
	/* RFC 8643 */
	{SL_SDP_AVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_AVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.osrtp = true},
	{SL_SDP_SAVP, SL_SDP_AVP, 0, 0, false, SL_SDP_AVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.osrtp = true},
	{SL_SDP_AVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_AVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.from_osrtp = true},
	{SL_SDP_AVP, SL_SDP_OTHER, 0, 0, true, SL_SDP_AVP, 0, 0, NULL, .from_osrtp = true},
	{SL_SDP_AVP, SL_SDP_OTHER, 0, 0, false, 0, 0, 0, "allow-rtp", .secure_only = true},
	{SL_SDP_AVP, SL_SDP_OTHER, 0, 0, false, SL_SDP_AVP, 3, SL_SUITE_AEAD_AES_256_GCM, NULL,
		.secure_only = true, .osrtp = true},
	{SL_SDP_AVP, SL_SDP_SAVP, 0, 0, true, 0, 0, 0, "switched off"},
	{SL_SDP_AVP, SL_SDP_DTLS_SAVP, 0, 0, false, 0, 0, 0, "DTLS-SRTP"},
};

static void what_is_proposed(void **state)
{
	for (unsigned i = 0; i < sizeof(proposals) / sizeof(proposals[0]); i++) {
		const struct sl_config_interface to = {.name = "outside",
			.min_suite = proposals[i].minimum,
			.secure_only = proposals[i].secure_only};
		struct sl_media_params from = {.active = true,
			.media = true,
			.proto = proposals[i].from,
			.osrtp = proposals[i].from_osrtp,
			.suites = proposals[i].offered};
		struct sl_request o = {.proto = proposals[i].asked,
			.osrtp_offer = proposals[i].osrtp,
			.sdes = {.no = proposals[i].no,
				.only = proposals[i].only,
				.off = proposals[i].off,
				.nonew = proposals[i].nonew}};
		struct sl_proposal p;
		struct sl_error refused = {0};
		int rc;

		if (proposals[i].order)
			sl_suite_list_add(&o.sdes.order, proposals[i].order);
		rc = sl_negotiate_propose(&from, &o, &to, proposals[i].in_force, &p, &refused);

		if (!rc != !proposals[i].reason ||
			(rc && !strstr(refused.text, proposals[i].reason)))
			fail_msg("case %u: %d %s", i, rc, refused.text);
		if (rc)
			continue;
		assert_int_equal(p.proto, proposals[i].proto);
		assert_int_equal(p.suites.n, proposals[i].n);
		assert_int_equal(p.suites.suite[0], proposals[i].first);
	}
}

/* OSRTP and `static` once both have spoken: what the one who offered is left with. */
static const struct {
	enum sl_suite answered;
	bool accept, keep, proto_accept;
	enum sl_suite suite;
	uint32_t tag;
	enum sl_sdp_proto proto;
} settled[] = {
	{SL_SUITE_NONE, false, false, false, SL_SUITE_NONE, 1, SL_SDP_AVP},
	{SL_SUITE_NONE, true, false, false, SL_SUITE_AEAD_AES_256_GCM, 1, SL_SDP_AVP},
	{SL_SUITE_AES_CM_128_HMAC_SHA1_80, false, false, false, SL_SUITE_AEAD_AES_256_GCM, 1,
		SL_SDP_AVP},
	{SL_SUITE_AES_CM_128_HMAC_SHA1_80, false, true, false, SL_SUITE_AES_CM_128_HMAC_SHA1_32, 5,
		SL_SDP_AVP},
	{SL_SUITE_AES_CM_128_HMAC_SHA1_80, false, false, true, SL_SUITE_AEAD_AES_256_GCM, 1,
		SL_SDP_AVPF},
};

static void what_the_offerer_gets(void **state)
{
	for (unsigned i = 0; i < sizeof(settled) / sizeof(settled[0]); i++) {
		struct sl_media_params from = {.active = true,
			.media = true,
			.osrtp = true,
			.proto = SL_SDP_AVP,
			.tag = 1,
			.theirs = {.suite = SL_SUITE_AEAD_AES_256_GCM},
			.kept = {.tag = 5, .theirs = {.suite = SL_SUITE_AES_CM_128_HMAC_SHA1_32}}};
		const struct sl_media_params to = {
			.proto = SL_SDP_AVPF, .theirs = {.suite = settled[i].answered}};
		const struct sl_request o = {.osrtp_accept = settled[i].accept,
			.proto_accept = settled[i].proto_accept,
			.sdes = {.keep = settled[i].keep}};

		sl_negotiate_settle(&from, &to, &o, 0);
		assert_int_equal(from.theirs.suite, settled[i].suite);
		assert_int_equal(from.tag, settled[i].tag);
		assert_int_equal(from.proto, settled[i].proto);
	}
}

/* An SDP that is too long loses suites from the end, but for the one that everybody knows and the
 * one in force. */
static void which_suites_go_last(void **state)
{
	static const struct {
		enum sl_suite in_force;
		uint8_t left;
	} lists[] = {
		{SL_SUITE_NONE, SL_SUITE_AES_CM_128_HMAC_SHA1_80},
		{SL_SUITE_AEAD_AES_256_GCM, SL_SUITE_AEAD_AES_256_GCM},
		{SL_SUITE_AES_CM_128_HMAC_SHA1_32, SL_SUITE_AES_CM_128_HMAC_SHA1_32},
		{SL_SUITE_AES_CM_128_HMAC_SHA1_80, SL_SUITE_AES_CM_128_HMAC_SHA1_80},
	};
	const struct sl_sdes_options none = {0};

	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct sl_suite_list list =
			sl_sdes_propose(&none, 0, lists[i].in_force, SL_SUITE_NONE);

		for (unsigned n = list.n; n > 1; n--) {
			assert_int_equal(list.n, n);
			assert_true(sl_suite_list_shorten(&list));
		}
		assert_false(sl_suite_list_shorten(&list));
		assert_int_equal(list.suite[0], lists[i].left);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_of_an_offer),
		cmocka_unit_test(what_is_proposed),
		cmocka_unit_test(what_the_offerer_gets),
		cmocka_unit_test(which_suites_go_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
