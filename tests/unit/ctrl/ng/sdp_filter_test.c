/* SPDX-License-Identifier: BSD-3-Clause */
/* The `codec` and `sdp-attr` options of a routing script, on an SDP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/ng_options.h"

#define HEAD                  "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO(formats, lines) HEAD "m=audio 4000 RTP/AVP " formats "\r\n" lines
#define OPUS                  "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
#define AMR                   "a=rtpmap:97 AMR-WB/16000\r\na=fmtp:97 octet-align=1\r\n"
#define EVENT                 "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
#define ALL                   AUDIO("96 97 8 0 101", OPUS AMR EVENT "a=ptime:20\r\n")

#define VIDEO                                                                             \
	HEAD "m=video 4002 RTP/AVPF 100 102 103 104\r\na=rtpmap:100 VP8/90000\r\n"        \
	     "a=rtcp-fb:100 nack\r\na=rtcp-fb:* ccm fir\r\na=rtpmap:102 H264/90000\r\n"   \
	     "a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=100\r\na=rtpmap:104 rtx/90000\r\n" \
	     "a=fmtp:104 rtx-time=200; apt=102\r\n"

#define MODES                                                                              \
	AUDIO("96 97 8", "a=rtpmap:96 AMR/8000\r\na=fmtp:96 mode-set=0; octet-align=1\r\n" \
			 "a=rtpmap:97 AMR/8000\r\na=fmtp:97 mode-set=7; octet-align=1\r\n")
#define WIDE AUDIO("96 8", "a=rtpmap:96 PCMU/16000\r\n")

static const struct {
	const char *flags; /* as a script writes them */
	bool answer;
	const char *in, *out; /* out NULL: refused */
} cases[] = {
	{"codec-strip-opus", false, ALL, AUDIO("97 8 0 101", AMR EVENT "a=ptime:20\r\n")},
	{"codec-strip-OPUS", false, ALL, AUDIO("97 8 0 101", AMR EVENT "a=ptime:20\r\n")},
	{"codec-strip-opus/48000/2", false, ALL, AUDIO("97 8 0 101", AMR EVENT "a=ptime:20\r\n")},
	{"codec-strip-opus/48000/1 codec-strip-AMR", false, ALL, ALL},
	{"codec-strip-0", false, ALL, AUDIO("96 97 8 101", OPUS AMR EVENT "a=ptime:20\r\n")},
	/* Known without a=rtpmap. */
	{"codec-strip-PCMU", false, ALL, AUDIO("96 97 8 101", OPUS AMR EVENT "a=ptime:20\r\n")},
	{"codec=[strip=all except=[PCMA telephone-event]]", false, ALL,
		AUDIO("8 101", EVENT "a=ptime:20\r\n")},
	{"codec-strip-all codec-offer-PCMU codec-offer-PCMA", false, ALL,
		AUDIO("0 8", "a=ptime:20\r\n")},
	{"codec-offer-PCMA", false, ALL, AUDIO("8 96 97 0 101", OPUS AMR EVENT "a=ptime:20\r\n")},
	/* An answer keeps the order of the one who answers. */
	{"codec-offer-PCMA", true, ALL, ALL},
	{"codec-mask-opus", false, ALL, AUDIO("97 8 0 101", AMR EVENT "a=ptime:20\r\n")},
	{"codec-mask-opus", true, ALL, ALL},
	{"codec-strip-opus", true, ALL, AUDIO("97 8 0 101", AMR EVENT "a=ptime:20\r\n")},
	/* Nothing left to talk with: as if nothing had been asked. */
	{"codec-strip-all", false, ALL, ALL},
	{"codec=[strip=all offer=telephone-event]", false, ALL, ALL},
	{"codec-strip-all codec-offer-G729", false, ALL, ALL},
	{"single-codec", true, ALL, AUDIO("96 101", OPUS EVENT "a=ptime:20\r\n")},
	{"single-codec", false, ALL, ALL},
	/* A codec that was offered need not be transcoded. */
	{"codec-strip-all codec-transcode-PCMA", false, ALL, AUDIO("8", "a=ptime:20\r\n")},
	{"codec-transcode-G729", false, ALL, NULL},
	{"codec-transcode-PCMU", false, ALL, ALL}, /* in its place */
	{"codec-transcode-PCMU/8000/1", false, ALL, ALL},
	/* With another rate, other channels or other parameters it is another codec. */
	{"codec-transcode-PCMU/16000", false, ALL, NULL},
	{"codec-transcode-opus/48000/1", false, ALL, NULL},
	{"codec-transcode-AMR/8000/1///octet-align--1", false, MODES, MODES},
	{"codec-transcode-AMR/8000/1///OCTET-ALIGN--1;mode-set--7", false, MODES, MODES},
	{"codec-transcode-AMR/8000/1///octet-align--0", false, MODES, NULL},
	{"codec-transcode-PCMU", false, WIDE, NULL},
	{"codec-strip-AMR/8000/1///mode-set--0", false, MODES,
		AUDIO("97 8", "a=rtpmap:97 AMR/8000\r\na=fmtp:97 mode-set=7; octet-align=1\r\n")},
	/* An event format never leads. */
	{"codec-offer-telephone-event", false, ALL,
		AUDIO("96 101 97 8 0", OPUS AMR EVENT "a=ptime:20\r\n")},
	{"codec-strip-PCMU", false, AUDIO("0 101 8", EVENT), AUDIO("8 101", EVENT)},
	{"codec-strip-PCMU", false, AUDIO("0 13 101 8 9", EVENT), AUDIO("8 13 101 9", EVENT)},
	{"single-codec", true, AUDIO("101 8 0", EVENT), AUDIO("8 101", EVENT)},
	{"transcode-opus codec-strip-opus", false, ALL, NULL},
	{"codec-transcode-G729", true, ALL, ALL},
	{"codec-transcode-G729", false, VIDEO, VIDEO},
	/* RTX goes with what it repeats. */
	{"codec-strip-VP8", false, VIDEO,
		HEAD "m=video 4002 RTP/AVPF 102 104\r\na=rtcp-fb:* ccm fir\r\n"
		     "a=rtpmap:102 H264/90000\r\na=rtpmap:104 rtx/90000\r\n"
		     "a=fmtp:104 rtx-time=200; apt=102\r\n"},
	{"codec-strip-opus", false,
		AUDIO("96 63 0", OPUS "a=rtpmap:63 red/48000/2\r\na=fmtp:63 96/96\r\n"),
		AUDIO("0", "")},
	/* A medium that is refused, or no RTP, is left alone. */
	{"codec-strip-PCMU", false,
		HEAD "m=audio 0 RTP/AVP 0 8\r\nm=image 4004 udptl t38\r\na=T38FaxVersion:0\r\n",
		HEAD "m=audio 0 RTP/AVP 0 8\r\nm=image 4004 udptl t38\r\na=T38FaxVersion:0\r\n"},
	{"sdp-attr=[audio=[add=ptime:20 remove=mid substitute=[label label:x]]]", false,
		HEAD "m=audio 0 RTP/AVP 0\r\na=mid:1\r\na=label:1\r\nm=audio 4000 RTP/AVP "
		     "0\r\na=mid:2\r\n",
		HEAD "m=audio 0 RTP/AVP 0\r\na=mid:1\r\na=label:1\r\nm=audio 4000 RTP/AVP "
		     "0\r\na=ptime:20\r\n"},
	{"sdp-attr-add-audio-sendonly", false, ALL,
		AUDIO("96 97 8 0 101", OPUS AMR EVENT "a=ptime:20\r\na=sendonly\r\n")},
	{"sdp-attr-add-audio-ptime:20", false, ALL, ALL}, /* is there */
	{"sdp-attr-add-video-ptime:20", false, ALL, ALL},
	{"sdp-attr-add-none-x:y", false, AUDIO("0", ""),
		HEAD "a=x:y\r\nm=audio 4000 RTP/AVP 0\r\n"},
	{"sdp-attr=[global=[add=[x y]]]", false, AUDIO("0", ""),
		HEAD "a=x\r\na=y\r\nm=audio 4000 RTP/AVP 0\r\n"},
	{"sdp-attr-remove-audio-ptime", false, ALL, AUDIO("96 97 8 0 101", OPUS AMR EVENT)},
	{"sdp-attr-remove-audio-fmtp:101", false, ALL,
		AUDIO("96 97 8 0 101",
			OPUS AMR "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n")},
	{"sdp-attr-remove-audio-fmtp:10", false, ALL, ALL},
	{"sdp-attr-remove-audio-fmt", false, ALL, ALL},
	{"sdp-attr-remove-audio-fmtp:101..0-16", false, ALL,
		AUDIO("96 97 8 0 101",
			OPUS AMR "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n")},
	{"sdp-attr-substitute-audio-ptime:20>ptime:40", false, ALL,
		AUDIO("96 97 8 0 101", OPUS AMR EVENT "a=ptime:40\r\n")},
	{"sdp-attr=[audio=[substitute=[fmtp:96 fmtp:96..a--b]]]", false, AUDIO("96", OPUS),
		AUDIO("96", "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 a=b\r\n")},
};

