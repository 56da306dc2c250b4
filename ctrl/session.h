/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: legs, media, ports, keys and timers. The only authority on what is open and how it is
 * keyed; flows and guard pinholes follow from it (ctrl/install.h).
 *
 * A call has legs, one per party, told apart by SIP tag. What a leg owns for one medium (local
 * ports, our keys towards it) is made once and kept over re-offers. What its SDP says is kept in
 * two versions: the terms that are in force, and those of the offer in progress, which come into
 * force with the answer. A command that fails changes neither.
 */
#ifndef SL_CTRL_SESSION_H
#define SL_CTRL_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "ctrl/admission.h"
#include "ctrl/interface.h"
#include "ctrl/ng_options.h"
#include "ctrl/session_key.h"
#include "ctrl/timers.h"
#include "dataplane/flow.h"

enum {
	SL_MAX_MEDIA = 16,      /* m-lines of a call */
	SL_MAX_NAME = 256,      /* bytes of a call-id, tag or via-branch */
	SL_MAX_KIND = 12,       /* bytes of "audio", "video", ..., NUL included */
	SL_COOKIE_SHIFT = 5,    /* bits of a flow's cookie below the call: leg and medium */
	SL_OFFER_TIMEOUT = 600, /* seconds that the first offer of a call may wait for an answer */
};

enum sl_side { SL_FROM, SL_TO }; /* the one who offers; the one it is offered to */

/* What one party's SDP says of one medium, after negotiation. */
struct sl_terms {
	bool active;     /* its port is not 0 */
	bool media;      /* RTP; anything else is passed through untouched, or refused */
	bool refused;    /* not RTP, and refused by rule */
	bool osrtp;      /* RFC 8643: plain RTP with keys, which need not be taken */
	bool mid;        /* it has a=mid */
	bool held;       /* c=0.0.0.0: nothing can be sent there */
	bool mux;        /* RFC 5761, between this leg and us */
	bool draft_name; /* the suite goes by its name of before RFC 6188 */
	enum sl_sdp_proto proto;
	struct sl_endpoint remote[SL_COMPONENTS];
	struct sl_source_options source; /* what was said about where it is */
	uint32_t tag;                    /* of the crypto line in use */
	struct sl_master theirs; /* what they protect with; suite SL_SUITE_NONE: plain RTP */
	/* Of one who offers: */
	uint16_t suites; /* all that were offered and are known here, as bits */
	struct {
		uint32_t tag;
		bool draft_name;
		struct sl_master theirs;
	} kept; /* the line with the suite that was in force; SL_SUITE_NONE: there is none */
};

/* A pair of local ports that one leg sends to and is sent from. */
struct sl_local {
	const struct sl_interface *interface; /* NULL: none taken */
	uint8_t family;                       /* SL_IPV4, SL_IPV6 */
	uint16_t rtp;                         /* even; RTCP is the next one */
};

/* One direction: from the pinhole of one leg to the endpoint of the other. */
struct sl_path {
	struct sl_flow *flow;
	bool live; /* published; else only kept so that its indices are never used again */
	struct sl_flow_spec spec;        /* what the flow was made from */
	struct sl_session_key *in, *out; /* that it refers to */
	const struct sl_interface *in_interface, *out_interface;
};

struct sl_our_key {
	struct sl_master master;
	bool spent; /* was in force and is not any more: never offered again */
};

struct sl_leg_media {
	struct sl_local local;
	struct sl_our_key *ours; /* our keys towards this leg, at most one per suite */
	unsigned n_ours;
	struct sl_terms terms;           /* in force */
	struct sl_session_key *in, *out; /* in force; NULL: plain RTP, or nothing yet */
	struct sl_path path;             /* media that arrives from this leg */
};

struct sl_leg {
	char *tag; /* NULL: not known yet */
	const struct sl_interface *interface;
	int64_t created; /* s, wall clock */
	uint64_t cookie; /* of the flow from its first medium, the others follow */
	unsigned n_media;
	struct sl_leg_media *media;
};

/* What was proposed to the other party for one medium. */
struct sl_proposal {
	enum sl_sdp_proto proto;
	bool mux;
	bool secure_only;            /* RFC 8643: an answer without a key is refused */
	bool may_shorten;            /* nobody asked for just these suites */
	struct sl_suite_list suites; /* the line of suites.suite[i] has tag i + 1 */
};

/* The last offer; kept after the answer, since answers are repeated. */
struct sl_offer {
	struct sl_leg *leg[2]; /* by enum sl_side; NULL: there was none yet */
	unsigned n_media;
	struct sl_terms *from;        /* of the one who offered */
	struct sl_proposal *proposal; /* to the other */
	unsigned rtcp_mux;            /* bits of enum sl_ng_rtcp_mux */
	bool answered;
};

