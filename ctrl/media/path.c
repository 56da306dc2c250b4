/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/path.h"

#include <errno.h>
#include <string.h>

#include "dataplane/path/hairpin.h"

int sl_path_hops_get(struct sl_path *path, struct sl_error *error)
{
	struct sl_flow_spec *spec = &path->spec;
	int rc;

	for (int i = 0; i < SL_COMPONENTS && !spec->nowhere; i++) {
		if (sl_hairpin_slot(&spec->destination[i], spec->out_slot) >= 0)
			continue;
		rc = sl_interface_hop_get(path->out_interface, spec->destination[i].ip,
			spec->cookie >> SL_COOKIE_SHIFT, &spec->nexthop[i], error);
		if (rc) {
			while (i-- > 0)
				sl_interface_hop_put(path->out_interface, spec->nexthop[i]);
			return rc;
		}
	}
	return 0;
}

void sl_path_hops_put(const struct sl_path *path)
{
	for (int i = 0; i < SL_COMPONENTS && !path->spec.nowhere; i++)
		sl_interface_hop_put(path->out_interface, path->spec.nexthop[i]);
}

void sl_path_pinholes(const struct sl_path *path, bool open)
{
	if (!path->live)
		return;
	for (int i = 0; i < SL_COMPONENTS; i++)
		sl_interface_pinhole(
			path->in_interface, path->spec.in_slot, path->spec.in_port[i], open);
}

static void name_source(const struct sl_interface *interface, const uint8_t ip[16], bool named)
{
	static const uint8_t nobody[16], nobody4[16] = {[10] = 0xff, 0xff};

	if (memcmp(ip, nobody, 16) != 0 && memcmp(ip, nobody4, 16) != 0)
		sl_interface_source(interface, ip, named);
}

void sl_path_sources(struct sl_path *path, bool named)
{
	const struct sl_flow_spec *spec = &path->spec;

	if (path->named == named)
		return;
	path->named = named;
	for (int i = 0; i < SL_COMPONENTS; i++) {
		if (i && !memcmp(spec->source[i].ip, spec->source[0].ip, 16) &&
			!memcmp(spec->destination[i].ip, spec->destination[0].ip, 16))
			continue;
		name_source(path->in_interface, spec->source[i].ip, named);
		name_source(path->out_interface, spec->destination[i].ip, named);
	}
	name_source(path->in_interface, spec->policy.hint, named);
}

static bool serves(const struct sl_path *path, uint8_t slot, uint16_t port)
{
	return path->live && path->spec.in_slot == slot &&
	       (path->spec.in_port[SL_RTP] == port || path->spec.in_port[SL_RTCP] == port);
}

void sl_path_pinholes_narrow(const struct sl_path *old, const struct sl_path *next)
{
	if (!old->live)
		return;
	for (int i = 0; i < SL_COMPONENTS; i++)
		if (!serves(next, old->spec.in_slot, old->spec.in_port[i]))
			sl_interface_pinhole(
				old->in_interface, old->spec.in_slot, old->spec.in_port[i], false);
}

void sl_path_free(const struct sl_crypto_backend *crypto, struct sl_path *path)
{
	sl_path_sources(path, false);
	if (path->flow) {
		sl_flow_free(path->flow);
		sl_path_hops_put(path);
	}
	sl_session_key_put(crypto, path->in);
	sl_session_key_put(crypto, path->out);
	explicit_bzero(path, sizeof(*path));
}

unsigned sl_leg_withdraw(const struct sl_leg *leg, struct sl_flow_update *updates)
{
	unsigned n = 0;

	for (unsigned m = 0; m < leg->n_media; m++) {
		const struct sl_path *path = &leg->media[m].path;

		if (!path->live)
			continue;
		sl_path_pinholes(path, false);
		updates[n++] = (struct sl_flow_update){.old = path->flow};
	}
	return n;
}
