/* SPDX-License-Identifier: BSD-3-Clause */
/* The legs of a call (ctrl/call/session.h), and the offers between them. */
#ifndef SL_CTRL_LEG_H
#define SL_CTRL_LEG_H

#include "ctrl/call/call.h"

/* A copy of its own, terminated. NULL: out of memory, or the text holds a NUL. */
char *sl_text_copy(struct sl_text text);

/* The leg with this tag, or NULL. An absent tag belongs to none. */
struct sl_leg *sl_call_leg(const struct sl_call *call, struct sl_text tag);

/* Is it the one that the proxy names by this via-branch? An absent one names nobody. */
bool sl_leg_has_branch(const struct sl_leg *leg, struct sl_text branch);

/* A partner of that leg that is known only by the offer it got: it has no tag yet. Or NULL. */
struct sl_leg *sl_call_nameless(const struct sl_call *call, const struct sl_leg *partner);

/* Are they the two sides of an offer, or connected? */
bool sl_legs_partners(const struct sl_leg *a, const struct sl_leg *b);

/* Returns the leg that this one is connected with, or else in dialogue with; NULL: none. */
struct sl_leg *sl_call_other(const struct sl_call *call, const struct sl_leg *leg);

/* Is there an offer that nobody has answered? */
bool sl_call_offered(const struct sl_call *call);

/* Does media connect any two legs? */
bool sl_call_connected(const struct sl_call *call);

/* A new leg of the call. `tag` may be absent. NULL: out of memory, or SL_MAX_LEGS. */
struct sl_leg *sl_call_leg_add(
	struct sl_call *call, struct sl_text tag, const struct sl_interface *interface);
int sl_leg_name(struct sl_leg *leg, struct sl_text tag);
/* Takes `label` over; NULL: it keeps the one that it has. */
void sl_leg_label(struct sl_leg *leg, char *label);

/*
 * Where a leg that has those media parameters is sent to: where its SDP says or, if the media
 * parameters allow it, where its media is found to come from.
 */
void sl_leg_remote(const struct sl_leg_media *media, const struct sl_media_params *params,
	struct sl_endpoint remote[SL_COMPONENTS]);

/*
 * A party that holds medium `m` by c=0.0.0.0 does not say where it is: it is where it was, if that
 * is an address of the family of `ports` (NULL: whichever). Its media passes from there;
 * nothing is sent to it.
 */
void sl_media_params_recall(struct sl_media_params *params, const struct sl_leg *leg, unsigned m,
	const struct sl_port_pair *ports);

/* Takes over what a request says about where its sender is. */
void sl_media_params_source(
	struct sl_media_params *params, const struct sl_source_options *options);

/* Where its SDP says that it is. */
void sl_media_params_remote(
	const struct sl_media_params *params, struct sl_endpoint remote[SL_COMPONENTS]);

/* The payload type among those that SDP names. -1: it is none of them. */
int sl_payload_find(const struct sl_payload payloads[SL_PAYLOADS], uint8_t type);

/* The clocks of what goes from one party to the other: by the receiver's payload types (RFC
 * 3264 5.1) and, where they differ, the sender's. */
void sl_media_params_clocks(const struct sl_media_params *from, const struct sl_media_params *to,
	struct sl_payload payloads[SL_PAYLOADS]);

/* Room for so many media, new ones zeroed. 0 or -ENOMEM. */
int sl_leg_media_room(struct sl_leg *leg, unsigned n_media);

struct sl_offer *sl_offer_ref(struct sl_offer *offer);
void sl_offer_put(const struct sl_crypto_backend *crypto, struct sl_offer *offer);

/* The offer becomes the last one that was made to the leg; takes the reference over. */
void sl_leg_offer(
	const struct sl_crypto_backend *crypto, struct sl_leg *leg, struct sl_offer *offer);

/* Wipes and frees a leg that no call has and whose flows are withdrawn. NULL is ignored. */
void sl_leg_free(const struct sl_crypto_backend *crypto, struct sl_leg *leg);

#endif
