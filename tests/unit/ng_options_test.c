/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/address.h"
#include "ctrl/json_request.h"
#include "ctrl/ng_options.h"

#define NO_CM256 (1u << SL_SUITE_AES_256_CM_HMAC_SHA1_80)
#define GCM      (1u << SL_SUITE_AEAD_AES_256_GCM)

/* What differs from a request that asks for nothing. */
struct expected {
	const char *request; /* in JSON */
	enum sl_sdp_proto proto;
	int family; /* + 1 */
	unsigned rtcp_mux;
	unsigned sdes_no, sdes_only;
	bool sdes_off, origin, connection, fatal;
	int delay;             /* + 1 */
	unsigned unknown;      /* flags that nothing is done about */
	const char *reason;    /* part of the error, if it is one */
	const char *from, *to; /* direction */
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
	{.request = "{\"ICE\":\"remove\",\"rtcp-mux\":[\"demux\"]}", .rtcp_mux = SL_NG_MUX_DEMUX},
	{.request = "{\"rtcp mux\":[\"offer\",\"accept\"]}",
		.rtcp_mux = SL_NG_MUX_OFFER | SL_NG_MUX_ACCEPT},
	{.request = "{\"rtcp-mux\":\"require\"}", .rtcp_mux = SL_NG_MUX_REQUIRE},
	{.request = "{\"direction\":[\"inside\",\"outside\"]}", .from = "inside", .to = "outside"},
	{.request = "{\"SDES\":[\"no-AES_256_CM_HMAC_SHA1_80\"]}", .sdes_no = NO_CM256},
	{.request = "{\"SDES\":\"only-AEAD_AES_256_GCM\"}", .sdes_only = GCM},
	{.request = "{\"SDES\":[\"off\"]}", .sdes_off = true},
	{.request = "{\"flags\":[\"trust-address\",\"fatal\"]}", .fatal = true},
	{.request = "{\"flags\":[\"trust address\",\"SIP source address\"]}"},
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
		.rtcp_mux = SL_NG_MUX_OFFER,
		.sdes_no = NO_CM256,
		.from = "inside",
		.to = "outside"},
	{.request = "{\"flags\":[\"replace-session-connection\",\"rtcp-mux=demux\"]}",
		.connection = true,
		.rtcp_mux = SL_NG_MUX_DEMUX},
	/* What is not known is counted and passed over. */
	{.request = "{\"flags\":[\"moonshine\"],\"replace\":[\"username\"],\"ICE\":\"force\"}",
		.unknown = 3},
	{.request = "{\"supports\":[\"load limit\"],\"TOS\":184}"},
	/* Mistakes. */
	{.request = "{\"transport-protocol\":\"TCP/MSRP\"}", .reason = "'TCP/MSRP'"},
	{.request = "{\"transport-protocol\":7}", .reason = "transport-protocol"},
	{.request = "{\"address-family\":\"IPX\"}", .reason = "'IPX'"},
	{.request = "{\"direction\":[\"a\",\"b\",\"c\"]}", .reason = "two interfaces"},
	{.request = "{\"rtcp-mux\":[7]}", .reason = "list of strings"},
	{.request = "{\"rtcp-mux\":{\"a\":\"b\"}}", .reason = "list of strings"},
	{.request = "{\"SDES\":[\"only-ROT13\"]}", .reason = "'ROT13'"},
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

static void each_spelling(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct expected *e = &cases[i];
		struct sl_json_request json = {0};
		struct sl_ng_options o;
		struct sl_node nodes[64];
		char why[SL_NG_WHY] = "";
		int rc;

		unknown_flags = 0;
		assert_int_equal(
			sl_json_request_parse(&json, e->request, strlen(e->request), nodes, 64), 0);
		rc = sl_ng_options_read(&nodes[0], &o, count_unknown, why);
		if (!rc != !e->reason || (e->reason && !strstr(why, e->reason)))
			fail_msg("%s: %d %s", e->request, rc, why);
		if (!rc) {
			print_message("%s\n", e->request);
			assert_int_equal(o.proto, e->proto);
			assert_int_equal(o.family + 1, e->family);
			assert_int_equal(o.rtcp_mux, e->rtcp_mux);
			assert_int_equal(o.sdes_no, e->sdes_no);
			assert_int_equal(o.sdes_only, e->sdes_only);
			assert_int_equal(o.sdes_off, e->sdes_off);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
