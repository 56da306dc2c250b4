/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: legs, media, ports, keys and timers. The only authority on what is open and how it is
 * keyed; flows and guard pinholes follow from it (ctrl/media/connect.h).
 *
 * A call has legs, one per party, told apart by SIP tag. An offer to nobody in particular (without
 * to-tag) makes a leg without a tag, which the first answer names. Further answers to that offer
 * are forks: legs of their own, at the same local ports and with the same keys of ours. Media
 * connects two legs at a time: those of the last answer.
 *
 * The media parameters of a leg are kept in two versions: those that are in force, and
 * those of the offer in progress, which come into force with the answer. A command that fails
 * changes neither.
 */
#ifndef SL_CTRL_CALL_H
#define SL_CTRL_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "ctrl/call/interface.h"
#include "ctrl/call/request.h"
#include "ctrl/call/session_key.h"
#include "ctrl/limits/alarm.h"
#include "dataplane/flow/flow.h"
#include "dataplane/flow/quality.h"

enum {
	SL_MAX_FORKS = 64, /* of a call, or parties that came by transfer */
	SL_MAX_LEGS = 1 + SL_MAX_FORKS,
	SL_MAX_MEDIA = 16,    /* m-lines of a call */
	SL_MAX_KIND = 12,     /* bytes of "audio", "video", ..., NUL included */
	SL_MAX_REFUSED = 48,  /* bytes of "audio 0 RTP/AVP 0", NUL included */
	SL_COOKIE_SHIFT = 12, /* bits of a flow's cookie below the call: leg and medium */
	SL_COOKIE_LEGS = (1 << SL_COOKIE_SHIFT) / SL_MAX_MEDIA,
};

enum sl_side { SL_FROM, SL_TO }; /* the one who offers; the one it is offered to */

/* Media parameters: what one party's SDP says of one medium, after negotiation. */
struct sl_media_params {
	bool active;     /* its port is not 0 */
	bool media;      /* RTP; anything else is refused to both */
	bool osrtp;      /* RFC 8643: plain RTP with keys, which need not be taken */
	bool mid;        /* it has a=mid */
	bool held;       /* c=0.0.0.0: nothing can be sent there */
	bool mux;        /* RFC 5761, between this leg and us */
	uint32_t pps;    /* most packets of RTP a second that it lets expect */
	uint32_t bytes;  /* of RTP a second that it wants at most (b=); 0: it does not say */
	bool draft_name; /* the suite goes by its name of before RFC 6188 */
	enum sl_sdp_direction direction;
	enum sl_sdp_proto proto;
	struct sl_endpoint remote[SL_COMPONENTS];
	struct sl_payload payloads[SL_PAYLOADS]; /* the clocks of its codecs, */
	uint8_t codecs[SL_PAYLOADS];             /* and what they are: enum sl_mos_codec */
	struct sl_source_options source;         /* what was said about where it is, */
	uint16_t said;                           /* and by which of the call's requests */
	uint32_t tag;                            /* of the crypto line in use */
	struct sl_master theirs; /* what they protect with; suite SL_SUITE_NONE: plain RTP */
	struct sl_pt_actions
		silence; /* how each payload type is silenced (ctrl/media/block_actions.h) */
	/* Only of the party that offers: */
	uint16_t suites; /* all that were offered and are known here, as bits */
	struct {
		uint32_t tag;
		bool draft_name;
		struct sl_master theirs;
	} kept; /* the line with the suite that was in force; SL_SUITE_NONE: there is none */
};

/*
 * A pair of local ports that a leg sends to and is sent from, with our keys towards it. Shared by
 * reference: by a leg, the offers that name it, and forks.
 */
struct sl_port_pair {
	unsigned refs;
	const struct sl_interface *interface;
	uint8_t family;                              /* SL_IPV4, SL_IPV6 */
	uint8_t address;                             /* of the interface's configuration */
	uint16_t rtp;                                /* even; RTCP is the next one */
	struct sl_session_key *ours[SL_SUITE_COUNT]; /* by suite; NULL: not offered so far */
};

/* One direction: from the pinhole of one leg to the endpoint of the other. */
struct sl_path {
	struct sl_flow *flow;
	bool live;                       /* published; else only kept for what it has received */
	bool named;                      /* the guard was told whom it names */
	struct sl_flow_spec spec;        /* what the flow was made from */
	struct sl_session_key *in, *out; /* that it refers to */
	const struct sl_interface *in_interface, *out_interface;
};

/* Drops of media that the sweep watches, and the alarms on them. */
struct sl_drop_watch {
	uint32_t count[SL_VERDICTS]; /* as they were when a packet passed last, or keys changed */
	struct {
		uint32_t count; /* drops until then */
		struct sl_alarm alarm;
	} forged, replayed; /* tags that do not verify; indices that were received */
};

/* The sweep's findings on the media of one leg (ctrl/observe/watch.h). Times are of sl_clock. */
struct sl_watch {
	uint64_t since;                /* last answer */
	uint64_t passed;               /* packets, when it looked last */
	uint64_t failing;              /* since when tags do not verify, and nothing passes; 0 */
	uint64_t keyed;                /* when the keys of the leg came into force; 0: never */
	unsigned keyed_round;          /* with which re-INVITE; 0: with the call */
	uint32_t key;                  /* serial of theirs; 0: plain RTP */
	bool heard;                    /* something has passed since then */
	bool silent;                   /* was told of */
	uint32_t moves[SL_COMPONENTS]; /* of the latches, as told */
	uint64_t stepped;              /* when its alarms were looked at */
	struct sl_drop_watch *drops;   /* NULL: none so far, all would be 0 */
};

