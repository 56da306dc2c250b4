/* SPDX-License-Identifier: BSD-3-Clause */
/* The structure of an SDP body: lines, sections, and the line types other than a=. */
#include "ctrl/sdp.h"

#include <errno.h>
#include <string.h>

#include "ctrl/sdp_parse.h"

static int parse_origin(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp *sdp = p->sdp;
	struct sl_text user = sl_sdp_word(&value);

	sdp->origin_id = sl_sdp_word(&value);
	sdp->origin_version = sl_sdp_word(&value);
	sl_sdp_word(&value);
	sl_sdp_word(&value);
	sdp->origin_address = sl_sdp_word(&value);
	if (sdp->origin_address.len == 0 || sl_sdp_word(&value).len > 0)
		return sl_sdp_fail(p,
			"o= is not \"user session-id version IN IP4|IP6 address\" (RFC 8866 5.2)");
	sdp->origin_user = user;
	sdp->origin_user.len =
		(uint32_t)(sdp->origin_version.at + sdp->origin_version.len - user.at);
	return 0;
}

/* c= of the session or of the current media. */
static int parse_connection(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp_media *media = p->media;

	if (media ? media->own_connection : p->sdp->connection.family != 0)
		return sl_sdp_fail(p, "a second c= in the same section");
	if (!media)
		return sl_sdp_connection(p, "c=", value, &p->sdp->connection);
	media->own_connection = true;
	return sl_sdp_connection(p, "c=", value, &media->connection);
}

static int parse_payload_types(struct sl_sdp_parser *p, struct sl_sdp_media *media)
{
	struct sl_text rest = media->formats, word;
	uint32_t number;

	for (word = sl_sdp_word(&rest); word.len > 0; word = sl_sdp_word(&rest)) {
		if (!sl_sdp_number(word, 127, &number))
			return sl_sdp_fail(p,
				"m= has payload type '%.*s', not a number from 0 to 127",
				SL_SDP_QUOTE(word));
		if (media->n_payload_types == SL_SDP_FORMATS_MAX)
			return sl_sdp_fail(
				p, "m= has more than %d payload types", SL_SDP_FORMATS_MAX);
		media->payload_types[media->n_payload_types++] = (uint8_t)number;
	}
	return 0;
}

static int parse_ports(struct sl_sdp_parser *p, struct sl_sdp_media *media, struct sl_text ports)
{
	struct sl_text count = ports, port = sl_sdp_split(&count, '/');
	uint32_t number;

	if (!sl_sdp_number(port, 65535, &number))
		return sl_sdp_fail(
			p, "m= has port '%.*s', not a number from 0 to 65535", SL_SDP_QUOTE(port));
	media->port = (uint16_t)number;
	media->port_count = 1;
	if (port.len == ports.len)
		return 0;
	if (!sl_sdp_number(count, 65535, &number) || number == 0)
		return sl_sdp_fail(p, "m= has '%.*s' for the number of ports", SL_SDP_QUOTE(count));
	media->port_count = (uint16_t)number;
	return 0;
}

/* "audio 49170/2 RTP/AVP 0 8": opens the section, with the session's values for defaults. */
static int parse_media(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp *sdp = p->sdp;
	struct sl_sdp_media *media;
	struct sl_text ports;
	int rc;

	if (!p->titled)
		return sl_sdp_fail(p, "m= before s= (RFC 8866 5)");
	if (sdp->n_media == SL_SDP_MEDIA_MAX)
		return sl_sdp_fail(p, "more than %d m= lines", SL_SDP_MEDIA_MAX);
	media = &sdp->media[sdp->n_media++];
	p->media = media;
	memset(media, 0, sizeof(*media));
	media->line = p->line;
	media->connection = sdp->connection;
	media->direction = sdp->direction;
	media->ice = sdp->ice;
	media->fingerprint = sdp->fingerprint;
	media->setup = sdp->setup;

	media->type = sl_sdp_word(&value);
	ports = sl_sdp_word(&value);
	media->proto_text = sl_sdp_word(&value);
	for (; value.len > 0 && *value.at == ' '; value.at++)
		value.len--;
	for (; value.len > 0 && value.at[value.len - 1] == ' ';)
		value.len--;
	media->formats = value;
	if (media->proto_text.len == 0)
		return sl_sdp_fail(p, "m= is not \"media port protocol formats\" (RFC 8866 5.14)");
	rc = parse_ports(p, media, ports);
	if (rc)
		return rc;
	for (int proto = SL_SDP_OTHER + 1; proto < SL_SDP_PROTO_COUNT; proto++) {
		if (sl_text_is(media->proto_text, sl_sdp_proto_name(proto)))
			media->proto = proto;
	}
	if (media->port == 0)
		return 0; /* refused: nobody will look at the formats, and some leave them out */
	if (media->formats.len == 0)
		return sl_sdp_fail(p, "m= lists no formats");
	return media->proto == SL_SDP_OTHER ? 0 : parse_payload_types(p, media);
}

static void parse_bandwidth(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp_bandwidth *bandwidth = p->media ? &p->media->bandwidth : &p->sdp->bandwidth;
	struct sl_text number = value, type = sl_sdp_split(&number, ':');
	uint32_t rate;

	if (!sl_sdp_number(number, UINT32_MAX, &rate))
		return;
	if (sl_text_is(type, "AS"))
		bandwidth->as_kbps = rate;
	else if (sl_text_is(type, "TIAS"))
		bandwidth->tias_bps = rate;
}

/* Where each line type may stand (RFC 8866 5): v= and o= are the first two lines and nowhere else.
 */
