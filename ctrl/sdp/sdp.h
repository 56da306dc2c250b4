/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SDP (RFC 8866), parsed into a proven view: typed fields of the session and of each media, and
 * every line in order, so that sdp_rewrite.h can pass on what Sluice does not know.
 *
 * Takes what is usable. v=, o= and m= hold the rest together: a mistake there refuses the text. Any
 * other line that is malformed, misplaced or there twice counts as absent, and does not pass the
 * relay. Line ends may be LF, blanks spaces or tabs; blanks at both ends of a line, NUL at its end,
 * empty lines, a missing s= or t= or user name of o= do no harm. Words of SDP are compared without
 * regard to case and known by their spelling in the RFCs from then on.
 */
#ifndef SL_CTRL_SDP_H
#define SL_CTRL_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SL_SDP_BYTES_MAX = 60 * 1024,
	SL_SDP_LINES_MAX = 512,
	SL_SDP_MEDIA_MAX = 32,
	SL_SDP_CRYPTO_MAX = 16,   /* a=crypto lines of one media */
	SL_SDP_FORMATS_MAX = 128, /* payload types of one media: there are no more */
};

/* Text inside the parsed buffer, or a word of the RFCs; not terminated. */
struct sl_text {
	const char *at;
	uint32_t len; /* bytes */
};

bool sl_text_is(struct sl_text text, const char *other);

/* Without regard to case (ASCII). */
bool sl_text_same(struct sl_text text, const char *other);
bool sl_text_alike(struct sl_text a, struct sl_text b);

struct sl_sdp_address {
	int family;     /* AF_INET, AF_INET6, or 0: none */
	uint8_t ip[16]; /* network byte order; IPv4: the first four, the rest is zero */
};

bool sl_sdp_address_equal(const struct sl_sdp_address *a, const struct sl_sdp_address *b);

/* X(identifier, as written in m=) */
#define SL_SDP_PROTOS(X)                 \
	X(AVP, "RTP/AVP")                \
	X(SAVP, "RTP/SAVP")              \
	X(AVPF, "RTP/AVPF")              \
	X(SAVPF, "RTP/SAVPF")            \
	X(DTLS_SAVP, "UDP/TLS/RTP/SAVP") \
	X(DTLS_SAVPF, "UDP/TLS/RTP/SAVPF")

enum sl_sdp_proto {
	SL_SDP_OTHER = 0, /* not RTP, or none that is known */
#define X(id, name) SL_SDP_##id,
	SL_SDP_PROTOS(X)
#undef X
		SL_SDP_PROTO_COUNT,
};

/* "RTP/AVP" and so on; NULL for SL_SDP_OTHER. */
const char *sl_sdp_proto_name(enum sl_sdp_proto proto);

enum sl_sdp_direction {
	SL_SDP_SENDRECV = 0,
	SL_SDP_SENDONLY,
	SL_SDP_RECVONLY,
	SL_SDP_INACTIVE,
};

/* "sendrecv" and so on. */
const char *sl_sdp_direction_name(enum sl_sdp_direction direction);

/* The kind of a line, which alone decides what the rewriter does with it. */
enum sl_sdp_kind {
	SL_SDP_LINE_OTHER = 0,  /* passed on untouched */
	SL_SDP_LINE_ORIGIN,     /* o= */
	SL_SDP_LINE_CONNECTION, /* c= */
	SL_SDP_LINE_MEDIA,      /* m= */
	SL_SDP_LINE_NAME,       /* s= */
	SL_SDP_LINE_TITLE,      /* i= */
	/*
	 * Never passes the relay: end-to-end keys (k=, a=key-mgmt), other ways to the same media
	 * with their addresses and keys (RFC 5939, RFC 6947, RFC 4570), what counts as absent.
	 */
	SL_SDP_LINE_STAYS,
	SL_SDP_LINE_DIRECTION,     /* a=sendrecv, ... */
	SL_SDP_LINE_RTCP,          /* a=rtcp (RFC 3605) */
	SL_SDP_LINE_RTCP_MUX,      /* a=rtcp-mux (RFC 5761) */
	SL_SDP_LINE_RTCP_MUX_ONLY, /* a=rtcp-mux-only (RFC 8858) */
	SL_SDP_LINE_CRYPTO,        /* a=crypto (RFC 4568) */
	SL_SDP_LINE_ICE,           /* a=candidate, a=ice-ufrag, ... (RFC 8839) */
	SL_SDP_LINE_DTLS,          /* a=fingerprint, a=setup, a=tls-id (RFC 8122, 8842) */
	SL_SDP_LINE_GROUP,         /* a=group (RFC 5888) */
	SL_SDP_LINE_MID,           /* a=mid */
	SL_SDP_LINE_BUNDLE_ONLY,   /* a=bundle-only (RFC 9143) */
};

