/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A parsed SDP (sdp.h) written out again with the relay's addresses, ports and keys in it. What is
 * not named here passes untouched and in order; line ends become CRLF, words that are known are
 * written as the RFCs write them. Nothing that says where a party is, or what its keys are, passes
 * in a media section: it is relayed, or it is refused with nothing but its m=, c= and a=mid.
 */
#ifndef SL_CTRL_SDP_REWRITE_H
#define SL_CTRL_SDP_REWRITE_H

#include <sys/types.h>

#include "ctrl/sdp/sdp.h"

enum sl_sdp_action {
	SL_SDP_REFUSE = 0, /* m= with port 0 (RFC 3264 6) */
	SL_SDP_RELAY,      /* rewritten as the fields say */
	SL_SDP_OMIT,       /* not there at all: the peer knows of no such medium */
};

struct sl_sdp_media_edit {
	enum sl_sdp_action action;
	bool mid_remove; /* without a=mid: the peer did not offer one */
	/* The rest is for RELAY. */
	struct sl_sdp_address address; /* needed */
	uint16_t port;                 /* not 0 */
	enum sl_sdp_proto proto;       /* SL_SDP_OTHER: as it was */
	uint16_t rtcp_port; /* written as a=rtcp, whether or not there was one; 0: no a=rtcp */
	bool rtcp_full;     /* a=rtcp has an address even where it had none */
	bool rtcp_mux;      /* a=rtcp-mux is there, or is not */
	bool mid_add;       /* with an a=mid if there is none */
	bool redirect;      /* it says `direction`, whatever it said */
	enum sl_sdp_direction direction;
	/*
	 * The a=crypto values of this leg (sl_sdes_format), in place of all that were there; what
	 * was there never passes. 0: none.
	 */
	const char *const *crypto;
	unsigned n_crypto;
};

struct sl_sdp_edit {
	struct sl_sdp_address
		origin; /* written into o= (`replace` with `origin`); family 0: o= stays */
	struct sl_sdp_address
		address;  /* c= of what is not relayed; family 0: that of the first that is */
	bool ice_remove;  /* without the ICE attributes */
	bool dtls_remove; /* without a=fingerprint, a=setup, a=tls-id */
	const struct sl_sdp_media_edit *media; /* one per media of the view */
	unsigned n_media;
	/* m= lines with port 0 behind the last: media that the peer knows of and this SDP leaves
	 * out (RFC 3264 8). "audio 0 RTP/AVP 0" */
	const char *const *missing;
	unsigned n_missing;
};

/*
 * Writes to buf, with a NUL behind. The session's c= becomes the address of the first relayed
 * media; a media without c= of its own gets one where that would be wrong for it. Each media has
 * ports of its own, so a BUNDLE group (RFC 9143) of more than one is split: its a=group and
 * a=bundle-only do not pass.
 *
 * Length without the NUL, or, with the buffer wiped (it may hold keys):
 * -ENOSPC: does not fit buf, or has more lines or bytes than sl_sdp_parse would take;
 * -EINVAL: the edits do not fit the view: their number, a RELAY without address or port or of a
 * media that was refused or is not RTP, more than SL_SDP_CRYPTO_MAX keys.
 */
ssize_t sl_sdp_rewrite(
	const struct sl_sdp *sdp, const struct sl_sdp_edit *edit, char *buf, size_t size);

#endif
