/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An SDP that was understood can be rewritten, and what was written is understood again: each
 * relayed media at the relay's address and port, with the relay's key and nobody else's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sdes.h"
#include "ctrl/sdp.h"
#include "ctrl/sdp_rewrite.h"

#define KEY "1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sl_sdp_address relay = {AF_INET, {192, 0, 2, 9}};

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* A key that was understood is written and read back as the same key. */
static void keys(const struct sl_sdp_media *media)
{
	for (unsigned i = 0; i < media->n_crypto; i++) {
		struct sl_sdes sdes, again;
		char text[SL_SDES_TEXT_MAX];
		const char *reason = NULL;
		int result =
			sl_sdes_parse(&sdes, media->crypto[i].at, media->crypto[i].len, &reason);
		int len;

		demand(result == 0 || reason != NULL);
		if (result)
			continue;
		len = sl_sdes_format(text, sizeof(text), sdes.tag, &sdes.master, sdes.draft_name);
		demand(len > 0 && sl_sdes_parse(&again, text, (size_t)len, &reason) == 0);
		demand(again.tag == sdes.tag && again.master.suite == sdes.master.suite);
		demand(memcmp(again.master.key, sdes.master.key, SL_MASTER_KEY_MAX) == 0);
		demand(memcmp(again.master.salt, sdes.master.salt, SL_MASTER_SALT_MAX) == 0);
	}
}

static void edit_media(struct sl_sdp_media_edit *edit, const struct sl_sdp_media *media, unsigned i)
{
	static const char *const crypto[] = {KEY};

	memset(edit, 0, sizeof(*edit));
	if (media->port == 0) {
		edit->action = SL_SDP_REFUSE;
		return;
	}
	if (media->proto == SL_SDP_OTHER)
		return;
	*edit = (struct sl_sdp_media_edit){
		.action = SL_SDP_RELAY,
		.address = relay,
		.port = (uint16_t)(20000 + 2 * i),
		.proto = SL_SDP_SAVP,
		.rtcp_port = (uint16_t)(i % 2 ? 20001 + 2 * i : 0),
		.rtcp_mux = i % 2 == 0,
		.crypto = crypto,
		.n_crypto = 1,
	};
}

static void relayed(const struct sl_sdp_media *media, const struct sl_sdp_media_edit *edit)
{
	demand(media->port == edit->port && media->proto == edit->proto);
	demand(sl_sdp_address_equal(&media->connection, &relay));
	demand(media->rtcp_mux == edit->rtcp_mux);
	demand(media->has_rtcp == (edit->rtcp_port != 0) && media->rtcp_port == edit->rtcp_port);
	demand(media->n_crypto == 1 && sl_text_is(media->crypto[0], KEY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sl_sdp sdp, again;
	static struct sl_sdp_media_edit media[SL_SDP_MEDIA_MAX];
	static char out[SL_SDP_BYTES_MAX + 1];
	struct sl_sdp_edit edit = {.origin = relay, .ice_remove = true, .dtls_remove = true};
	struct sl_sdp_error error = {0};
	ssize_t len;

	if (sl_sdp_parse(&sdp, (const char *)data, size, &error)) {
		demand(memchr(error.reason, '\0', sizeof(error.reason)) != NULL && error.reason[0]);
		return 0;
	}
	for (unsigned i = 0; i < sdp.n_media; i++) {
		keys(&sdp.media[i]);
		edit_media(&media[i], &sdp.media[i], i);
	}
	edit.media = media;
	edit.n_media = sdp.n_media;
	len = sl_sdp_rewrite(&sdp, &edit, out, sizeof(out));
	if (len == -ENOSPC)
		return 0;
	demand(len > 0 && sl_sdp_parse(&again, out, (size_t)len, &error) == 0);
	demand(again.n_media == sdp.n_media);
	for (unsigned i = 0; i < again.n_media; i++) {
		if (media[i].action == SL_SDP_RELAY)
			relayed(&again.media[i], &media[i]);
		if (media[i].action == SL_SDP_REFUSE)
			demand(again.media[i].port == 0 && again.media[i].n_crypto == 0);
	}
	return 0;
}
