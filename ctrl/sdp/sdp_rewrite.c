/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/sdp/sdp_rewrite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/sdp/sdp_parse.h"

struct writer {
	const struct sl_sdp *sdp;
	const struct sl_sdp_edit *edit;
	struct sl_sdp_address session; /* what the session's c= says in the output */
	struct sl_sdp_address address; /* c= of what is not relayed */
	char *buf;
	size_t size, len;
	unsigned lines;
	bool overflow;
	/* The media section being written: */
	bool c_due, rtcp_due, mux_due, crypto_due, mid_due, direction_due;
};

static void append_list(struct writer *w, const char *format, va_list args)
{
	size_t room = w->size - w->len;
	int n = w->overflow ? 0 : vsnprintf(w->buf + w->len, room, format, args);

	/* With room for a line end and a NUL behind it. */
	if (n < 0 || (size_t)n + 3 > room)
		w->overflow = true;
	if (!w->overflow)
		w->len += (size_t)n;
}

__attribute__((format(printf, 2, 3))) static void append(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append_list(w, format, args);
	va_end(args);
}

static void end_line(struct writer *w)
{
	if (w->lines == SL_SDP_LINES_MAX)
		w->overflow = true;
	if (w->overflow)
		return;
	memcpy(w->buf + w->len, "\r\n", 3);
	w->len += 2;
	w->lines++;
}

/* One line and its CRLF. */
__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append_list(w, format, args);
	va_end(args);
	end_line(w);
}

/* "IN IP4 192.0.2.1" */
static const char *address_text(const struct sl_sdp_address *address, char text[64])
{
	char host[INET6_ADDRSTRLEN];

	inet_ntop(address->family, address->ip, host, sizeof(host));
	snprintf(text, 64, "IN IP%c %s", address->family == AF_INET ? '4' : '6', host);
	return text;
}

static void put_connection(struct writer *w, const struct sl_sdp_address *address)
{
	char text[64];

	if (address->family)
		put(w, "c=%s", address_text(address, text));
}

/* As it is, but for the name of an attribute that is known. */
static void put_raw(struct writer *w, const struct sl_sdp_line *line)
{
	const char *name = sl_sdp_attribute_name(line);
	struct sl_text value = {line->text.at + 2, line->text.len - 2};
	uint32_t len = name ? (uint32_t)strlen(name) : 0;

	if ((*line->text.at | 0x20) != 'a')
		value = sl_sdp_trim(value);
	if (!name || (value.len >= len && !memcmp(value.at, name, len) &&
			     (value.len == len || value.at[len] == ':'))) {
		put(w, "%c=%.*s", *line->text.at | 0x20, (int)value.len, value.at);
		return;
	}
	sl_sdp_attribute_cut(&value);
	value = sl_sdp_trim(value);
	put(w, "a=%s%s%.*s", name, value.len ? ":" : "", (int)value.len, value.at);
}

/* Where this media is to be reached according to the output. */
static const struct sl_sdp_address *media_address(const struct writer *w, unsigned media)
{
	const struct sl_sdp_media_edit *edit = &w->edit->media[media];

	return edit->action == SL_SDP_RELAY ? &edit->address : &w->address;
}

static void put_rtcp(struct writer *w, const struct sl_sdp_media_edit *edit, bool with_address)
{
	char text[64];

	w->rtcp_due = false;
	if (with_address)
		put(w, "a=rtcp:%u %s", edit->rtcp_port, address_text(&edit->address, text));
	else
		put(w, "a=rtcp:%u", edit->rtcp_port);
}

static void put_mux(struct writer *w)
{
	w->mux_due = false;
	put(w, "a=rtcp-mux");
}

static void put_crypto(struct writer *w, const struct sl_sdp_media_edit *edit)
{
	w->crypto_due = false;
	for (unsigned i = 0; i < edit->n_crypto; i++)
		put(w, "a=crypto:%s", edit->crypto[i]);
}

static void put_direction(struct writer *w, const struct sl_sdp_media_edit *edit)
{
	w->direction_due = false;
	put(w, "a=%s", sl_sdp_direction_name(edit->direction));
}

/* A number that no other medium has for its name. */
static void put_mid(struct writer *w, unsigned index)
{
	unsigned number = index;
	char name[12];

	for (unsigned i = 0; i < w->sdp->n_media; i++) {
		snprintf(name, sizeof(name), "%u", number);
		if (!w->sdp->media[i].mid.at || !sl_text_is(w->sdp->media[i].mid, name))
			continue;
		number += SL_SDP_MEDIA_MAX;
		i = UINT_MAX; /* from the first again */
	}
	put(w, "a=mid:%u", number);
}