static void options_of(const char *flags, struct sl_request *o)
{
	struct sl_node member = {.type = SL_NODE_STRING,
		.key = "rtpp-flags",
		.key_len = 10,
		.str = flags,
		.len = (uint32_t)strlen(flags)};
	const struct sl_node request = {.type = SL_NODE_DICT, .len = 1, .first = &member};
	struct sl_error refused;

	if (sl_ng_options_read(&request, o, NULL, &refused))
		fail_msg("%s: %s", flags, refused.text);
}

static void each_filter(void **state)
{
	static struct sl_sdp sdp;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_request o;
		struct sl_sdp_error error;
		char out[2048];
		struct sl_error refused = {0};
		ssize_t len;

		options_of(cases[i].flags, &o);
		assert_true(sl_sdp_filter_any(&o.filter));
		if (sl_sdp_parse(&sdp, cases[i].in, strlen(cases[i].in), &error))
			fail_msg("%s: %s", cases[i].flags, error.reason);
		len = sl_sdp_filter_write(
			&o.filter, &sdp, !cases[i].answer, out, sizeof(out), &refused);
		if (!cases[i].out) {
			assert_int_equal(len, -ENOTSUP);
			assert_non_null(strstr(refused.text, "does not transcode"));
			continue;
		}
		if (len < 0)
			fail_msg("%s: %zd %s", cases[i].flags, len, refused.text);
		if (strcmp(out, cases[i].out))
			fail_msg("%s: got\n%s", cases[i].flags, out);
		assert_int_equal(len, strlen(out));
	}
}

static void overflow_is_an_error_at_every_size(void **state)
{
	static struct sl_sdp sdp;
	static const char zeros[1024];
	struct sl_sdp_error error;
	struct sl_request o;
	struct sl_error refused;
	size_t need;

	options_of("codec-strip-opus sdp-attr-add-audio-x", &o);
	assert_int_equal(sl_sdp_parse(&sdp, ALL, strlen(ALL), &error), 0);
	need = strlen(ALL) + strlen("a=x\r\n") - strlen("96 " OPUS);
	for (size_t size = 0; size <= need + 1; size++) {
		char *exact = malloc(size ? size : 1);
		ssize_t rc;

		memset(exact, 'x', size);
		rc = sl_sdp_filter_write(&o.filter, &sdp, true, exact, size, &refused);
		assert_int_equal(rc, size > need ? (ssize_t)need : -ENOSPC);
		if (rc < 0)
			assert_memory_equal(exact, zeros, size);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_filter),
		cmocka_unit_test(overflow_is_an_error_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
