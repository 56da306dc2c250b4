/* SPDX-License-Identifier: BSD-3-Clause */
/* The SDP of a call: read with the relay's own limits, written with its addresses, ports and keys.
 */
#ifndef SL_CTRL_CALL_SDP_H
#define SL_CTRL_CALL_SDP_H

#include "ctrl/call/refusal.h"
#include "ctrl/call/session.h"
#include "ctrl/sdp/sdes.h"
#include "ctrl/sdp/sdp_rewrite.h"

static inline int sl_too_many_parties(struct sl_error *error)
{
	return sl_refuse(error, -SL_E_PARTIES, "a call has at most %d forks (%d parties)",
		SL_MAX_FORKS, SL_MAX_LEGS);
}

/* Parses options->sdp; logs what is passed over. 0, or -SL_E_SDP with `error`. */
int sl_call_sdp_parse(struct sl_sdp *sdp, const struct sl_request *options, struct sl_error *error);

/*
 * Refuses media that would be sent to the relay's machine, or to its whole network; a pinhole of
 * ours is resolved (ctrl/media/hairpin.h). 0 or -SL_E_ADDRESS with `error`. `m` is only for the
 * message.
 */
int sl_call_sdp_check(const struct sl_sessions *sessions, struct sl_media_params *params,
	unsigned m, struct sl_error *error);

/*
 * The SDP to write. Zero it to start (every medium is refused), say whether it is an offer;
 * wipe it at the end.
 */
struct sl_call_sdp {
	struct sl_sdp_edit edit;
	struct sl_sdp_media_edit media[SL_MAX_MEDIA];
	char lines[SL_MAX_MEDIA][SL_SUITE_COUNT][SL_SDES_TEXT_MAX];
	const char *crypto[SL_MAX_MEDIA][SL_SUITE_COUNT];
	const char *missing[SL_MAX_MEDIA];
	bool offer;    /* it is one: else an answer */
	bool lifetime; /* keys are written with one */
};

/* Medium `m` is relayed through `ports`. `mux`: a=rtcp-mux is written; `muxed`: and agreed upon. */
void sl_call_sdp_address(struct sl_call_sdp *w, unsigned m, const struct sl_port_pair *ports,
	enum sl_sdp_proto proto, bool mux, bool muxed);

/*
 * Tells of hold by c=0.0.0.0 (RFC 3264 8.4), which our own address hides: whom the SDP of medium
 * `m` is from says that it does not receive, and sends only if `offered` receives. `offered` is
 * NULL in an offer. With ICE that address only means that candidates follow.
 */
void sl_call_sdp_hold(struct sl_call_sdp *w, unsigned m, const struct sl_sdp_media *media,
	const struct sl_media_params *said, const struct sl_media_params *offered);

/* Adds an a=crypto line with that key, which may be NULL: there is none. 0, or -EIO with `error`.
 */
int sl_call_sdp_key(struct sl_call_sdp *w, unsigned m, uint32_t tag, enum sl_suite suite,
	const struct sl_session_key *key, bool draft_name, struct sl_error *error);

/* m= of a medium with port 0, as far as there is room. */
void sl_call_sdp_refused(const struct sl_sdp_media *media, char out[SL_MAX_REFUSED]);

/* Adds such a line behind the last: the other party knows of that medium, this SDP does not. */
void sl_call_sdp_missing(struct sl_call_sdp *w, const char *refused);

/*
 * Writes it for a party on `interface`, whose address is that of media that is refused. Bytes
 * written, or a negative code with `error` and `out` wiped.
 */
ssize_t sl_call_sdp_write(struct sl_call_sdp *w, const struct sl_sdp *sdp,
	const struct sl_interface *interface, const struct sl_request *options, char *out,
	size_t room, struct sl_error *error);

/* Logs a remark of a leaf that knows no call, and empties it. */
void sl_call_sdp_remark(const struct sl_request *options, struct sl_error *error);

#endif