/* A format that is listed twice stays so; odd blanks do not. */
static void put_media(
	struct writer *w, const struct sl_sdp_media *media, uint16_t port, const char *proto)
{
	struct sl_text rest = media->formats, word = sl_sdp_word(&rest);

	if (!proto)
		append(w, "m=%.*s %u %.*s", (int)media->type.len, media->type.at, port,
			(int)media->proto_text.len, media->proto_text.at);
	else
		append(w, "m=%.*s %u %s", (int)media->type.len, media->type.at, port, proto);
	if (!word.len)
		append(w, " 0");
	for (; word.len && !w->overflow; word = sl_sdp_word(&rest))
		append(w, " %.*s", (int)word.len, word.at);
	end_line(w);
}

/* m= itself; then notes what else the section has to say before it ends. */
static void begin_media(struct writer *w, const struct sl_sdp_line *line)
{
	const struct sl_sdp_media *media = &w->sdp->media[line->media];
	const struct sl_sdp_media_edit *edit = &w->edit->media[line->media];
	const struct sl_sdp_address *address = media_address(w, line->media);
	bool relay = edit->action == SL_SDP_RELAY;

	w->c_due = address->family &&
		   (media->own_connection || !sl_sdp_address_equal(address, &w->session));
	w->rtcp_due = relay && edit->rtcp_port;
	w->mux_due = relay && edit->rtcp_mux;
	w->crypto_due = relay;
	w->mid_due = relay && edit->mid_add && !media->mid.at;
	w->direction_due = relay && edit->redirect;
	put_media(w, media, relay ? edit->port : 0, relay ? sl_sdp_proto_name(edit->proto) : NULL);
}

/* Adds behind the last line what the relay says and the section did not have. */
static void end_media(struct writer *w, unsigned index)
{
	const struct sl_sdp_media_edit *edit = &w->edit->media[index];

	if (w->c_due)
		put_connection(w, media_address(w, index));
	if (w->rtcp_due)
		put_rtcp(w, edit, edit->rtcp_full);
	if (w->direction_due)
		put_direction(w, edit);
	if (w->mid_due)
		put_mid(w, index);
	if (w->mux_due)
		put_mux(w);
	if (w->crypto_due)
		put_crypto(w, edit);
}

/* "a=group:BUNDLE 0 1": media that would share the ports of the first. */
static bool is_bundle(const struct sl_sdp_line *line)
{
	struct sl_text value;
	unsigned members = 0;

	if (!sl_sdp_attribute_is(line, "group", &value) ||
		!sl_text_same(sl_sdp_word(&value), "BUNDLE"))
		return false;
	while (sl_sdp_word(&value).len)
		members++;
	return members > 1;
}

static void put_origin(struct writer *w)
{
	const struct sl_sdp *sdp = w->sdp;
	const bool v4 = sl_text_same(sdp->origin_family, "IP4");
	const bool v6 = sl_text_same(sdp->origin_family, "IP6");
	char text[64];

	append(w, "o=%.*s %.*s %.*s ", (int)sdp->origin_user.len, sdp->origin_user.at,
		(int)sdp->origin_id.len, sdp->origin_id.at, (int)sdp->origin_version.len,
		sdp->origin_version.at);
	if (w->edit->origin.family)
		append(w, "%s", address_text(&w->edit->origin, text));
	else if (v4 || v6)
		append(w, "IN IP%c %.*s", v4 ? '4' : '6', (int)sdp->origin_address.len,
			sdp->origin_address.at);
	else
		append(w, "%.*s %.*s %.*s", (int)sdp->origin_net.len, sdp->origin_net.at,
			(int)sdp->origin_family.len, sdp->origin_family.at,
			(int)sdp->origin_address.len, sdp->origin_address.at);
	end_line(w);
}

static void put_session_line(struct writer *w, const struct sl_sdp_line *line)
{
	if (line->kind == SL_SDP_LINE_ORIGIN) {
		put_origin(w);
		put(w, "s=%.*s", (int)w->sdp->name.len, w->sdp->name.at);
	} else if (line->kind == SL_SDP_LINE_CONNECTION) {
		put_connection(w, &w->session);
	} else if (line->kind != SL_SDP_LINE_NAME && !is_bundle(line)) {
		put_raw(w, line);
	}
}

