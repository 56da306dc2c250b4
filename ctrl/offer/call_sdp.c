/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/call_sdp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/call/port_pair.h"
#include "ctrl/media/hairpin.h"
#include "ctrl/offer/negotiate.h"
#include "ctrl/sdp/sdp_text.h"

int sl_call_sdp_parse(struct sl_sdp *sdp, const struct sl_request *options, struct sl_error *error)
{
	struct sl_sdp_error fault;

	if (sl_sdp_parse(sdp, options->sdp.at, options->sdp.len, &fault))
		return sl_refuse(error, -SL_E_SDP, "SDP: %s", fault.reason);
	if (sdp->n_media > SL_MAX_MEDIA)
		return sl_refuse(error, -SL_E_SDP, "SDP: more than %d m-lines", SL_MAX_MEDIA);
	if (fault.line)
		sl_remark(error, "%s: counts as absent", fault.reason);
	sl_call_sdp_remark(options, error);
	return 0;
}

void sl_call_sdp_remark(const struct sl_request *options, struct sl_error *error)
{
	const struct sl_text id = options->call_id;
	const struct sl_word call = sl_word_of(id.at ? id.at : "", id.len);

	if (error->text[0])
		SL_LOG_LIMITED_EVENT(SL_LOG_INFO,
			SL_FIELDS(.call = call.text, .reason = error->text), "call %s: %s",
			call.text, error->text);
	*error = (struct sl_error){0};
}

static uint32_t word(const uint8_t ip[16])
{
	return (uint32_t)ip[12] << 24 | (uint32_t)ip[13] << 16 | (uint32_t)ip[14] << 8 | ip[15];
}

static bool is_broadcast_of(const struct sl_config_address *a, const uint8_t ip[16])
{
	uint32_t host = a->prefix < 31 ? UINT32_MAX >> a->prefix : 0;

	return sl_address_is_ipv4(a->ip) && sl_address_is_ipv4(ip) && host &&
	       !((word(a->ip) ^ word(ip)) & ~host) &&
	       ((word(ip) & host) == host || !(word(ip) & host));
}

/* The broadcast address of a network that the relay is in: its first address was one too (RFC
 * 1122 3.3.6). */
static bool is_broadcast(const struct sl_sessions *sessions, const struct sl_endpoint *endpoint)
{
	for (unsigned i = 0; i < sessions->env.n_interfaces; i++) {
		const struct sl_config_interface *config = sessions->env.interfaces[i].config;

		for (unsigned a = 0; a < config->n_addresses; a++)
			if (is_broadcast_of(&config->address[a], endpoint->ip))
				return true;
	}
	return false;
}

int sl_call_sdp_check(const struct sl_sessions *sessions, struct sl_media_params *params,
	unsigned m, struct sl_error *error)
{
	char text[SL_ADDRESS_TEXT];

	if (!params->active || !params->media || params->held)
		return 0;
	for (int i = 0; i < SL_COMPONENTS; i++) {
		struct sl_endpoint *remote = &params->remote[i];
		int rc = sl_hairpin_resolve(sessions, remote, m, error);

		if (rc)
			return rc;
		if (is_broadcast(sessions, remote))
			return sl_refuse(error, -SL_E_ADDRESS,
				"medium %u: %s is the broadcast address of the relay's network",
				m + 1, sl_address_text(remote->ip, text));
	}
	return 0;
}

void sl_call_sdp_address(struct sl_call_sdp *w, unsigned m, const struct sl_port_pair *ports,
	enum sl_sdp_proto proto, bool mux, bool muxed)
{
	struct sl_sdp_media_edit *edit = &w->media[m];

	edit->action = SL_SDP_RELAY;
	sl_address_to_sdp(sl_port_pair_address(ports)->advertise, &edit->address);
	edit->port = ports->rtp;
	edit->rtcp_port = (uint16_t)(muxed ? ports->rtp : ports->rtp + 1);
	edit->proto = proto;
	edit->rtcp_mux = mux;
}

void sl_call_sdp_hold(struct sl_call_sdp *w, unsigned m, const struct sl_sdp_media *media,
	const struct sl_media_params *said, const struct sl_media_params *offered)
{
	bool sends = said->direction == SL_SDP_SENDRECV || said->direction == SL_SDP_SENDONLY;

	if (!said->held || media->ice)
		return;
	if (offered)
		sends &= !offered->held && (offered->direction == SL_SDP_SENDRECV ||
						   offered->direction == SL_SDP_RECVONLY);
	w->media[m].redirect = true;
	w->media[m].direction = sends ? SL_SDP_SENDONLY : SL_SDP_INACTIVE;
}

