/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/base/address.h"
#include "ctrl/ng/json_request.h"
#include "ctrl/ng/ng_options.h"

#define NO_CM256 (1u << SL_SUITE_AES_256_CM_HMAC_SHA1_80)
#define GCM      (1u << SL_SUITE_AEAD_AES_256_GCM)

/* The differences from a request that asks for nothing. */
struct expected {
	const char *request; /* in JSON */
	enum sl_sdp_proto proto;
	int family; /* + 1 */
	unsigned rtcp_mux;
	unsigned sdes_no, sdes_only;
	bool sdes_off, origin, connection, fatal;
	bool asymmetric, strict, handover, sip_source;
	const char *received;  /* address */
	int delay;             /* + 1 */
	unsigned unknown;      /* flags that nothing is done about */
	const char *reason;    /* part of the error, if it is one */
	const char *from, *to; /* direction */
	bool osrtp_offer, osrtp_accept, nonew, keep, lifetime, mid, single;
	enum sl_suite order, pref; /* the first of each */
	enum sl_rtcp_line rtcp;
	unsigned codecs, attrs; /* rules */
	const char *media_remove;
	const char *label;
};

static const struct expected cases[] = {
	{.request = "{}"},
	/* As Kamailio sends them. */
	{.request = "{\"transport-protocol\":\"RTP/SAVP\"}", .proto = SL_SDP_SAVP},
	{.request = "{\"transport protocol\":\"rtp/avpf\"}", .proto = SL_SDP_AVPF},
	{.request = "{\"replace\":[\"origin\",\"session-connection\"]}",
		.origin = true,
		.connection = true},
	{.request = "{\"replace\":[\"session connection\"]}", .connection = true},
	{.request = "{\"ICE\":\"remove\",\"rtcp-mux\":[\"demux\"]}", .rtcp_mux = SL_MUX_DEMUX},
	{.request = "{\"rtcp mux\":[\"offer\",\"accept\"]}",
		.rtcp_mux = SL_MUX_OFFER | SL_MUX_ACCEPT},
	{.request = "{\"rtcp-mux\":\"require\"}", .rtcp_mux = SL_MUX_REQUIRE},
	{.request = "{\"direction\":[\"inside\",\"outside\"]}", .from = "inside", .to = "outside"},
	{.request = "{\"SDES\":[\"no-AES_256_CM_HMAC_SHA1_80\"]}", .sdes_no = NO_CM256},
	{.request = "{\"SDES\":\"only-AEAD_AES_256_GCM\"}", .sdes_only = GCM},
	{.request = "{\"SDES\":[\"off\"]}", .sdes_off = true},
	{.request = "{\"flags\":[\"trust-address\",\"fatal\"]}", .fatal = true},
	{.request = "{\"flags\":[\"trust address\",\"SIP source address\"]}", .sip_source = true},
	{.request = "{\"received-from\":[\"IP4\",\"192.0.2.1\"],"
		    "\"flags\":[\"SIP-source-address\"]}",
		.sip_source = true,
		.received = "192.0.2.1"},
	{.request = "{\"received from\":[\"IP6\",\"2001:db8::1\"]}", .received = "2001:db8::1"},
	{.request = "{\"received-from\":[\"IP4\",\"sip.example\"]}"},
	{.request = "{\"received-from\":\"192.0.2.1\"}"},
	{.request = "{\"flags\":[\"asymmetric\",\"port-latching\"]}", .asymmetric = true},
	{.request = "{\"flags\":[\"strict source\"]}", .strict = true},
	{.request = "{\"flags\":[\"media handover\",\"symmetric\"]}", .handover = true},
	{.request = "{\"rtpp-flags\":\"strict-source media-handover asymmetric\"}",
		.strict = true,
		.handover = true,
		.asymmetric = true},
	{.request = "{\"label\":\"caller\"}", .label = "caller"},
	{.request = "{\"flags\":[\"label=B\"],\"set-label\":\"x\"}", .label = "B"},
	{.request = "{\"rtpp-flags\":\"from-label=A\"}", .label = "A"},
	{.request = "{\"label\":\"\"}", .reason = "a label has 1 to 256"},
	{.request = "{\"delete-delay\":0}", .delay = 1},
	{.request = "{\"delete delay\":30}", .delay = 31},
	{.request = "{\"delete-delay\":\"5\"}", .delay = 6},
	/* As OpenSIPS does. */
	{.request = "{\"address family\":\"IP6\"}", .family = SL_IPV6 + 1},
	{.request = "{\"address-family\":\"IP4\"}", .family = SL_IPV4 + 1},
	/* The script's own words, not parsed by the proxy. */
	{.request = "{\"rtpp-flags\":\"replace-origin  RTP/SAVP ICE=remove rtcp-mux-offer "
		    "direction=inside direction=outside SDES-no-AES_256_CM_HMAC_SHA1_80\"}",
		.origin = true,
		.proto = SL_SDP_SAVP,
		.rtcp_mux = SL_MUX_OFFER,
		.sdes_no = NO_CM256,
		.from = "inside",
		.to = "outside"},
	{.request = "{\"flags\":[\"replace-session-connection\",\"rtcp-mux=demux\"]}",
		.connection = true,
		.rtcp_mux = SL_MUX_DEMUX},
	/* Unknown options are counted and passed over. */
	{.request = "{\"flags\":[\"moonshine\"],\"replace\":[\"moon\"],\"ICE\":\"force\"}",
		.unknown = 3},
	{.request = "{\"supports\":[\"load limit\"],\"record-call\":\"yes\"}", .unknown = 1},
	/* SRTP in all its flags. */
	{.request = "{\"SDES\":[\"nonew\",\"static\",\"lifetime\",\"pad\",\"prefer\"]}",
		.nonew = true,
		.keep = true,
		.lifetime = true},
	{.request = "{\"SDES\":[\"order:X;AEAD_AES_256_GCM;AES_CM_128_HMAC_SHA1_80\","
		    "\"offerer_pref:AES_CM_256_HMAC_SHA1_80;\"]}",
		.order = SL_SUITE_AEAD_AES_256_GCM,
		.pref = SL_SUITE_AES_256_CM_HMAC_SHA1_80},
	{.request = "{\"flags\":[\"SDES-nonew\",\"OSRTP-offer\",\"OSRTP=accept\"]}",
		.nonew = true,
		.osrtp_offer = true,
		.osrtp_accept = true},
	{.request = "{\"OSRTP\":[\"offer-RFC\",\"accept-RFC\"]}",
		.osrtp_offer = true,
		.osrtp_accept = true},
	{.request = "{\"SDES\":[\"only-ROT13\",\"only-AEAD_AES_256_GCM\",\"no-ROT14\"]}",
		.sdes_only = GCM | 1},
	{.request = "{\"flags\":[\"generate mid\",\"no-rtcp-attribute\",\"single-codec\"]}",
		.mid = true,
		.rtcp = SL_RTCP_LINE_NONE,
		.single = true},
	{.request = "{\"flags\":[\"SRTP\",\"AVPF\"]}", .proto = SL_SDP_SAVPF},
	{.request = "{\"rtpp-flags\":\"RTP AVP\"}", .proto = SL_SDP_AVP},
	{.request = "{\"from-interface\":\"in\",\"to-interface\":\"out\"}",
		.from = "in",
		.to = "out"},
	/* Codecs, attributes, media. */
	{.request = "{\"codec\":{\"strip\":[\"EVS\",\"AMR\"],\"offer\":\"PCMA\"}}", .codecs = 3},
	{.request = "{\"flags\":[\"codec-strip-EVS\",\"codec-mask=all\",\"transcode-PCMU\"]}",
		.codecs = 3},
	{.request = "{\"rtpp_flags\":\"codec=[strip=[EVS AMR] except=PCMA accept-opus] "
		    "codec-mask=[G729 iLBC] full-rtcp-attribute\"}",
		.codecs = 5,
		.rtcp = SL_RTCP_LINE_FULL},
	{.request = "{\"sdp-attr\":{\"audio\":{\"add\":[\"ptime:20\"],\"remove\":\"fmtp:101\"},"
		    "\"none\":{\"substitute\":[[\"sendrecv\",\"sendonly\"],[\"a\",\"b\"]]}}}",
		.attrs = 4},
	{.request = "{\"sdp-attr\":{\"video\":{\"substitute\":[\"a\",\"b\"]}}}", .attrs = 1},
	{.request = "{\"flags\":[\"sdp-attr-remove-audio-ptime:20\","
		    "\"sdp-attr-substitute-none-sendrecv>sendonly\"]}",
		.attrs = 2},
	{.request = "{\"rtpp-flags\":\"sdp-attr=[audio=[add=[ptime:20 a>b] substitute=[c>d]]]\"}",
		.attrs = 3},
	{.request = "{\"sdp-media-remove\":[\"video\"]}", .media_remove = "video"},
	{.request = "{\"rtpp-flags\":\"sdp-media-remove=[video image] via-branch=auto label=x\"}",
		.media_remove = "video",
		.label = "x"},
	/* Mistakes. */
	{.request = "{\"transport-protocol\":\"TCP/MSRP\"}", .reason = "'TCP/MSRP'"},
	{.request = "{\"transport-protocol\":7}", .reason = "transport-protocol"},
	{.request = "{\"address-family\":\"IPX\"}", .reason = "'IPX'"},
	{.request = "{\"direction\":[\"a\",\"b\",\"c\"]}", .reason = "two interfaces"},
	{.request = "{\"rtcp-mux\":[7]}", .reason = "list of strings"},
	{.request = "{\"rtcp-mux\":{\"a\":\"b\"}}", .reason = "list of strings"},
	{.request = "{\"call-id\":7}", .reason = "'call-id'"},
	{.request = "{\"sdp\":[\"v=0\"]}", .reason = "'sdp'"},
	{.request = "{\"SDES\":7}", .reason = "'SDES'"},
	{.request = "{\"SDES\":[\"unencrypted_srtp\"]}", .reason = "always encrypted"},
	{.request = "{\"flags\":[\"SDES-UNAUTHENTICATED_SRTP\"]}", .reason = "authenticated"},
	{.request = "{\"OSRTP\":\"offer-legacy\"}", .reason = "RFC 8643"},
	{.request = "{\"flags\":[\"WebRTC\"]}", .reason = "DTLS-SRTP"},
	{.request = "{\"flags\":[\"always transcode\"]}", .reason = "does not transcode"},
	{.request = "{\"flags\":{\"a\":1}}", .reason = "'flags'"},
	{.request = "{\"codec\":\"PCMU\"}", .reason = "dictionary"},
	{.request = "{\"codec\":{\"strip\":[7]}}", .reason = "codec"},
	{.request = "{\"codec\":{\"strip\":{\"a\":\"b\"}}}", .reason = "codec"},
	{.request = "{\"sdp-attr\":{\"audio\":\"x\"}}", .reason = "'audio'"},
	{.request = "{\"sdp-attr\":{\"audio\":{\"paint\":[\"x\"]}}}", .reason = "'paint'"},
	{.request = "{\"sdp-attr\":{\"audio\":{\"add\":[\"x\\r\\nm=audio 1 RTP/AVP 0\"]}}}",
		.reason = "one attribute line"},
	{.request = "{\"sdp-attr\":{\"audio\":{\"substitute\":[\"x\"]}}}",
		.reason = "two attributes"},
	{.request = "{\"sdp-attr\":{\"audio\":{\"add\":[7]}}}", .reason = "strings"},
	{.request = "{\"rtpp-flags\":\"codec=[strip=[EVS]\"}", .reason = "not closed"},
	{.request = "{\"rtpp-flags\":\"a ] b\"}", .reason = "']'"},
	{.request = "{\"rtpp-flags\":\"[a b]\"}", .reason = "without a key"},
	{.request = "{\"rtpp-flags\":7}", .reason = "'rtpp-flags'"},
	{.request = "{\"delete-delay\":\"soon\"}", .reason = "'soon'"},
	{.request = "{\"delete-delay\":-5}", .reason = "out of range"},
	{.request = "{\"delete-delay\":99999999}", .reason = "out of range"},
};