static int check_place(struct sl_sdp_parser *p, char type)
{
	if (p->line == 1 && type != 'v')
		return sl_sdp_fail(p, "SDP does not begin with v=0");
	if (p->line == 2 && type != 'o')
		return sl_sdp_fail(p, "o= does not follow v=");
	if (p->line > 1 && type == 'v')
		return sl_sdp_fail(p, "a second v=");
	if (p->line > 2 && type == 'o')
		return sl_sdp_fail(p, "a second o=");
	if (type == 's' && p->titled)
		return sl_sdp_fail(p, "a second s=");
	if (p->media && strchr("sueptrz", type))
		return sl_sdp_fail(p, "%c= inside a media section (after m=)", type);
	return 0;
}

static int parse_line(struct sl_sdp_parser *p, struct sl_sdp_line *line)
{
	struct sl_text value;
	char type;
	int rc;

	if (line->text.len < 2 || line->text.at[1] != '=' || line->text.at[0] < 'a' ||
		line->text.at[0] > 'z')
		return sl_sdp_fail(p, "is not \"letter=value\"");
	type = line->text.at[0];
	value = (struct sl_text){line->text.at + 2, line->text.len - 2};
	rc = check_place(p, type);
	if (rc)
		return rc;
	switch (type) {
	case 'v':
		return sl_text_is(value, "0") ? 0 : sl_sdp_fail(p, "v= is not 0");
	case 'o':
		line->kind = SL_SDP_LINE_ORIGIN;
		return parse_origin(p, value);
	case 's':
		p->titled = true;
		return 0;
	case 'i':
		line->kind = SL_SDP_LINE_TITLE;
		return 0;
	case 'c':
		line->kind = SL_SDP_LINE_CONNECTION;
		return parse_connection(p, value);
	case 'm':
		line->kind = SL_SDP_LINE_MEDIA;
		return parse_media(p, value);
	case 'b':
		parse_bandwidth(p, value);
		return 0;
	case 'k':
		line->kind = SL_SDP_LINE_KEY;
		return 0;
	case 'a':
		return sl_sdp_attribute(p, line, value);
	case 'u':
	case 'e':
	case 'p':
	case 't':
	case 'r':
	case 'z':
		return 0;
	default:
		return sl_sdp_fail(p, "unknown line type %c= (RFC 8866 5)", type);
	}
}

/* The next line without its end, cut off `rest`. */
static int next_line(struct sl_sdp_parser *p, struct sl_text *rest, struct sl_text *line)
{
	const char *end = rest->at + rest->len;
	bool cr;

	*line = sl_sdp_split(rest, '\n');
	p->line++;
	cr = line->len > 0 && line->at[line->len - 1] == '\r';
	/* What one parser takes for the end of a line, another may not: nothing passes us that two
	 * ends of a call could read differently. */
	if (!cr && line->at + line->len < end)
		return sl_sdp_fail(p, "ends in a bare LF instead of CRLF (RFC 8866 5)");
	line->len -= cr;
	if (line->len > 0 && memchr(line->at, '\0', line->len))
		return sl_sdp_fail(p, "has a NUL byte");
	if (line->len > 0 && memchr(line->at, '\r', line->len))
		return sl_sdp_fail(p, "has a carriage return that ends no line");
	return 0;
}

static int parse_lines(struct sl_sdp_parser *p, struct sl_text rest)
{
	struct sl_sdp *sdp = p->sdp;
	struct sl_sdp_line *line;
	struct sl_text text;
	bool ended = false;
	int rc;

	while (rest.len > 0) {
		rc = next_line(p, &rest, &text);
		if (rc)
			return rc;
		if (text.len == 0) {
			ended = true;
			continue;
		}
		if (ended)
			return sl_sdp_fail(p, "text after an empty line");
		if (sdp->n_lines == SL_SDP_LINES_MAX)
			return sl_sdp_fail(p, "more than %d lines", SL_SDP_LINES_MAX);
		line = &sdp->lines[sdp->n_lines++];
		*line = (struct sl_sdp_line){.text = text, .kind = SL_SDP_LINE_OTHER};
		rc = parse_line(p, line);
		if (rc)
			return rc;
		line->media = p->media ? (uint8_t)(sdp->n_media - 1) : SL_SDP_SESSION;
	}
	return 0;
}

int sl_sdp_parse(struct sl_sdp *sdp, const char *text, size_t len, struct sl_sdp_error *error)
{
	struct sl_sdp_parser parser = {.sdp = sdp, .error = error}, *p = &parser;
	int rc;

	memset(error, 0, sizeof(*error));
	/* Not the arrays: they are long, and what is used of them is set when it is reached. */
	memset(sdp, 0, offsetof(struct sl_sdp, media));
	sdp->n_lines = 0;
	if (len > SL_SDP_BYTES_MAX)
		return sl_sdp_fail(p, "longer than %d bytes", SL_SDP_BYTES_MAX);
	rc = parse_lines(p, (struct sl_text){text, (uint32_t)len});
	if (rc)
		return rc;
	p->line = 0;
	if (sdp->n_lines == 0)
		return sl_sdp_fail(p, "empty");
	if (sdp->n_lines == 1)
		return sl_sdp_fail(p, "no o= line");
	if (!parser.titled)
		return sl_sdp_fail(p, "no s= line");
	for (unsigned i = 0; i < sdp->n_media; i++) {
		const struct sl_sdp_media *media = &sdp->media[i];

		p->line = media->line;
		if (media->port != 0 && media->connection.family == 0)
			return sl_sdp_fail(p, "m=%.*s has no c=, and the session has none either",
				SL_SDP_QUOTE(media->type));
	}
	return 0;
}