/* A line of a medium that is relayed. */
static void put_media_line(struct writer *w, const struct sl_sdp_line *line)
{
	const struct sl_sdp_media *media = &w->sdp->media[line->media];
	const struct sl_sdp_media_edit *edit = &w->edit->media[line->media];

	switch (line->kind) {
	case SL_SDP_LINE_CONNECTION:
	case SL_SDP_LINE_BUNDLE_ONLY:
		return;
	case SL_SDP_LINE_DIRECTION:
		if (!edit->redirect)
			put_raw(w, line);
		else if (w->direction_due)
			put_direction(w, edit);
		return;
	case SL_SDP_LINE_RTCP:
		if (w->rtcp_due)
			put_rtcp(w, edit, edit->rtcp_full || media->rtcp_address.family != 0);
		return;
	case SL_SDP_LINE_RTCP_MUX:
		if (w->mux_due)
			put_mux(w);
		return;
	case SL_SDP_LINE_RTCP_MUX_ONLY:
		if (edit->rtcp_mux)
			put_raw(w, line);
		return;
	case SL_SDP_LINE_MID:
		if (!edit->mid_remove)
			put_raw(w, line);
		return;
	case SL_SDP_LINE_CRYPTO:
		if (w->crypto_due)
			put_crypto(w, edit);
		return;
	default:
		put_raw(w, line);
		return;
	}
}

static bool stays(const struct writer *w, const struct sl_sdp_line *line)
{
	return line->kind == SL_SDP_LINE_STAYS ||
	       (line->kind == SL_SDP_LINE_ICE && w->edit->ice_remove) ||
	       (line->kind == SL_SDP_LINE_DTLS && w->edit->dtls_remove);
}

static void put_line(struct writer *w, const struct sl_sdp_line *line)
{
	const bool session = line->media == SL_SDP_SESSION;
	const struct sl_sdp_media_edit *edit = session ? NULL : &w->edit->media[line->media];

	if (edit && edit->action == SL_SDP_OMIT)
		return;
	if (line->kind == SL_SDP_LINE_MEDIA) {
		begin_media(w, line);
		return;
	}
	/* c= stands behind m= and i= (RFC 8866 5). */
	if (edit && w->c_due && (line->kind != SL_SDP_LINE_TITLE || edit->action != SL_SDP_RELAY)) {
		put_connection(w, media_address(w, line->media));
		w->c_due = false;
	}
	if (stays(w, line))
		return;
	if (session)
		put_session_line(w, line);
	else if (edit->action == SL_SDP_RELAY)
		put_media_line(w, line);
	else if (line->kind == SL_SDP_LINE_MID && !edit->mid_remove)
		put_raw(w, line);
}

static void put_missing(struct writer *w)
{
	for (unsigned i = 0; i < w->edit->n_missing; i++) {
		put(w, "m=%s", w->edit->missing[i]);
		if (w->address.family && !sl_sdp_address_equal(&w->address, &w->session))
			put_connection(w, &w->address);
	}
}

/* The session's c= is right for the first relayed medium, and what is not relayed has none to fear.
 */
static void choose_addresses(struct writer *w)
{
	w->address = w->edit->address;
	for (unsigned i = 0; i < w->edit->n_media && !w->session.family; i++)
		if (w->edit->media[i].action == SL_SDP_RELAY)
			w->session = w->edit->media[i].address;
	if (!w->session.family)
		w->session = w->address;
	if (!w->address.family)
		w->address = w->session;
	if (!w->sdp->connection.family)
		memset(&w->session, 0, sizeof(w->session));
}

static bool edits_fit(const struct sl_sdp *sdp, const struct sl_sdp_edit *edit)
{
	if (edit->n_media != sdp->n_media)
		return false;
	for (unsigned i = 0; i < edit->n_media; i++) {
		const struct sl_sdp_media *media = &sdp->media[i];
		const struct sl_sdp_media_edit *change = &edit->media[i];

		if (change->action == SL_SDP_RELAY &&
			(!change->address.family || change->port == 0 || media->port == 0 ||
				media->proto == SL_SDP_OTHER ||
				change->n_crypto > SL_SDP_CRYPTO_MAX))
			return false;
	}
	return true;
}

ssize_t sl_sdp_rewrite(
	const struct sl_sdp *sdp, const struct sl_sdp_edit *edit, char *buf, size_t size)
{
	struct writer writer = {.sdp = sdp, .edit = edit, .buf = buf, .size = size}, *w = &writer;

	if (!edits_fit(sdp, edit))
		return -EINVAL;
	choose_addresses(w);
	for (unsigned i = 0; i < sdp->n_lines; i++) {
		const struct sl_sdp_line *line = &sdp->lines[i];
		bool last = i + 1 == sdp->n_lines || sdp->lines[i + 1].media != line->media;

		put_line(w, line);
		if (last && line->media != SL_SDP_SESSION &&
			edit->media[line->media].action != SL_SDP_OMIT)
			end_media(w, line->media);
	}
	put_missing(w);
	if (w->overflow || w->len > SL_SDP_BYTES_MAX) {
		if (size > 0)
			explicit_bzero(buf, size);
		return -ENOSPC;
	}
	return (ssize_t)w->len;
}