struct sl_call {
	char *id;
	uint64_t serial;       /* no two calls ever have the same */
	struct sl_leg *leg[2]; /* in the order of their appearance */
	char (*kind)[SL_MAX_KIND];
	unsigned n_media;
	struct sl_offer offer;
	int64_t created;          /* s, wall clock */
	bool up;                  /* was answered */
	bool deleted;             /* was told to end, with a delay */
	bool emergency;           /* admitted beyond limits, never policed away */
	uint64_t deadline;        /* ns, sl_clock: it ends then; 0: none */
	TAILQ_ENTRY(sl_call) due; /* while it has a deadline */
};

/* What sessions work with; all of it must outlive them. */
struct sl_session_env {
	const struct sl_crypto_backend *crypto;
	const struct sl_interface *interfaces; /* the first one is the default */
	unsigned n_interfaces;
	struct sl_limits limits;
	struct sl_timers timers;
	unsigned delete_delay; /* seconds, when a delete does not say */
};

/* What load was when it was measured last (ctrl/admit.h). */
struct sl_load_meter {
	uint64_t at, bytes;
	struct {
		uint64_t busy_ns, idle_ns;
	} worker[SL_MAX_WORKERS];
};

struct sl_sessions {
	struct sl_session_env env;
	void *tree; /* of search.h, by call-id: no input makes it slow, as it would a hash table */
	void *by_serial; /* the same calls */
	unsigned n;
	uint64_t events_lost;       /* of the dataplane, that have been seen to */
	uint64_t created, timeouts; /* calls ever; of these ended by SL_OFFER_TIMEOUT */
	TAILQ_HEAD(, sl_call) due;
	struct sl_load load; /* as measured last */
	struct sl_load_meter meter;
	uint64_t admissions[SL_ADMISSION_COUNT]; /* verdicts on new calls */
	uint64_t emergencies;                    /* calls that came marked so */
};

void sl_sessions_init(struct sl_sessions *sessions, const struct sl_session_env *env);

/* Ends every call. */
void sl_sessions_fini(struct sl_sessions *sessions);

struct sl_call *sl_session_find(const struct sl_sessions *sessions, struct sl_text id);

/* The call of a flow's cookie >> SL_COOKIE_SHIFT; NULL: it has ended. */
struct sl_call *sl_session_by_serial(const struct sl_sessions *sessions, uint64_t serial);

/* A call without legs. NULL: out of memory. */
struct sl_call *sl_session_add(struct sl_sessions *sessions, struct sl_text id);

/* Ends a call: flows withdrawn, keys wiped, ports given back to rest. */
void sl_session_delete(struct sl_sessions *sessions, struct sl_call *call);

/* Ends the call in `seconds`; replaces an earlier deadline. */
void sl_session_expire(struct sl_sessions *sessions, struct sl_call *call, uint64_t seconds);
void sl_session_keep(struct sl_sessions *sessions, struct sl_call *call);

/* Ends the calls whose deadline has passed; to be called about once a second. */
void sl_sessions_tick(struct sl_sessions *sessions);

/* Calls `visit` for each call in order of call-id. It must not add or delete calls. */
void sl_sessions_walk(const struct sl_sessions *sessions,
	void (*visit)(const struct sl_call *call, void *context), void *context);

/* The leg with this tag, or NULL. An absent tag belongs to none. */
struct sl_leg *sl_call_leg(const struct sl_call *call, struct sl_text tag);
struct sl_leg *sl_call_other(const struct sl_call *call, const struct sl_leg *leg);

/* A new leg of the call, which has fewer than two. `tag` may be absent. NULL: out of memory. */
struct sl_leg *sl_call_leg_add(
	struct sl_call *call, struct sl_text tag, const struct sl_interface *interface);
int sl_leg_name(struct sl_leg *leg, struct sl_text tag);

/*
 * Where a leg that has those terms is sent to: where its SDP says or, if the terms allow it, where
 * its media is found to come from.
 */
void sl_leg_remote(const struct sl_leg_media *media, const struct sl_terms *terms,
	struct sl_endpoint remote[SL_COMPONENTS]);

/* Takes over what a request says about where its sender is. */
void sl_terms_source(struct sl_terms *terms, const struct sl_source_options *options);

/* Where its SDP says that it is. */
void sl_terms_remote(const struct sl_terms *terms, struct sl_endpoint remote[SL_COMPONENTS]);

/* Room for so many media, new ones zeroed. 0 or -ENOMEM. */
int sl_leg_media_room(struct sl_leg *leg, unsigned n_media);

/* Our key for `suite` towards the leg, made if there is none yet. NULL: no memory or randomness. */
const struct sl_master *sl_leg_our_key(struct sl_leg_media *media, enum sl_suite suite);

void sl_offer_clear(struct sl_offer *offer);

#endif