static unsigned unknown_flags;

static void count_unknown(const char *where, const char *text, uint32_t len)
{
	unknown_flags++;
}

static void check_text(const char *request, struct sl_text text, const char *expected)
{
	if (expected ? !sl_text_is(text, expected) : text.at != NULL)
		fail_msg("%s: '%.*s'", request, (int)text.len, text.at ? text.at : "");
}

static void check_new(const struct sl_request *o, const struct expected *e)
{
	assert_int_equal(o->sdes.nonew, e->nonew);
	assert_int_equal(o->sdes.keep, e->keep);
	assert_int_equal(o->sdes.lifetime, e->lifetime);
	assert_int_equal(o->sdes.order.suite[0], e->order);
	assert_int_equal(o->sdes.offerer_pref.suite[0], e->pref);
	assert_int_equal(o->osrtp_offer, e->osrtp_offer);
	assert_int_equal(o->osrtp_accept, e->osrtp_accept);
	assert_int_equal(o->generate_mid, e->mid);
	assert_int_equal(o->rtcp_attribute, e->rtcp);
	assert_int_equal(o->filter.codec.single, e->single);
	assert_int_equal(o->filter.codec.n, e->codecs);
	assert_int_equal(o->filter.n_attr, e->attrs);
	check_text(e->request, o->media_remove[0], e->media_remove);
	check_text(e->request, o->label, e->label);
}