/* How one stream did between two looks at it (ctrl/observe/quality.h). */
struct sl_quality_sample {
	unsigned mos;        /* times 10 */
	unsigned loss;       /* % */
	unsigned jitter;     /* ms */
	unsigned round_trip; /* us, from end to end; 0: not known */
	unsigned leg;        /* us, of that what lies between here and who sends the stream */
	int64_t at;          /* s, wall clock */
};

/* The quality of one SSRC that a leg sends. A leg's list has at most SL_LIVE_SSRCS; a track joins
 * it with its first sample. */
struct sl_quality_track {
	struct sl_quality_track *next;
	struct sl_quality_report last; /* at the last sample */
	unsigned samples;
	struct {
		uint32_t packets, lost;
		unsigned mos;                        /* times 10: of the last sample */
	} unreported;                                /* what ctrl/hep has not reported on */
	uint64_t mos, loss, jitter, round_trip, leg; /* sums, as in a sample */
	struct sl_quality_sample lowest, highest;
};

/* Keys of a party that may come back: what was received under them is not received again. */
enum { SL_FORMER_KEYS = 4 };

struct sl_leg_media {
	char kind[SL_MAX_KIND];          /* "audio" */
	char refused[SL_MAX_REFUSED];    /* its m= with port 0 */
	struct sl_port_pair *ports;      /* NULL: none yet */
	struct sl_media_params params;   /* in force */
	struct sl_session_key *in, *out; /* in force; NULL: plain RTP, or nothing yet */
	struct sl_session_key *former[SL_FORMER_KEYS]; /* theirs before, the latest first */
	struct sl_path path;                           /* media that arrives from this leg */
	struct sl_watch watch;                         /* of that */
	struct sl_quality_track *tracks;               /* how well it does */
	uint64_t reported; /* ns, worker clock: of its RTCP, what ctrl/hep has reported on */
};

struct sl_offer;

struct sl_leg {
	char *tag;    /* NULL: not known yet */
	char *label;  /* what the proxy calls it (`label`); NULL: nothing */
	char *branch; /* via-branch of the offer that made it; NULL: none */
	const struct sl_interface *interface;
	int64_t created;        /* s, wall clock */
	uint64_t cookie;        /* of the flow from its first medium, the others follow */
	struct sl_leg *peer;    /* that media connects it with; NULL: none */
	struct sl_offer *offer; /* the last one that was made to it; kept after the answer, since
				   answers are repeated */
	bool answered;          /* that one */
	uint64_t digest;        /* of the SDP it was answered with */
	unsigned n_agreed;      /* m-lines of the last answer, from it or to it */
	uint64_t agreed;        /* serial of the offer that was for */
	uint8_t blocks;         /* bits of enum sl_media_block, for what it sends */
	unsigned n_media;
	struct sl_leg_media *media;
};

/* The proposal to the other party for one medium. */
struct sl_proposal {
	enum sl_sdp_proto proto;
	bool mux;
	bool secure_only;            /* RFC 8643: an answer without a key is refused */
	bool may_shorten;            /* nobody asked for just these suites */
	struct sl_suite_list suites; /* the line of suites.suite[i] has tag i + 1 */
	struct sl_session_key *key[SL_SUITE_COUNT]; /* by enum sl_suite: those that were offered */
};

/* An offer, shared by the legs that may answer it. */
struct sl_offer {
	unsigned refs;
	uint64_t serial; /* later offers have higher ones */
	uint16_t said;   /* as in the media parameters of who offered, with the answer */
	bool open;       /* it was made to nobody in particular: anybody may answer it */
	struct sl_leg *from;
	unsigned n_media;
	unsigned n_said;                 /* of these the offer has; the others were there before */
	char (*refused)[SL_MAX_REFUSED]; /* m= of each with port 0 */
	struct sl_media_params *params;  /* of the one who offered */
	struct sl_proposal *proposal;    /* to the other */
	struct sl_port_pair *
		*ports[2]; /* by enum sl_side and medium; NULL where there is no media */
	unsigned rtcp_mux; /* bits of enum sl_rtcp_mux */
};

struct sl_call {
	char *id;
	uint64_t serial;     /* no two calls ever have the same */
	struct sl_leg **leg; /* in the order of their appearance */
	unsigned n_legs;
	unsigned next_cookie;         /* of a leg */
	struct sl_flow_counters left; /* of parties that it has no more */
	uint64_t offers;              /* serial of the last one */
	uint16_t said;                /* offers and answers so far, without what was repeated */
	int64_t created;              /* s, wall clock */
	uint8_t tos;                  /* of all that is sent */
	uint8_t blocks;               /* bits of enum sl_media_block, for what anybody sends */
	bool up;                      /* was answered */
	bool deleted;                 /* was told to end, with a delay */
	bool emergency;               /* admitted beyond limits, never policed away */
	uint64_t deadline;            /* ns, sl_clock: it ends then; 0: none */
	TAILQ_ENTRY(sl_call) due;     /* while it has a deadline */
	/* For ctrl/observe/watch.h; times are of sl_clock, 0: never. */
	uint64_t born, offered, answered;
	uint64_t first_answered;
	unsigned rounds;        /* re-INVITEs that were answered */
	bool open_offer;        /* the last offer has no answer yet */
	const char *end_reason; /* NULL: it was deleted */
	TAILQ_ENTRY(sl_call) sweep;
	uint64_t reported; /* sl_clock: ctrl/hep had its turn; 0: not yet */
};

#endif
