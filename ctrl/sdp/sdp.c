/* SPDX-License-Identifier: BSD-3-Clause */
/* The structure of an SDP body: lines, sections, and the line types other than a=. */
#include "ctrl/sdp/sdp.h"

#include <errno.h>
#include <string.h>

#include "ctrl/sdp/sdp_parse.h"

static bool is_digits(struct sl_text text)
{
	uint32_t digits = 0;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	return text.len > 0 && digits == text.len;
}

/* The last five words are what they are; in front of them is a user name, if it is one word. */
static int parse_origin(struct sl_sdp_parser *p, struct sl_text value)
{
	enum { LAST = 5 };
	struct sl_sdp *sdp = p->sdp;
	struct sl_text word[LAST + 1] = {{0}};
	unsigned n = 0;

	for (struct sl_text next = sl_sdp_word(&value); next.len; next = sl_sdp_word(&value), n++) {
		if (n > LAST)
			memmove(word, word + 1, LAST * sizeof(*word));
		word[n > LAST ? LAST : n] = next;
	}
	if (n == LAST) {
		memmove(word + 1, word, LAST * sizeof(*word));
		word[0] = (struct sl_text){"-", 1};
	}
	if (n < LAST || (n == LAST && !is_digits(word[1])) ||
		(n != LAST + 1 && !sl_text_same(word[3], "IN")))
		return sl_sdp_fail(p,
			"o= is not \"user session-id version IN IP4|IP6 address\" (RFC 8866 5.2)");
	sdp->origin_user = n > LAST + 1 ? (struct sl_text){"-", 1} : word[0];
	sdp->origin_id = word[1];
	sdp->origin_version = word[2];
	sdp->origin_net = word[3];
	sdp->origin_family = word[4];
	sdp->origin_address = word[5];
	return 0;
}

static int parse_name(struct sl_sdp_parser *p, struct sl_text value)
{
	if (p->sdp->name.at)
		return sl_sdp_fail(p, "a second s=");
	p->sdp->name = value.len ? value : (struct sl_text){"-", 1};
	return 0;
}

/* c= of the session or of the current media: the first that can be used. */
static int parse_connection(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp_media *media = p->media;
	struct sl_sdp_address *address = media ? &media->connection : &p->sdp->connection;

	if (address->family != 0 && (!media || media->own_connection))
		return sl_sdp_fail(p, "a second c= in the same section");
	if (media)
		media->own_connection = true;
	return sl_sdp_connection(p, "c=", value, address);
}

