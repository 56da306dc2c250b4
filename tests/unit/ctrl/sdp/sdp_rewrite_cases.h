/* SPDX-License-Identifier: BSD-3-Clause */
/* SDP as it is seen in the field, the edits of a relay, and what must come out: for
 * sdp_rewrite_test.c. */
#ifndef SL_TESTS_SDP_REWRITE_CASES_H
#define SL_TESTS_SDP_REWRITE_CASES_H

#include <arpa/inet.h>

#include "ctrl/sdp/sdp_rewrite.h"

#define K30 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"

/* The relay: 198.51.100.7 and 2001:db8::7. */
#define RELAY4                          \
	{                               \
		AF_INET,                \
		{                       \
			198, 51, 100, 7 \
		}                       \
	}
#define RELAY6                                           \
	{                                                \
		AF_INET6,                                \
		{                                        \
			0x20, 0x01, 0x0d, 0xb8, [15] = 7 \
		}                                        \
	}

static const char *const one_key[] = {"1 AES_CM_128_HMAC_SHA1_80 inline:NEW"};
static const char *const two_keys[] = {
	"1 AEAD_AES_256_GCM inline:NEW1", "2 AES_CM_128_HMAC_SHA1_80 inline:NEW2"};

static const char untidy[] = "\r\nv=0 \n"
			     "O= 5 6 in ip4 192.0.2.1\t\n"
			     " c=in ip4 192.0.2.1 \r\r\n"
			     "c=IN IP4 192.0.2.2\n"
			     "\n"
			     "t=0 0\n"
			     "hello\n"
			     "q=1\n"
			     "a=crypto:1 A inline:x\n"
			     "a=RTCP:9 IN IP4 192.0.2.1\n"
			     "a=SendOnly \n"
			     "a=tcap:1 RTP/SAVP\n"
			     "m=Audio\t4000 rtp/savp  0\t8 \n"
			     "t=0 0\n"
			     "a=rtcp-mux \t\r\n"
			     "a=RecvOnly\0\n"
			     "a=RTPMAP:8 PCMA/8000\n"
			     "a=Crypto :1 A inline:x\n"
			     "a=CRYPTO 2 A inline:x\n"
			     "a=acap:1 crypto:1 A inline:x\n"
			     "a=source-filter: incl IN IP4 * 192.0.2.1\n"
			     "a=altc:1 IP4 192.0.2.1 4000\n"
			     "a=rtcp:4001 IN IP4 phone.local\n"
			     "a=x\0y\n"
			     "a=x\ry\n"
			     "a=ice-UFRAG:x\n"
			     "A=Mid:7 \0\n";

static const char *const missing[] = {"video 0 RTP/AVP 96", "image 0 udptl t38"};

