/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/hairpin.h"

#include <string.h>

#include "ctrl/call/port_pair.h"
#include "ctrl/call/refusal.h"
#include "dataplane/path/hairpin.h"

static bool is_shown_as(const struct sl_config_address *address, const uint8_t ip[16])
{
	return !memcmp(address->ip, ip, 16) || !memcmp(address->advertise, ip, 16);
}

int sl_hairpin_resolve(const struct sl_sessions *sessions, struct sl_endpoint *remote, unsigned m,
	struct sl_error *error)
{
	char text[SL_ENDPOINT_TEXT];
	bool ours = false;

	for (unsigned i = 0; i < sessions->env.n_interfaces; i++) {
		const struct sl_config_interface *config = sessions->env.interfaces[i].config;

		for (unsigned a = 0; a < config->n_addresses; a++) {
			if (!is_shown_as(&config->address[a], remote->ip))
				continue;
			ours = true;
			if (remote->port < config->port_min || remote->port > config->port_max)
				continue;
			memcpy(remote->ip, config->address[a].ip, 16);
			return 0;
		}
	}
	if (!ours)
		return 0;
	return sl_refuse(error, -SL_E_ADDRESS,
		"medium %u: %s is this relay itself, and none of its media ports", m + 1,
		sl_endpoint_text(remote->ip, remote->port, text));
}

static bool is_at(const struct sl_port_pair *ports, const struct sl_endpoint *remote)
{
	return ports && (ports->rtp == remote->port || ports->rtp + 1 == remote->port) &&
	       !memcmp(sl_port_pair_address(ports)->ip, remote->ip, 16);
}

int sl_hairpin_check(const struct sl_offer *offer, const struct sl_media_params *params, unsigned m,
	struct sl_error *error)
{
	char text[SL_ENDPOINT_TEXT];

	if (!params->active || !params->media || params->held)
		return 0;
	for (int c = 0; c < SL_COMPONENTS; c++)
		for (unsigned i = 0; i < offer->n_media; i++)
			for (int side = SL_FROM; side <= SL_TO; side++)
				if (is_at(offer->ports[side][i], &params->remote[c]))
					return sl_refuse(error, -SL_E_ADDRESS,
						"medium %u: %s is its own port of this relay: it "
						"would loop",
						m + 1,
						sl_endpoint_text(params->remote[c].ip,
							params->remote[c].port, text));
	return 0;
}

const struct sl_call *sl_hairpin_call(
	const struct sl_sessions *sessions, const struct sl_path *path)
{
	uint64_t cookie = 0;

	if (path->live)
		cookie = sl_hairpin_cookie(&path->spec.destination[SL_RTP], path->spec.out_slot);
	return cookie ? sl_session_by_serial(sessions, cookie >> SL_COOKIE_SHIFT) : NULL;
}
