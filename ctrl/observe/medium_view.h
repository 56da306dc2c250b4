/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Describes the media of a call (ctrl/observe/call_view.h): one medium of one leg, and its streams.
 */
#ifndef SL_CTRL_MEDIUM_VIEW_H
#define SL_CTRL_MEDIUM_VIEW_H

#include "ctrl/observe/call_view.h"

/* One direction of a medium. */
struct sl_path_view {
	bool open; /* published */
	struct sl_flow_counters count;
	uint64_t drops; /* of all reasons */
	int64_t last;   /* s, wall clock, when the last packet was forwarded; 0: none was */
};

/* One medium of a leg. */
struct sl_medium_view {
	const char *kind;     /* "audio" */
	const char *protocol; /* "RTP/SAVP"; NULL: unknown */
	enum sl_suite suite;  /* the party protects with; SL_SUITE_NONE: plain RTP */
	bool active;          /* its port is not 0 */
	bool mux, held;
	bool has_ports;                              /* there is `local` */
	struct sl_endpoint local[SL_COMPONENTS];     /* our side */
	struct sl_endpoint signalled[SL_COMPONENTS]; /* if active: the party by its SDP */
	struct sl_endpoint remote[SL_COMPONENTS];    /* if active: where media goes to */
	bool heard;                                  /* there is `ssrc` */
	uint32_t ssrc;                               /* of what the party sends */
	struct sl_path_view from;                    /* what the party sends */
};

/* The quality of one SSRC. */
struct sl_stream_view {
	struct sl_quality_report now;
	unsigned samples; /* 0: not judged yet, and nothing of the following is known */
	struct {
		double mos, loss, jitter, round_trip, leg; /* as in struct sl_quality_sample */
	} average;
	struct sl_quality_sample lowest, highest;
};

/* A payload type of a party's SDP. */
struct sl_payload_view {
	uint8_t type;
	uint32_t clock;    /* Hz */
	const char *codec; /* its family, as quality is judged by; NULL: not known, or no speech */
};

/* The part of a medium that operators alone are shown. */
struct sl_detail_view {
	char key_in[9], key_out[9]; /* fingerprints; "": plain RTP, or nothing yet */
	bool has_flow;              /* there are `latency` and `source` */
	struct sl_latency_view latency;
	struct sl_latch_report source[SL_COMPONENTS]; /* who is accepted, who was refused */
	bool connected;                               /* there are `to` and `remote_call` */
	struct sl_path_view to;                       /* what is sent to the party */
	const char *remote_call; /* call-id, if a pinhole of ours is the far end; or NULL */
};

/* The worst that any stream of a call has, each figure by itself. */
struct sl_worst_view {
	bool heard;    /* there are `loss` and `jitter` */
	double loss;   /* %, of what was sent since the stream began */
	double jitter; /* ms */
	bool judged;   /* there is `mos` */
	double mos;    /* 1 to 4.5, a stream's average */
};

void sl_view_worst(const struct sl_call_view *call, struct sl_worst_view *view);

/* Describes medium `m`, below n_media of the leg. */
void sl_view_medium(const struct sl_leg_view *leg, unsigned m, struct sl_medium_view *view);

/* The same; `sessions` have the call. */
void sl_view_detail(const struct sl_sessions *sessions, const struct sl_leg_view *leg, unsigned m,
	struct sl_detail_view *view);

/* Where RTP of the leg's first medium in use goes to. False: none is. */
bool sl_view_remote(const struct sl_leg_view *leg, struct sl_endpoint *remote);

/* Describes the payload types that the party's SDP has a clock for. Returns how many there are. */
unsigned sl_view_payloads(
	const struct sl_leg_view *leg, unsigned m, struct sl_payload_view payloads[SL_PAYLOADS]);

/* Describes the streams that were received of it. Returns how many there are. */
unsigned sl_view_streams(
	const struct sl_leg_view *leg, unsigned m, struct sl_stream_view streams[SL_LIVE_SSRCS]);

#endif
