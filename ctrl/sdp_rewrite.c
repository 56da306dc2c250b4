/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/sdp_rewrite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/sdp_parse.h"

struct writer {
	const struct sl_sdp *sdp;
	const struct sl_sdp_edit *edit;
	struct sl_sdp_address session; /* what the session's c= says in the output */
	char *buf;
	size_t size, len;
	unsigned lines;
	bool overflow;
	/* Of the media section being written: */
	bool c_due, rtcp_due, mux_due, crypto_due, mid_due;
};

/* One line and its CRLF. */
__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
	size_t room = w->size - w->len;
	va_list args;
	int n;

	if (w->overflow)
		return;
	va_start(args, format);
	n = vsnprintf(w->buf + w->len, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n + 3 > room || w->lines == SL_SDP_LINES_MAX) {
		w->overflow = true;
		return;
	}
	memcpy(w->buf + w->len + n, "\r\n", 3);
	w->len += (size_t)n + 2;
	w->lines++;
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

	put(w, "c=%s", address_text(address, text));
}

static void put_raw(struct writer *w, const struct sl_sdp_line *line)
{
	put(w, "%.*s", (int)line->text.len, line->text.at);
}

/* Where this media is to be reached according to the output. Family 0: nowhere, it is refused. */
static const struct sl_sdp_address *media_address(const struct writer *w, unsigned media)
{
	const struct sl_sdp_media_edit *edit = &w->edit->media[media];

	if (edit->action != SL_SDP_KEEP && edit->address.family)
		return &edit->address;
	return &w->sdp->media[media].connection;
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

/* m= itself; then notes what else the section has to say before it ends. */
static void begin_media(struct writer *w, const struct sl_sdp_line *line)
{
	const struct sl_sdp_media *media = &w->sdp->media[line->media];
	const struct sl_sdp_media_edit *edit = &w->edit->media[line->media];
	const struct sl_sdp_address *address = media_address(w, line->media);
	const char *proto = sl_sdp_proto_name(edit->proto);
	bool relay = edit->action == SL_SDP_RELAY;

	w->c_due = !media->own_connection && address->family &&
		   !sl_sdp_address_equal(address, &w->session);
	w->rtcp_due = relay && edit->rtcp_port;
	w->mux_due = relay && edit->rtcp_mux;
	w->crypto_due = relay;
	w->mid_due = relay && edit->mid_add && !media->mid.at;
	if (edit->action == SL_SDP_KEEP) {
		put_raw(w, line);
		return;
	}
	if (!relay || !proto)
		put(w, "m=%.*s %u %.*s %.*s", (int)media->type.len, media->type.at,
			relay ? edit->port : 0, (int)media->proto_text.len, media->proto_text.at,
			(int)media->formats.len, media->formats.at);
	else
		put(w, "m=%.*s %u %s %.*s", (int)media->type.len, media->type.at, edit->port, proto,
			(int)media->formats.len, media->formats.at);
}

/* What the relay adds and the section did not have: behind its last line. */
static void end_media(struct writer *w, unsigned index)
{
	const struct sl_sdp_media_edit *edit = &w->edit->media[index];

	if (w->c_due)
		put_connection(w, media_address(w, index));
	if (w->rtcp_due)
		put_rtcp(w, edit, edit->rtcp_full);
	if (w->mid_due)
		put_mid(w, index);
	if (w->mux_due)
		put_mux(w);
	if (w->crypto_due)
		put_crypto(w, edit);
}

/* "a=group:BUNDLE 0 1": media that would share the ports of the first. */
static bool is_bundle(struct sl_text text)
{
	static const char prefix[] = "a=group:BUNDLE ";
	unsigned members = 0;

	if (text.len < sizeof(prefix) - 1 || memcmp(text.at, prefix, sizeof(prefix) - 1))
		return false;
	text.at += sizeof(prefix) - 1;
	text.len -= sizeof(prefix) - 1;
	while (sl_sdp_word(&text).len)
		members++;
	return members > 1;
}

static void put_session_line(struct writer *w, const struct sl_sdp_line *line)
{
	char text[64];

	if (line->kind == SL_SDP_LINE_ORIGIN && w->edit->origin.family)
		put(w, "o=%.*s %s", (int)w->sdp->origin_user.len, w->sdp->origin_user.at,
			address_text(&w->edit->origin, text));
	else if (line->kind == SL_SDP_LINE_CONNECTION)
		put_connection(w, &w->session);
	else if (!is_bundle(line->text))
		put_raw(w, line);
}

static void put_media_line(struct writer *w, const struct sl_sdp_line *line)
{
	const struct sl_sdp_media *media = &w->sdp->media[line->media];
	const struct sl_sdp_media_edit *edit = &w->edit->media[line->media];
	const struct sl_sdp_address *address = media_address(w, line->media);
	bool relay = edit->action == SL_SDP_RELAY;

	switch (line->kind) {
	case SL_SDP_LINE_CONNECTION:
		put_connection(w, address);
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
		if (relay && edit->rtcp_mux)
			put_raw(w, line);
		return;
	case SL_SDP_LINE_MID:
		if (!relay || !edit->mid_remove)
			put_raw(w, line);
		return;
	case SL_SDP_LINE_BUNDLE_ONLY:
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

static void put_line(struct writer *w, const struct sl_sdp_line *line)
{
	bool session = line->media == SL_SDP_SESSION;

	if (line->kind == SL_SDP_LINE_MEDIA) {
		begin_media(w, line);
		return;
	}
	/* c= stands behind m= and i= (RFC 8866 5). */
	if (!session && w->c_due && line->kind != SL_SDP_LINE_TITLE) {
		put_connection(w, media_address(w, line->media));
		w->c_due = false;
	}
	if (!session && w->edit->media[line->media].action == SL_SDP_KEEP)
		put_raw(w, line);
	else if (line->kind == SL_SDP_LINE_KEY ||
		 (line->kind == SL_SDP_LINE_ICE && w->edit->ice_remove) ||
		 (line->kind == SL_SDP_LINE_DTLS && w->edit->dtls_remove))
		return;
	else if (session)
		put_session_line(w, line);
	else
		put_media_line(w, line);
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
	w->session = sdp->connection;
	for (unsigned i = 0; i < edit->n_media && sdp->connection.family; i++) {
		if (edit->media[i].action == SL_SDP_RELAY) {
			w->session = edit->media[i].address;
			break;
		}
	}
	for (unsigned i = 0; i < sdp->n_lines; i++) {
		const struct sl_sdp_line *line = &sdp->lines[i];
		bool last = i + 1 == sdp->n_lines || sdp->lines[i + 1].media != line->media;

		put_line(w, line);
		if (last && line->media != SL_SDP_SESSION)
			end_media(w, line->media);
	}
	if (w->overflow || w->len > SL_SDP_BYTES_MAX) {
		if (size > 0)
			explicit_bzero(buf, size);
		return -ENOSPC;
	}
	return (ssize_t)w->len;
}