static const struct {
	const char *name;
	const char *in;
	size_t in_len; /* 0: up to the first NUL; else it has some inside */
	unsigned n_missing;
	struct sl_sdp_address origin;
	bool ice_remove, dtls_remove;
	struct sl_sdp_media_edit media[3];
	const char *out;
} cases[] = {
	{
		.name = "Asterisk (pjsip), SDES offer to another SDES leg",
		.in = "v=0\r\n"
		      "o=- 1390843522 1390843522 IN IP4 192.0.2.10\r\n"
		      "s=Asterisk\r\n"
		      "c=IN IP4 192.0.2.10\r\n"
		      "t=0 0\r\n"
		      "m=audio 17342 RTP/SAVP 0 8 101\r\n"
		      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "\r\n"
		      "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" K30 "\r\n"
		      "a=rtpmap:0 PCMU/8000\r\n"
		      "a=rtpmap:8 PCMA/8000\r\n"
		      "a=rtpmap:101 telephone-event/8000\r\n"
		      "a=fmtp:101 0-16\r\n"
		      "a=ptime:20\r\n"
		      "a=maxptime:150\r\n"
		      "a=sendrecv\r\n",
		.origin = RELAY4,
		.media = {{.action = SL_SDP_RELAY,
			.address = RELAY4,
			.port = 30000,
			.proto = SL_SDP_SAVP,
			.rtcp_port = 30001,
			.crypto = two_keys,
			.n_crypto = 2}},
		.out = "v=0\r\n"
		       "o=- 1390843522 1390843522 IN IP4 198.51.100.7\r\n"
		       "s=Asterisk\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "t=0 0\r\n"
		       "m=audio 30000 RTP/SAVP 0 8 101\r\n"
		       "a=crypto:1 AEAD_AES_256_GCM inline:NEW1\r\n"
		       "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:NEW2\r\n"
		       "a=rtpmap:0 PCMU/8000\r\n"
		       "a=rtpmap:8 PCMA/8000\r\n"
		       "a=rtpmap:101 telephone-event/8000\r\n"
		       "a=fmtp:101 0-16\r\n"
		       "a=ptime:20\r\n"
		       "a=maxptime:150\r\n"
		       "a=sendrecv\r\n"
		       "a=rtcp:30001\r\n",
	},
	{
		.name = "FreeSWITCH, plain RTP to SRTP, a=rtcp with address, o= kept",
		.in = "v=0\r\n"
		      "o=FreeSWITCH 1700000000 1700000001 IN IP4 203.0.113.20\r\n"
		      "s=FreeSWITCH\r\n"
		      "c=IN IP4 203.0.113.20\r\n"
		      "t=0 0\r\n"
		      "m=audio 24680 RTP/AVP 102 9 0 8 103 101\r\n"
		      "a=rtpmap:102 opus/48000/2\r\n"
		      "a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000\r\n"
		      "a=rtcp:24681 IN IP4 203.0.113.20\r\n"
		      "a=silenceSupp:off - - - -\r\n"
		      "a=ptime:20",
		.media = {{.action = SL_SDP_RELAY,
			.address = RELAY4,
			.port = 30002,
			.proto = SL_SDP_SAVP,
			.rtcp_port = 30003,
			.rtcp_mux = true,
			.crypto = one_key,
			.n_crypto = 1}},
		.out = "v=0\r\n"
		       "o=FreeSWITCH 1700000000 1700000001 IN IP4 203.0.113.20\r\n"
		       "s=FreeSWITCH\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "t=0 0\r\n"
		       "m=audio 30002 RTP/SAVP 102 9 0 8 103 101\r\n"
		       "a=rtpmap:102 opus/48000/2\r\n"
		       "a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000\r\n"
		       "a=rtcp:30003 IN IP4 198.51.100.7\r\n"
		       "a=silenceSupp:off - - - -\r\n"
		       "a=ptime:20\r\n"
		       "a=rtcp-mux\r\n"
		       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:NEW\r\n",
	},
	{
		.name = "Chrome, audio relayed without ICE and DTLS to IPv6, video refused",
		.in = "v=0\r\n"
		      "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
		      "s=-\r\n"
		      "t=0 0\r\n"
		      "a=group:BUNDLE 0 1\r\n"
		      "a=extmap-allow-mixed\r\n"
		      "a=msid-semantic: WMS stream\r\n"
		      "m=audio 54321 UDP/TLS/RTP/SAVPF 111 63\r\n"
		      "c=IN IP4 192.0.2.30\r\n"
		      "a=rtcp:9 IN IP4 0.0.0.0\r\n"
		      "a=candidate:1467250027 1 udp 2122260223 192.0.2.30 54321 typ host "
		      "generation 0\r\n"
		      "a=ice-ufrag:F7gI\r\n"
		      "a=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n"
		      "a=ice-options:trickle\r\n"
		      "a=fingerprint:sha-256 D2:FA:0E:C3\r\n"
		      "a=setup:actpass\r\n"
		      "a=mid:0\r\n"
		      "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
		      "a=sendrecv\r\n"
		      "a=rtcp-mux\r\n"
		      "a=rtcp-rsize\r\n"
		      "a=rtpmap:111 opus/48000/2\r\n"
		      "a=rtcp-fb:111 transport-cc\r\n"
		      "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
		      "m=video 54323 UDP/TLS/RTP/SAVPF 96\r\n"
		      "c=IN IP4 192.0.2.30\r\n"
		      "a=rtcp:9 IN IP4 0.0.0.0\r\n"
		      "a=ice-ufrag:F7gI\r\n"
		      "a=end-of-candidates\r\n"
		      "a=fingerprint:sha-256 D2:FA:0E:C3\r\n"
		      "a=mid:1\r\n"
		      "a=rtcp-mux\r\n"
		      "a=rtcp-mux-only\r\n"
		      "a=rtpmap:96 VP8/90000\r\n",
		.origin = RELAY6,
		.ice_remove = true,
		.dtls_remove = true,
		.media = {{.action = SL_SDP_RELAY,
				  .address = RELAY6,
				  .port = 30004,
				  .proto = SL_SDP_SAVPF,
				  .rtcp_port = 30005,
				  .crypto = one_key,
				  .n_crypto = 1},
			{.action = SL_SDP_REFUSE}},
		.out = "v=0\r\n"
		       "o=- 4611731400430051336 2 IN IP6 2001:db8::7\r\n"
		       "s=-\r\n"
		       "t=0 0\r\n"
		       "a=extmap-allow-mixed\r\n"
		       "a=msid-semantic: WMS stream\r\n"
		       "m=audio 30004 RTP/SAVPF 111 63\r\n"
		       "c=IN IP6 2001:db8::7\r\n"
		       "a=rtcp:30005 IN IP6 2001:db8::7\r\n"
		       "a=mid:0\r\n"
		       "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
		       "a=sendrecv\r\n"
		       "a=rtcp-rsize\r\n"
		       "a=rtpmap:111 opus/48000/2\r\n"
		       "a=rtcp-fb:111 transport-cc\r\n"
		       "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
		       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:NEW\r\n"
		       "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"
		       "c=IN IP6 2001:db8::7\r\n"
		       "a=mid:1\r\n",
	},
	{
		.name = "Linphone, SRTP to plain RTP: keys never pass; IPv6 to IPv4; ICE passes "
			"when not removed",
		.in = "v=0\r\n"
		      "o=alice 2890 1244 IN IP6 2001:db8::30\r\n"
		      "s=Talk\r\n"
		      "c=IN IP6 2001:db8::30\r\n"
		      "b=AS:380\r\n"
		      "t=0 0\r\n"
		      "a=ice-pwd:31ec21eb38b2ec6d36e8dc7b\r\n"
		      "a=ice-ufrag:da0b8dc8\r\n"
		      "a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics\r\n"
		      "a=record:off\r\n"
		      "m=audio 7078 RTP/SAVP 96 97 98 0 8 18 101 99 100\r\n"
		      "a=rtpmap:96 opus/48000/2\r\n"
		      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "\r\n"
		      "a=crypto:2 AES_256_CM_HMAC_SHA1_80 inline:x\r\n"
		      "a=rtcp:7079\r\n"
		      "a=rtcp-mux\r\n"
		      "a=candidate:1 1 UDP 2130706303 2001:db8::30 7078 typ host\r\n"
		      "a=rtcp-fb:* ccm tmmbr\r\n",
		.media = {{.action = SL_SDP_RELAY,
			.address = RELAY4,
			.port = 30006,
			.proto = SL_SDP_AVP}},
		.out = "v=0\r\n"
		       "o=alice 2890 1244 IN IP6 2001:db8::30\r\n"
		       "s=Talk\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "b=AS:380\r\n"
		       "t=0 0\r\n"
		       "a=ice-pwd:31ec21eb38b2ec6d36e8dc7b\r\n"
		       "a=ice-ufrag:da0b8dc8\r\n"
		       "a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL "
		       "voip-metrics\r\n"
		       "a=record:off\r\n"
		       "m=audio 30006 RTP/AVP 96 97 98 0 8 18 101 99 100\r\n"
		       "a=rtpmap:96 opus/48000/2\r\n"
		       "a=candidate:1 1 UDP 2130706303 2001:db8::30 7078 typ host\r\n"
		       "a=rtcp-fb:* ccm tmmbr\r\n",
	},
	{
		.name = "media that the session's new c= would be wrong for get their own, behind "
			"i=",
		.in = "v=0\r\n"
		      "o=- 1 1 IN IP4 192.0.2.1\r\n"
		      "s=-\r\n"
		      "c=IN IP4 192.0.2.1\r\n"
		      "t=0 0\r\n"
		      "m=audio 4000/2 RTP/AVP 0\r\n"
		      "m=video 4002 RTP/AVP 96\r\n"
		      "i=camera\r\n"
		      "b=AS:100\r\n"
		      "m=image 4004 udptl t38\r\n",
		.media = {{.action = SL_SDP_RELAY, .address = RELAY4, .port = 30000},
			{.action = SL_SDP_RELAY, .address = RELAY6, .port = 30002},
			{.action = SL_SDP_REFUSE}},
		.out = "v=0\r\n"
		       "o=- 1 1 IN IP4 192.0.2.1\r\n"
		       "s=-\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "t=0 0\r\n"
		       "m=audio 30000 RTP/AVP 0\r\n"
		       "m=video 30002 RTP/AVP 96\r\n"
		       "i=camera\r\n"
		       "c=IN IP6 2001:db8::7\r\n"
		       "b=AS:100\r\n"
		       "m=image 0 udptl t38\r\n",
	},
	{
		.name = "end-to-end keys do not pass, nor what is refused; mux stays in its place",
		.in = "v=0\r\n"
		      "o=- 1 1 IN IP4 192.0.2.1\r\n"
		      "s=-\r\n"
		      "t=0 0\r\n"
		      "k=clear:secret\r\n"
		      "a=key-mgmt:mikey AQAF\r\n"
		      "m=audio 4000 RTP/SAVP 0\r\n"
		      "c=IN IP4 192.0.2.1\r\n"
		      "k=prompt\r\n"
		      "a=rtcp-mux-only\r\n"
		      "a=rtcp-mux\r\n"
		      "a=key-mgmt:mikey AQAF\r\n"
		      "a=crypto:1 A inline:x\r\n"
		      "a=x-unknown: \xff raw\tbytes \r\n"
		      "a=crypto:2 B inline:x\r\n"
		      "m=text 4002 RTP/SAVP 98\r\n"
		      "i=words\r\n"
		      "c=IN IP4 192.0.2.1\r\n"
		      "b=AS:9\r\n"
		      "a=rtcp:4009\r\n"
		      "a=rtcp-mux\r\n"
		      "a=candidate:1 1 UDP 1 192.0.2.1 4002 typ host\r\n"
		      "a=x-where:192.0.2.1\r\n"
		      "a=mid:t\r\n"
		      "a=crypto:1 A inline:x\r\n"
		      "m=video 4004 RTP/SAVP 99\r\n"
		      "c=IN IP4 192.0.2.1\r\n"
		      "a=crypto:1 A inline:x\r\n",
		.media = {{.action = SL_SDP_RELAY,
				  .address = RELAY4,
				  .port = 30000,
				  .rtcp_mux = true,
				  .crypto = one_key,
				  .n_crypto = 1},
			{.action = SL_SDP_REFUSE}, {.action = SL_SDP_OMIT}},
		.out = "v=0\r\n"
		       "o=- 1 1 IN IP4 192.0.2.1\r\n"
		       "s=-\r\n"
		       "t=0 0\r\n"
		       "m=audio 30000 RTP/SAVP 0\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "a=rtcp-mux-only\r\n"
		       "a=rtcp-mux\r\n"
		       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:NEW\r\n"
		       "a=x-unknown: \xff raw\tbytes \r\n"
		       "m=text 0 RTP/SAVP 98\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "a=mid:t\r\n",
	},
	{
		.name = "no media",
		.in = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n",
		.out = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n",
	},
	{
		.name = "refused without an address of ours: that of the party does not pass",
		.in = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
		      "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\na=rtcp:4001\r\na=x\r\n"
		      "m=video 0 RTP/AVP\r\n",
		.media = {{.action = SL_SDP_REFUSE}, {.action = SL_SDP_REFUSE}},
		.out = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
		       "m=audio 0 RTP/AVP 0\r\n"
		       "m=video 0 RTP/AVP 0\r\n",
	},
	{
		.name = "untidy: what is understood comes out as the RFCs write it",
		.in = untidy,
		.in_len = sizeof(untidy) - 1,
		.ice_remove = true,
		.media = {{.action = SL_SDP_RELAY,
			.address = RELAY4,
			.port = 30000,
			.rtcp_port = 30001,
			.rtcp_mux = true,
			.crypto = one_key,
			.n_crypto = 1}},
		.out = "v=0\r\n"
		       "o=- 5 6 IN IP4 192.0.2.1\r\n"
		       "s=-\r\n"
		       "c=IN IP4 198.51.100.7\r\n"
		       "t=0 0\r\n"
		       "a=sendonly\r\n"
		       "m=audio 30000 RTP/SAVP 0 8\r\n"
		       "a=rtcp-mux\r\n"
		       "a=recvonly\r\n"
		       "a=rtpmap:8 PCMA/8000\r\n"
		       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:NEW\r\n"
		       "a=mid:7\r\n"
		       "a=rtcp:30001\r\n",
	},
	{
		.name = "what the peer knows of and the party leaves out",
		.in = "v=0\r\no=a b 1 1 IN IP4 192.0.2.1\r\ns=\r\nt=0 0\r\n"
		      "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n",
		.media = {{.action = SL_SDP_RELAY, .address = RELAY4, .port = 30000}},
		.n_missing = 2,
		.out = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
		       "m=audio 30000 RTP/AVP 0\r\nc=IN IP4 198.51.100.7\r\n"
		       "m=video 0 RTP/AVP 96\r\nc=IN IP4 198.51.100.7\r\n"
		       "m=image 0 udptl t38\r\nc=IN IP4 198.51.100.7\r\n",
	},
};

#endif