struct sl_sdp_line {
	struct sl_text text; /* "m=audio ...", without its line end */
	uint16_t number;     /* from 1 */
	uint8_t kind;        /* enum sl_sdp_kind */
	uint8_t media;       /* index, or SL_SDP_SESSION */
	uint8_t attribute;   /* for sl_sdp_attribute_name */
};

enum { SL_SDP_SESSION = 255 };

struct sl_sdp_bandwidth {
	uint32_t as_kbps;  /* b=AS, kbit/s; 0: none */
	uint32_t tias_bps; /* b=TIAS, bit/s (RFC 3890); 0: none */
};

struct sl_sdp_media {
	unsigned line;       /* of its m=, from 1 */
	struct sl_text type; /* "audio"; in small letters if it is known */
	uint16_t port;       /* 0: refused */
	uint16_t port_count; /* 1 unless m= says PORT/COUNT */
	enum sl_sdp_proto proto;
	struct sl_text proto_text; /* as in the RFCs if it is known, else as written */
	struct sl_text formats;    /* as written: "0 8 96" */
	uint8_t n_payload_types;   /* RTP with a port: the formats that are numbers, 0 to 127 */
	uint8_t payload_types[SL_SDP_FORMATS_MAX];

	struct sl_sdp_address
		connection;  /* its own c= or the session's; always one where RTP has a port */
	bool own_connection; /* it has a c= of its own, usable or not */

	bool has_rtcp;                      /* a=rtcp is there */
	uint16_t rtcp_port;                 /* from it; may be 0 */
	struct sl_sdp_address rtcp_address; /* from it; family 0: only the port was given */
	bool rtcp_mux, rtcp_mux_only;
	enum sl_sdp_direction direction; /* its own, else the session's */
	struct sl_text mid;
	bool ice;         /* a=ice-ufrag here or in the session */
	bool fingerprint; /* a=fingerprint here or in the session */
	bool setup;       /* a=setup here or in the session */
	uint8_t n_crypto;
	struct sl_text crypto[SL_SDP_CRYPTO_MAX]; /* what stands after "a=crypto:"; secret */
	struct sl_sdp_bandwidth bandwidth;
	uint16_t ptime; /* ms; 0: not given */
};

/* About 35 KiB: not for the stack of a deep call. Points into the parsed buffer. */
struct sl_sdp {
	/* o=, word by word; the user name is "-" where it is missing or not one word. */
	struct sl_text origin_user, origin_id, origin_version;
	struct sl_text origin_net, origin_family, origin_address;
	struct sl_text name; /* s=; "-" if it is missing or empty */

	struct sl_sdp_address connection; /* session-level c=; family 0: none */
	enum sl_sdp_direction direction;
	bool ice, ice_lite, fingerprint, setup;
	struct sl_sdp_bandwidth bandwidth;

	unsigned n_media;
	struct sl_sdp_media media[SL_SDP_MEDIA_MAX];
	unsigned n_lines;
	struct sl_sdp_line lines[SL_SDP_LINES_MAX];
};

struct sl_sdp_error {
	unsigned line;    /* from 1; 0: none in particular */
	char reason[160]; /* in words, with the line number; printable */
};

/*
 * Parses text[0..len), which must stay in place while `sdp` is used. 0; or -EBADMSG with `error`
 * filled in and `sdp` not to be used. On success `error` tells of the first line that counts as
 * absent, or its `line` is 0. Addresses are not judged: loopback, multicast and 0.0.0.0 are for the
 * policy.
 */
int sl_sdp_parse(struct sl_sdp *sdp, const char *text, size_t len, struct sl_sdp_error *error);

/* The name of a line's attribute as the RFCs write it; NULL: none that is known. */
const char *sl_sdp_attribute_name(const struct sl_sdp_line *line);

/* Whether the line is "a=NAME" or "a=NAME:VALUE"; `value` is then what stands behind. */
bool sl_sdp_attribute_is(const struct sl_sdp_line *line, const char *name, struct sl_text *value);

/* a=rtpmap of one payload type. */
struct sl_sdp_rtpmap {
	struct sl_text encoding; /* "opus" */
	uint32_t clock_rate;     /* Hz */
	unsigned channels;       /* 1 unless given */
};

/* False: `media` (an index) has no, or no well-formed, a=rtpmap for this payload type. */
bool sl_sdp_rtpmap(const struct sl_sdp *sdp, unsigned media, uint8_t payload_type,
	struct sl_sdp_rtpmap *rtpmap);

#endif
