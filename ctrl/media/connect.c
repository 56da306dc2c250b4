/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/connect.h"

#include <string.h>

#include "ctrl/media/call_update.h"

int sl_connect(struct sl_sessions *sessions, struct sl_call *call, const struct sl_agreed side[2],
	unsigned n_media, struct sl_error *error)
{
	struct sl_call_update update = {
		.sessions = sessions, .call = call, .side = side, .n_media = n_media};
	int rc = sl_call_update_make(&update, error);

	if (rc)
		sl_call_update_undo(&update);
	else
		sl_call_update_commit(&update);
	return rc;
}

int sl_reconnect(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg,
	struct sl_error *error)
{
	struct sl_leg *legs[2] = {leg, leg->peer};
	struct sl_media_params params[2][SL_MAX_MEDIA];
	struct sl_port_pair *ports[2][SL_MAX_MEDIA];
	struct sl_session_key *ours[2][SL_MAX_MEDIA];
	struct sl_agreed side[2];
	unsigned n;
	int rc;

	if (!leg->peer)
		return 0;
	n = leg->n_media < leg->peer->n_media ? leg->n_media : leg->peer->n_media;
	for (int i = 0; i < 2; i++) {
		for (unsigned m = 0; m < n; m++) {
			params[i][m] = legs[i]->media[m].params;
			ports[i][m] = legs[i]->media[m].ports;
			ours[i][m] = legs[i]->media[m].out;
		}
		side[i] = (struct sl_agreed){legs[i], params[i], ports[i], ours[i]};
	}
	rc = sl_connect(sessions, call, side, n, error);
	explicit_bzero(params, sizeof(params));
	return rc;
}
