/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads and writes for the SDP parser: words, numbers, addresses, error messages. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctrl/sdp/sdp_parse.h"

bool sl_text_is(struct sl_text text, const char *other)
{
	return text.len == strlen(other) && (text.len == 0 || !memcmp(text.at, other, text.len));
}

bool sl_text_alike(struct sl_text a, struct sl_text b)
{
	return a.len == b.len && (a.len == 0 || !strncasecmp(a.at, b.at, a.len));
}

bool sl_text_same(struct sl_text text, const char *other)
{
	return sl_text_alike(text, (struct sl_text){other, (uint32_t)strlen(other)});
}

bool sl_sdp_address_equal(const struct sl_sdp_address *a, const struct sl_sdp_address *b)
{
	return a->family == b->family && !memcmp(a->ip, b->ip, sizeof(a->ip));
}

const char *sl_sdp_proto_name(enum sl_sdp_proto proto)
{
	static const char *const names[SL_SDP_PROTO_COUNT] = {
#define X(id, name) [SL_SDP_##id] = name,
		SL_SDP_PROTOS(X)
#undef X
	};

	return names[proto];
}

const char *sl_sdp_direction_name(enum sl_sdp_direction direction)
{
	static const char *const names[] = {
		[SL_SDP_SENDRECV] = "sendrecv",
		[SL_SDP_SENDONLY] = "sendonly",
		[SL_SDP_RECVONLY] = "recvonly",
		[SL_SDP_INACTIVE] = "inactive",
	};

	return names[direction];
}

int sl_sdp_fail(struct sl_sdp_parser *p, const char *format, ...)
{
	struct sl_sdp_error *error = p->error;
	size_t at = 0;
	va_list args;

	error->line = p->line;
	if (p->line)
		at = (size_t)snprintf(
			error->reason, sizeof(error->reason), "SDP line %u: ", p->line);
	else
		at = (size_t)snprintf(error->reason, sizeof(error->reason), "SDP: ");
	va_start(args, format);
	vsnprintf(error->reason + at, sizeof(error->reason) - at, format, args);
	va_end(args);
	for (char *c = error->reason; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	return -EBADMSG;
}

struct sl_text sl_sdp_trim(struct sl_text text)
{
	for (; text.len > 0 && sl_sdp_blank(*text.at); text.at++)
		text.len--;
	for (; text.len > 0 && sl_sdp_blank(text.at[text.len - 1]);)
		text.len--;
	return text;
}

struct sl_text sl_sdp_word(struct sl_text *rest)
{
	struct sl_text word;

	for (; rest->len > 0 && sl_sdp_blank(*rest->at); rest->at++)
		rest->len--;
	word = (struct sl_text){rest->at, 0};
	for (; rest->len > 0 && !sl_sdp_blank(*rest->at); rest->at++, rest->len--)
		word.len++;
	return word;
}

struct sl_text sl_sdp_split(struct sl_text *rest, char separator)
{
	const char *end = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
	struct sl_text head = *rest;

	if (!end) {
		*rest = (struct sl_text){rest->at + rest->len, 0};
		return head;
	}
	head.len = (uint32_t)(end - rest->at);
	*rest = (struct sl_text){end + 1, rest->len - head.len - 1};
	return head;
}

bool sl_sdp_number(struct sl_text text, uint32_t max, uint32_t *number)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 10)
		return false;
	for (uint32_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.at[i] - '0');
	}
	*number = (uint32_t)value;
	return value <= max;
}

int sl_sdp_connection(struct sl_sdp_parser *p, const char *what, struct sl_text text,
	struct sl_sdp_address *address)
{
	struct sl_text net = sl_sdp_word(&text), family = sl_sdp_word(&text);
	struct sl_text host = sl_sdp_word(&text);
	char copy[INET6_ADDRSTRLEN];
	int af;

	memset(address, 0, sizeof(*address));
	if (host.len == 0 || sl_sdp_word(&text).len > 0)
		return sl_sdp_fail(p, "%s is not \"IN IP4 address\" or \"IN IP6 address\"", what);
	if (!sl_text_same(net, "IN"))
		return sl_sdp_fail(
			p, "%s has network type '%.*s', not IN", what, SL_SDP_QUOTE(net));
	if (sl_text_same(family, "IP4"))
		af = AF_INET;
	else if (sl_text_same(family, "IP6"))
		af = AF_INET6;
	else
		return sl_sdp_fail(p, "%s has address type '%.*s', not IP4 or IP6", what,
			SL_SDP_QUOTE(family));
	if (memchr(host.at, '/', host.len))
		return sl_sdp_fail(p, "%s has a multicast address with TTL or count ('/')", what);
	if (host.len < sizeof(copy)) {
		memcpy(copy, host.at, host.len);
		copy[host.len] = '\0';
		if (inet_pton(af, copy, address->ip) == 1) {
			address->family = af;
			return 0;
		}
	}
	return sl_sdp_fail(p,
		"%s has '%.*s', which is not an %s address (host names are not resolved)", what,
		SL_SDP_QUOTE(host), af == AF_INET ? "IPv4" : "IPv6");
}