static void check_source(const struct expected *e, const struct sl_source_options *source)
{
	char text[SL_ADDRESS_TEXT];

	assert_int_equal(source->asymmetric, e->asymmetric);
	assert_int_equal(source->strict, e->strict);
	assert_int_equal(source->handover, e->handover);
	assert_int_equal(source->sip_source, e->sip_source);
	assert_int_equal(source->received, e->received != NULL);
	if (e->received)
		assert_string_equal(sl_address_text(source->received_from, text), e->received);
}

static void each_spelling(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct expected *e = &cases[i];
		struct sl_json_request json = {0};
		struct sl_request o;
		struct sl_node nodes[64];
		struct sl_error refused = {0};
		int rc;

		unknown_flags = 0;
		assert_int_equal(
			sl_json_request_parse(&json, e->request, strlen(e->request), nodes, 64), 0);
		rc = sl_ng_options_read(&nodes[0], &o, count_unknown, &refused);
		if (!rc != !e->reason || (e->reason && !strstr(refused.text, e->reason)))
			fail_msg("%s: %d %s", e->request, rc, refused.text);
		if (!rc) {
			print_message("%s\n", e->request);
			assert_int_equal(o.proto, e->proto);
			assert_int_equal(o.family + 1, e->family);
			assert_int_equal(o.rtcp_mux, e->rtcp_mux);
			assert_int_equal(o.sdes.no & ~1u, e->sdes_no);
			assert_int_equal(o.sdes.only, e->sdes_only);
			assert_int_equal(o.sdes.off, e->sdes_off);
			check_new(&o, e);
			check_source(e, &o.source);
			assert_int_equal(o.replace_origin, e->origin);
			assert_int_equal(o.replace_connection, e->connection);
			assert_int_equal(o.fatal, e->fatal);
			assert_int_equal(o.delete_delay + 1, e->delay);
			assert_int_equal(unknown_flags, e->unknown);
			check_text(e->request, o.direction[0], e->from);
			check_text(e->request, o.direction[1], e->to);
		}
		sl_json_request_free(&json);
	}
}

