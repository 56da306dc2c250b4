/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whatever a request says, it is read or refused in printable words; and what it asks of codecs and
 * attributes makes SDP of SDP, with no line that was not asked for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/call/refusal.h"
#include "ctrl/ng/bencode.h"
#include "ctrl/ng/ng_options.h"

enum { NODES = 512, LIMIT = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char offer[] =
	"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=x:y z\r\n"
	"m=audio 4000 RTP/AVP 96 0 8 63 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 a=1\r\n"
	"a=rtpmap:63 red/48000/2\r\na=fmtp:63 96/96\r\na=rtpmap:101 telephone-event/8000\r\n"
	"a=ptime:20\r\na=sendrecv\r\nm=video 4002 RTP/AVPF 98 99\r\na=rtpmap:98 VP8/90000\r\n"
	"a=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\na=rtcp-fb:98 nack\r\nm=image 0 udptl t38\r\n";

static void demand(int condition)
{
	if (!condition)
		abort();
}

static void printable(const char *why)
{
	demand(*why != '\0' && strlen(why) < SL_ERROR_TEXT);
	for (; *why; why++)
		demand(*why >= 0x20 && *why <= 0x7e);
}

static void check_filter(const struct sl_request *o, bool is_offer)
{
	static struct sl_sdp sdp, again;
	static char out[SL_SDP_BYTES_MAX + 1];
	struct sl_sdp_error error;
	struct sl_error refused = {0};
	ssize_t len;

	demand(sl_sdp_parse(&sdp, offer, sizeof(offer) - 1, &error) == 0);
	len = sl_sdp_filter_write(&o->filter, &sdp, is_offer, out, sizeof(out), &refused);
	if (len < 0) {
		demand(len == -ENOTSUP && is_offer);
		return;
	}
	demand(out[len] == '\0' && strlen(out) == (size_t)len);
	/* A script may write an attribute that is nonsense; it cannot make other lines. */
	if (sl_sdp_parse(&again, out, (size_t)len, &error)) {
		demand(o->filter.n_attr > 0);
		return;
	}
	demand(again.n_media == sdp.n_media);
	demand(again.n_lines <= sdp.n_lines + o->filter.n_attr);
	for (unsigned m = 0; m < 2; m++) {
		demand(again.media[m].port == sdp.media[m].port);
		demand(again.media[m].n_payload_types > 0);
		demand(again.media[m].n_payload_types <= sdp.media[m].n_payload_types);
		for (unsigned i = 0; i < again.media[m].n_payload_types; i++)
			demand(memchr(sdp.media[m].payload_types, again.media[m].payload_types[i],
				       sdp.media[m].n_payload_types) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sl_node nodes[NODES];
	static struct sl_request o;
	struct sl_error refused = {0};
	struct sl_bencode bencode;
	int rc;

	sl_bencode_start(&bencode, nodes, NODES, LIMIT);
	if (sl_bencode_feed(&bencode, (const char *)data, size) != 1 ||
		nodes[0].type != SL_NODE_DICT)
		return 0;
	rc = sl_ng_options_read(&nodes[0], &o, NULL, &refused);
	if (rc) {
		demand(rc == -SL_E_REQUEST || rc == -SL_E_UNSUPPORTED);
		printable(refused.text);
		return 0;
	}
	demand(o.sdes.order.n < SL_SUITE_COUNT && o.sdes.offerer_pref.n < SL_SUITE_COUNT);
	demand(o.family >= -1 && o.family <= 1 && o.proto < SL_SDP_PROTO_COUNT);
	check_filter(&o, true);
	check_filter(&o, false);
	return 0;
}