static int parse_payload_types(struct sl_sdp_parser *p, struct sl_sdp_media *media)
{
	struct sl_text rest = media->formats, word, bad = {0};
	uint32_t number;

	for (word = sl_sdp_word(&rest); word.len > 0; word = sl_sdp_word(&rest)) {
		if (!sl_sdp_number(word, 127, &number)) {
			bad = bad.len ? bad : word;
			continue;
		}
		if (media->n_payload_types == SL_SDP_FORMATS_MAX)
			return sl_sdp_fail(
				p, "m= has more than %d payload types", SL_SDP_FORMATS_MAX);
		media->payload_types[media->n_payload_types++] = (uint8_t)number;
	}
	if (media->n_payload_types)
		return 0;
	return sl_sdp_fail(
		p, "m= has payload type '%.*s', not a number from 0 to 127", SL_SDP_QUOTE(bad));
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

/* A known attribute goes by the name that the RFCs give it. */
static struct sl_text known_type(struct sl_text type)
{
	static const char *const types[] = {
		"audio", "video", "text", "application", "message", "image"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (sl_text_same(type, types[i]))
			return (struct sl_text){types[i], type.len};
	return type;
}

static void find_proto(struct sl_sdp_media *media)
{
	for (int proto = SL_SDP_OTHER + 1; proto < SL_SDP_PROTO_COUNT; proto++)
		if (sl_text_same(media->proto_text, sl_sdp_proto_name(proto))) {
			media->proto = proto;
			media->proto_text.at = sl_sdp_proto_name(proto);
		}
}

/* "audio 49170/2 RTP/AVP 0 8": opens the section, with the session's values for defaults. */
static int parse_media(struct sl_sdp_parser *p, struct sl_text value)
{
	struct sl_sdp *sdp = p->sdp;
	struct sl_sdp_media *media;
	struct sl_text ports;
	int rc;

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

	media->type = known_type(sl_sdp_word(&value));
	ports = sl_sdp_word(&value);
	media->proto_text = sl_sdp_word(&value);
	media->formats = sl_sdp_trim(value);
	if (media->proto_text.len == 0)
		return sl_sdp_fail(p, "m= is not \"media port protocol formats\" (RFC 8866 5.14)");
	rc = parse_ports(p, media, ports);
	if (rc)
		return rc;
	find_proto(media);
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

	if (!sl_sdp_number(sl_sdp_trim(number), UINT32_MAX, &rate))
		return;
	if (sl_text_same(type, "AS"))
		bandwidth->as_kbps = rate;
	else if (sl_text_same(type, "TIAS"))
		bandwidth->tias_bps = rate;
}

/*
 * Where each line type may stand (RFC 8866 5): v= and o= are the first two lines and nowhere else.
 */
static int check_place(struct sl_sdp_parser *p, char type)
{
	const unsigned nth = p->sdp->n_lines;

	if (nth == 1 && type != 'v')
		return sl_sdp_fail(p, "SDP does not begin with v=0");
	if (nth == 2 && type != 'o')
		return sl_sdp_fail(p, "o= does not follow v=");
	if (nth > 1 && type == 'v')
		return sl_sdp_fail(p, "a second v=");
	if (nth > 2 && type == 'o')
		return sl_sdp_fail(p, "a second o=");
	if (p->media && strchr("sueptrz", type))
		return sl_sdp_fail(p, "%c= inside a media section (after m=)", type);
	return 0;
}

static int parse_value(
	struct sl_sdp_parser *p, struct sl_sdp_line *line, char type, struct sl_text value)
{
	switch (type) {
	case 'v':
		return sl_text_is(sl_sdp_trim(value), "0") ? 0 : sl_sdp_fail(p, "v= is not 0");
	case 'o':
		line->kind = SL_SDP_LINE_ORIGIN;
		return parse_origin(p, value);
	case 's':
		line->kind = SL_SDP_LINE_NAME;
		return parse_name(p, value);
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
		line->kind = SL_SDP_LINE_STAYS;
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

/* 'm' of "M=audio ..."; 0: the line does not begin with a letter. */
static char type_of(struct sl_text line)
{
	char type = line.len ? (char)(*line.at | 0x20) : '\0';

	return type >= 'a' && type <= 'z' ? type : '\0';
}

static int parse_line(struct sl_sdp_parser *p, struct sl_sdp_line *line)
{
	const struct sl_text text = line->text;
	int rc;

	/* Parsers differ in what ends a line: nothing passes that two ends of a call could read
	 * differently. */
	if (memchr(text.at, '\0', text.len))
		return sl_sdp_fail(p, "has a NUL byte");
	if (memchr(text.at, '\r', text.len))
		return sl_sdp_fail(p, "has a carriage return that ends no line");
	if (!type_of(text) || text.len < 2 || text.at[1] != '=')
		return sl_sdp_fail(p, "is not \"letter=value\"");
	rc = check_place(p, type_of(text));
	if (rc)
		return rc;
	return parse_value(p, line, type_of(text), (struct sl_text){text.at + 2, text.len - 2});
}

/* Without its end, blanks in front, and what a NUL or carriage return ends too early. */
static struct sl_text cut_line(struct sl_text *rest)
{
	struct sl_text line = sl_sdp_split(rest, '\n');
	uint32_t len;

	for (; line.len > 0 && sl_sdp_blank(*line.at); line.at++)
		line.len--;
	for (len = line.len; len > 0; len--) {
		char last = line.at[len - 1];

		if (last == '\r' || last == '\0')
			line.len = len - 1;
		else if (!sl_sdp_blank(last))
			break;
	}
	if (len == 0)
		line.len = 0;
	return line;
}

/* v=, o= and m= carry the others: a mistake there is one of the whole. */
static bool is_structure(const struct sl_sdp *sdp, struct sl_text line)
{
	return sdp->n_lines <= 2 || type_of(line) == 'm';
}

static int parse_lines(struct sl_sdp_parser *p, struct sl_text rest)
{
	struct sl_sdp *sdp = p->sdp;

	while (rest.len > 0) {
		struct sl_text text = cut_line(&rest);
		struct sl_sdp_line *line;

		p->line++;
		if (text.len == 0)
			continue;
		if (sdp->n_lines == SL_SDP_LINES_MAX)
			return sl_sdp_fail(p, "more than %d lines", SL_SDP_LINES_MAX);
		line = &sdp->lines[sdp->n_lines++];
		*line = (struct sl_sdp_line){.text = text, .number = (uint16_t)p->line};
		if (parse_line(p, line)) {
			if (is_structure(sdp, text))
				return -EBADMSG;
			line->kind = SL_SDP_LINE_STAYS;
			if (!p->absent.line)
				p->absent = *p->error;
		}
		line->media = p->media ? (uint8_t)(sdp->n_media - 1) : SL_SDP_SESSION;
	}
	return 0;
}

/* A c= that could not be used says why; else there is none. */
static int no_connection(struct sl_sdp_parser *p, unsigned m)
{
	const struct sl_sdp *sdp = p->sdp;
	const unsigned section = sdp->media[m].own_connection ? m : SL_SDP_SESSION;
	struct sl_sdp_address address;

	for (unsigned i = 0; i < sdp->n_lines; i++) {
		struct sl_text text = sdp->lines[i].text;

		if (sdp->lines[i].media != section || type_of(text) != 'c' || text.len < 2)
			continue;
		p->line = sdp->lines[i].number;
		text = (struct sl_text){text.at + 2, text.len - 2};
		if (sl_sdp_connection(p, "c=", text, &address))
			return -EBADMSG;
	}
	p->line = sdp->media[m].line;
	return sl_sdp_fail(p, "m=%.*s has no c=, and the session has none either",
		SL_SDP_QUOTE(sdp->media[m].type));
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
	if (!sdp->name.at)
		sdp->name = (struct sl_text){"-", 1};
	for (unsigned i = 0; i < sdp->n_media; i++)
		if (sdp->media[i].port != 0 && sdp->media[i].proto != SL_SDP_OTHER &&
			sdp->media[i].connection.family == 0)
			return no_connection(p, i);
	*error = p->absent;
	return 0;
}