int sl_call_sdp_key(struct sl_call_sdp *w, unsigned m, uint32_t tag, enum sl_suite suite,
	const struct sl_session_key *key, bool draft_name, struct sl_error *error)
{
	unsigned n = w->media[m].n_crypto;
	char *line = w->lines[m][n];

	if (!key || sl_sdes_format(line, SL_SDES_TEXT_MAX - sizeof(SL_SDES_LIFETIME), tag,
			    &key->master, draft_name) < 0)
		return sl_refuse(error, -EIO, "no key can be made for %s", sl_suites[suite].name);
	if (w->lifetime)
		strcat(line, SL_SDES_LIFETIME);
	w->crypto[m][n] = line;
	w->media[m].crypto = w->crypto[m];
	w->media[m].n_crypto = n + 1;
	return 0;
}

void sl_call_sdp_refused(const struct sl_sdp_media *media, char out[SL_MAX_REFUSED])
{
	struct sl_text formats = media->formats, format = sl_sdp_word(&formats);

	snprintf(out, SL_MAX_REFUSED, "%.*s 0 %.*s %.*s",
		(int)(media->type.len < SL_MAX_KIND ? media->type.len : SL_MAX_KIND - 1),
		media->type.at, media->proto_text.len < 20 ? (int)media->proto_text.len : 20,
		media->proto_text.at, format.len ? (format.len < 12 ? (int)format.len : 12) : 1,
		format.len ? format.at : "0");
}

void sl_call_sdp_missing(struct sl_call_sdp *w, const char *refused)
{
	w->missing[w->edit.n_missing++] = refused;
}

/* Where the first medium that is relayed is to be reached, else where the next one would be. */
static struct sl_sdp_address our_address(
	const struct sl_call_sdp *w, const struct sl_sdp *sdp, const struct sl_interface *interface)
{
	const struct sl_config_interface *config = interface->config;
	struct sl_sdp_address ours;
	unsigned i = 0;

	for (unsigned m = 0; m < sdp->n_media; m++)
		if (w->media[m].action == SL_SDP_RELAY)
			return w->media[m].address;
	while (i < config->n_addresses && !sl_address_is_ipv4(config->address[i].ip))
		i++;
	sl_address_to_sdp(config->address[i < config->n_addresses ? i : 0].advertise, &ours);
	return ours;
}

static void set_options(struct sl_call_sdp *w, const struct sl_sdp *sdp,
	const struct sl_interface *interface, const struct sl_request *options)
{
	for (unsigned m = 0; m < sdp->n_media && options->media_address.family; m++)
		if (w->media[m].action == SL_SDP_RELAY)
			w->media[m].address = options->media_address;
	/* Not that of the other party, which is none of this one's business. */
	w->edit.address = our_address(w, sdp, interface);
	if (options->replace_origin)
		w->edit.origin = w->edit.address;
	for (unsigned m = 0; m < sdp->n_media; m++) {
		struct sl_sdp_media_edit *edit = &w->media[m];

		if (options->rtcp_attribute == SL_RTCP_LINE_NONE)
			edit->rtcp_port = 0;
		edit->rtcp_full = options->rtcp_attribute == SL_RTCP_LINE_FULL;
		edit->mid_add = w->offer && options->generate_mid;
	}
}

/* Makes the changes of a routing script: once more through the parser, on the finished text. */
static ssize_t filter(const struct sl_request *options, bool offer, char *out, size_t len,
	size_t room, struct sl_error *error)
{
	char *text = malloc(len);
	struct sl_sdp_error fault;
	struct sl_error transcoding;
	struct sl_sdp *sdp = malloc(sizeof(*sdp));
	ssize_t rc = -ENOMEM;

	if (text && sdp) {
		memcpy(text, out, len);
		rc = sl_sdp_parse(sdp, text, len, &fault);
		if (!rc)
			rc = sl_sdp_filter_write(
				&options->filter, sdp, offer, out, room, &transcoding);
	}
	if (rc == -ENOTSUP)
		rc = sl_refuse(error, -SL_E_UNSUPPORTED, "%s", transcoding.text);
	else if (rc < 0)
		rc = sl_refuse(error, rc == -EBADMSG ? -SL_E_SDP : (int)rc,
			"SDP: cannot be changed as codec or sdp-attr asks");
	if (rc < 0)
		explicit_bzero(out, room);
	if (text)
		explicit_bzero(text, len);
	free(text);
	free(sdp);
	return rc;
}

ssize_t sl_call_sdp_write(struct sl_call_sdp *w, const struct sl_sdp *sdp,
	const struct sl_interface *interface, const struct sl_request *options, char *out,
	size_t room, struct sl_error *error)
{
	ssize_t len;

	w->edit.ice_remove = true; /* a candidate would lead media past the relay */
	w->edit.dtls_remove = true;
	w->edit.media = w->media;
	w->edit.n_media = sdp->n_media;
	w->edit.missing = w->missing;
	set_options(w, sdp, interface, options);
	len = sl_sdp_rewrite(sdp, &w->edit, out, room);
	if (len == -ENOSPC)
		return sl_refuse(error, -SL_E_SIZE, "SDP: too large for a reply");
	if (len < 0)
		return sl_refuse(error, (int)len, "SDP: cannot be rewritten");
	if (sl_sdp_filter_any(&options->filter))
		return filter(options, w->offer, out, (size_t)len, room, error);
	return len;
}
