/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parse, rewrite, parse again: what the relay writes is SDP, says the relay's addresses, ports and
 * keys where it relays, and holds none of the other side's. The last input byte picks the edits.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sdp/sdp_rewrite.h"
#include "ctrl/sdp/sdp_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

static const struct sl_sdp_address v4 = {AF_INET, {198, 51, 100, 7}};
static const struct sl_sdp_address v6 = {AF_INET6, {0x20, 0x01, 0x0d, 0xb8, [15] = 7}};
static const struct sl_sdp_address ours = {AF_INET, {198, 51, 100, 8}};
static const char *const keys[] = {"1 AES_CM_128_HMAC_SHA1_80 inline:NEW", "2 NEW"};

/* Media may be relayed, refused or left out; `mode` decides, so that the fuzzer finds all mixtures.
 */
static void choose(const struct sl_sdp *sdp, uint8_t mode, struct sl_sdp_media_edit *media)
{
	for (unsigned i = 0; i < sdp->n_media; i++) {
		const struct sl_sdp_media *from = &sdp->media[i];

		media[i] = (struct sl_sdp_media_edit){
			.action = from->port == 0 || from->proto == SL_SDP_OTHER ? SL_SDP_REFUSE
										 : SL_SDP_RELAY,
			.address = (mode >> (i & 1)) & 1 ? v6 : v4,
			.port = (uint16_t)(30000 + 2 * i),
			.proto = (mode >> 2) & 3 ? 1 + ((mode >> 2) & 3) : SL_SDP_OTHER,
			.rtcp_port = mode & 16 ? (uint16_t)(30001 + 2 * i) : 0,
			.rtcp_mux = mode & 32,
			.crypto = keys,
			.n_crypto = mode & 64 ? 2 : 0,
		};
		if (mode & 128 && (i & 3) == 3)
			media[i].action = i & 4 ? SL_SDP_OMIT : SL_SDP_REFUSE;
	}
}

static void same_words(struct sl_text a, struct sl_text b)
{
	struct sl_text x, y;

	do {
		x = sl_sdp_word(&a);
		y = sl_sdp_word(&b);
		demand(x.len == y.len && (!x.len || !memcmp(x.at, y.at, x.len)));
	} while (x.len);
}

static void check_media(const struct sl_sdp_media *from, const struct sl_sdp_media_edit *edit,
	const struct sl_sdp_media *to)
{
	demand(sl_text_alike(from->type, to->type));
	if (from->formats.len)
		same_words(from->formats, to->formats);
	if (edit->action == SL_SDP_REFUSE) {
		demand(to->port == 0 && to->n_crypto == 0 && !to->has_rtcp);
		demand(sl_sdp_address_equal(&to->connection, &ours));
		return;
	}
	demand(sl_sdp_address_equal(&to->connection, &edit->address));
	demand(to->port == edit->port && to->port_count == 1);
	demand(to->proto == (edit->proto ? edit->proto : from->proto));
	demand(to->has_rtcp == (edit->rtcp_port != 0) && to->rtcp_port == edit->rtcp_port);
	demand(!to->rtcp_address.family || sl_sdp_address_equal(&to->rtcp_address, &edit->address));
	demand(to->rtcp_mux == edit->rtcp_mux && to->n_crypto == edit->n_crypto);
	for (unsigned i = 0; i < to->n_crypto; i++)
		demand(sl_text_is(to->crypto[i], keys[i]));
	demand(to->direction == from->direction);
}

/* In a medium that is refused nothing but m=, c= and a=mid stands; no bare LF, no CR or NUL else.
 */
static void check_lines(const struct sl_sdp *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		demand(text[i] != '\0');
		demand((text[i] == '\r') == (i + 1 < len && text[i + 1] == '\n'));
	}
	for (unsigned i = 0; i < out->n_lines; i++) {
		const struct sl_sdp_line *line = &out->lines[i];

		demand(line->kind != SL_SDP_LINE_STAYS);
		demand(line->media == SL_SDP_SESSION || out->media[line->media].port ||
			line->kind == SL_SDP_LINE_MEDIA || line->kind == SL_SDP_LINE_CONNECTION ||
			line->kind == SL_SDP_LINE_MID);
	}
}

static void check_error(const struct sl_sdp_error *error)
{
	demand(!strncmp(error->reason, "SDP", 3));
	for (const char *c = error->reason; *c; c++)
		demand(*c >= 0x20 && *c <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sl_sdp sdp, again;
	static struct sl_sdp_media_edit media[SL_SDP_MEDIA_MAX];
	static char out[SL_SDP_BYTES_MAX + 1];
	static const char *const missing = "video 0 RTP/AVP 96";
	struct sl_sdp_error error;
	struct sl_sdp_edit edit;
	unsigned n = 0;
	uint8_t mode;
	ssize_t len;

	if (size == 0)
		return 0;
	mode = data[size - 1];
	if (sl_sdp_parse(&sdp, (const char *)data, size - 1, &error)) {
		check_error(&error);
		return 0;
	}
	choose(&sdp, mode, media);
	edit = (struct sl_sdp_edit){
		.origin = mode & 1 ? v4 : (struct sl_sdp_address){0},
		.ice_remove = mode & 2,
		.dtls_remove = mode & 8,
		.address = ours,
		.media = media,
		.n_media = sdp.n_media,
		.missing = &missing,
		.n_missing = mode & 1,
	};
	len = sl_sdp_rewrite(&sdp, &edit, out, sizeof(out));
	if (len == -ENOSPC) {
		demand(sdp.n_lines > 100);
		return 0;
	}
	demand(len > 0 && out[len] == '\0');
	demand(sl_sdp_parse(&again, out, (size_t)len, &error) == 0 && error.line == 0);
	check_lines(&again, out, (size_t)len);
	for (unsigned i = 0; i < sdp.n_media; i++)
		if (media[i].action != SL_SDP_OMIT)
			check_media(&sdp.media[i], &media[i], &again.media[n++]);
	demand(again.n_media == n + edit.n_missing);
	for (unsigned i = 0; i < again.n_lines && mode & 2; i++)
		demand(again.lines[i].kind != SL_SDP_LINE_ICE);
	return 0;
}