/* A string of `n` bytes, or a list of `n` items: each has a bound, and the refusal names it. */
static const struct {
	const char *before, *item, *between, *after;
	unsigned most;
	const char *reason; /* with one more */
} bounds[] = {
	{"{\"call-id\":\"", "x", "", "\"}", 256, "call-id is longer than 256 bytes"},
	{"{\"from-tag\":\"", "x", "", "\"}", 256, "from-tag is longer than 256 bytes"},
	{"{\"to-tag\":\"", "x", "", "\"}", 256, "to-tag is longer than 256 bytes"},
	{"{\"via-branch\":\"", "x", "", "\"}", 256, "via-branch is longer than 256 bytes"},
	{"{\"label\":\"", "x", "", "\"}", 256, "a label has 1 to 256 characters"},
	{"{\"from-label\":\"", "x", "", "\"}", 256, "a label has 1 to 256 characters"},
	{"{\"direction\":[", "\"i\"", ",", "]}", 2, "more than two interfaces in direction"},
	{"{\"sdp-media-remove\":[", "\"v\"", ",", "]}", 4,
		"sdp-media-remove: too many types, at most 4"},
	{"{\"codec\":{\"strip\":[", "\"A\"", ",", "]}}", 64, "codec: too many codecs, at most 64"},
	{"{\"flags\":[", "\"codec-strip-A\"", ",", "]}", 64, "codec: too many codecs, at most 64"},
	{"{\"sdp-attr\":{\"audio\":{\"add\":[", "\"a\"", ",", "]}}}", 32,
		"sdp-attr: too many changes, at most 32"},
	{"{\"rtpp-flags\":\"", "symmetric ", "", "\"}", 255, "too many items, at most 255"},
};

static void strings_and_lists_are_bounded(void **state)
{
	static char request[8192];
	static struct sl_node nodes[512];

	for (unsigned i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		for (unsigned over = 0; over < 2; over++) {
			struct sl_json_request json = {0};
			struct sl_request o;
			struct sl_error refused = {0};
			size_t at = (size_t)sprintf(request, "%s", bounds[i].before);
			int rc;

			for (unsigned n = 0; n < bounds[i].most + over; n++)
				at += (size_t)sprintf(request + at, "%s%s",
					n ? bounds[i].between : "", bounds[i].item);
			at += (size_t)sprintf(request + at, "%s", bounds[i].after);
			assert_true(at < sizeof(request));
			assert_int_equal(sl_json_request_parse(&json, request, at, nodes, 512), 0);
			rc = sl_ng_options_read(&nodes[0], &o, NULL, &refused);
			if ((rc != 0) != (over != 0) ||
				(over && !strstr(refused.text, bounds[i].reason)))
				fail_msg("%s, %u: %d %s", bounds[i].before, bounds[i].most + over,
					rc, refused.text);
			sl_json_request_free(&json);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_spelling),
		cmocka_unit_test(strings_and_lists_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
