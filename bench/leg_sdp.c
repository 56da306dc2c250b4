/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/leg_sdp.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct line {
	const char *text;
	size_t len;
};

const char *sl_leg_sdp_protocol(const struct sl_load_options *opt, unsigned leg)
{
	static const char *const names[2][2] = {{"RTP/AVP", "RTP/AVPF"}, {"RTP/SAVP", "RTP/SAVPF"}};

	return names[opt->leg[leg].suite->key_len > 0][opt->avpf];
}

void sl_leg_sdp_print(const struct sl_load_options *opt, unsigned leg, const struct sl_leg *data,
	unsigned port, char *out)
{
	const struct sl_leg_options *own = &opt->leg[leg];
	const char *family = strchr(own->address, ':') ? "IP6" : "IP4";
	char crypto[192] = "", key[SRTP_MAX_KEY_LEN * 2];

	if (own->suite->key_len) {
		sl_load_key_print(&data->tx_key, own->suite, key);
		snprintf(crypto, sizeof(crypto), "a=crypto:%s %s inline:%s\r\n", data->tag,
			own->suite->name, key);
	}
	snprintf(out, SL_LEG_SDP_MAX,
		"v=0\r\n"
		"o=- 1 1 IN %s %s\r\n"
		"s=-\r\n"
		"c=IN %s %s\r\n"
		"t=0 0\r\n"
		"m=%s %u %s %s\r\n"
		"%s\r\n"
		"%s"
		"a=rtcp:%u\r\n"
		"%s"
		"a=sendrecv\r\n",
		family, own->address, family, own->address, opt->video ? "video" : "audio", port,
		sl_leg_sdp_protocol(opt, leg), opt->video ? "96" : "0",
		opt->video ? "a=rtpmap:96 VP8/90000" : "a=rtpmap:0 PCMU/8000", crypto,
		own->mux ? port : port + 1, own->mux ? "a=rtcp-mux\r\n" : "");
}

static bool next_line(const char **sdp, struct line *line)
{
	if (!**sdp)
		return false;
	line->text = *sdp;
	line->len = strcspn(*sdp, "\r\n");
	*sdp += line->len;
	*sdp += strspn(*sdp, "\r\n");
	return true;
}

static const char *after(const struct line *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return line->len >= len && !strncmp(line->text, prefix, len) ? line->text + len : NULL;
}

/* "IN IP4 192.0.2.1": the address of c= and of a=rtcp: (RFC 3605). */
static bool read_address(const char *text, const char *end, struct sockaddr_in6 *into)
{
	char address[64];
	size_t skip = strlen("IN IP4 "), len;

	if ((size_t)(end - text) <= skip || strncmp(text, "IN IP", 5))
		return false;
	text += skip;
	len = (size_t)(end - text);
	into->sin6_family = AF_INET6;
	bool v6 = memchr(text, ':', len);
	if (len + sizeof("::ffff:") > sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%s%.*s", v6 ? "" : "::ffff:", (int)len, text);
	return inet_pton(AF_INET6, address, &into->sin6_addr) == 1;
}

/* "TAG SUITE inline:KEY[|...]" (RFC 4568 9.2). True when it is our suite under the wanted tag. */
static bool read_crypto(const char *text, const char *end, const struct sl_load_suite *suite,
	struct sl_leg *data, const char *tag)
{
	size_t tag_len = strcspn(text, " "), name_len = strlen(suite->name);

	if (text + tag_len + 1 + name_len >= end || tag_len >= sizeof(data->tag))
		return false;
	if (*tag && (strlen(tag) != tag_len || strncmp(text, tag, tag_len)))
		return false;
	const char *name = text + tag_len + 1, *params = name + name_len;
	if (strncmp(name, suite->name, name_len) || strncmp(params, " inline:", 8))
		return false;
	params += 8;
	if (!sl_load_key_parse(&data->rx_key, suite, params, strcspn(params, "| \r\n")))
		return false;
	snprintf(data->tag, sizeof(data->tag), "%.*s", (int)tag_len, text);
	return true;
}

struct answer {
	bool address, media, crypto, mux;
	unsigned port, rtcp_port;
	char protocol[16];
};

static void read_line(const struct line *line, const struct sl_load_suite *suite,
	struct sl_leg *data, const char *tag, struct answer *seen)
{
	const char *end = line->text + line->len, *value;

	if ((value = after(line, "m=audio ")) || (value = after(line, "m=video "))) {
		seen->media = sscanf(value, "%u %15s", &seen->port, seen->protocol) == 2;
	} else if ((value = after(line, "c="))) {
		seen->address = read_address(value, end, &data->relay);
		data->relay_rtcp.sin6_addr = data->relay.sin6_addr;
	} else if ((value = after(line, "a=rtcp:"))) {
		seen->rtcp_port = (unsigned)strtoul(value, NULL, 10);
		value = memchr(value, ' ', (size_t)(end - value));
		if (value && !read_address(value + 1, end, &data->relay_rtcp))
			seen->rtcp_port = 0;
	} else if (after(line, "a=rtcp-mux") && line->len == strlen("a=rtcp-mux")) {
		seen->mux = true;
	} else if ((value = after(line, "a=crypto:")) && suite->key_len && !seen->crypto) {
		seen->crypto = read_crypto(value, end, suite, data, tag);
	}
}

const char *sl_leg_sdp_read(const struct sl_load_options *opt, unsigned leg, struct sl_leg *data,
	const char *sdp, const char *tag)
{
	const struct sl_load_suite *suite = opt->leg[leg].suite;
	struct answer seen = {0};
	struct line line;

	data->relay = data->relay_rtcp = (struct sockaddr_in6){.sin6_family = AF_INET6};
	while (next_line(&sdp, &line))
		read_line(&line, suite, data, tag, &seen);
	if (!seen.media || !seen.port || seen.port > 65535)
		return "no usable m= line";
	if (!seen.address)
		return "no usable c= line";
	if (strcmp(seen.protocol, sl_leg_sdp_protocol(opt, leg)))
		return "another protocol on the m= line than asked for";
	if (suite->key_len && !seen.crypto)
		return "no crypto line with this leg's suite and tag";
	data->mux = seen.mux && opt->leg[leg].mux;
	if (opt->leg[leg].mux && !seen.mux)
		return "rtcp-mux was not taken up";
	data->relay.sin6_port = htons((uint16_t)seen.port);
	if (!seen.rtcp_port)
		seen.rtcp_port = seen.port + 1;
	data->relay_rtcp.sin6_port = htons((uint16_t)(data->mux ? seen.port : seen.rtcp_port));
	return NULL;
}
