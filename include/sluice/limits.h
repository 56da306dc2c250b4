/* SPDX-License-Identifier: BSD-3-Clause */
/* Compile-time limits shared by the rooms. Every one bounds memory or work that a peer could ask
 * for. */
#ifndef SLUICE_LIMITS_H
#define SLUICE_LIMITS_H

enum {
	SL_MAX_PORTS = 8,           /* ethdev ports ([port NAME]) */
	SL_MAX_WORKERS = 32,        /* poll-mode workers, one per core */
	SL_MAX_HAIRPINS = 4,        /* calls that a packet may go on to inside the relay */
	SL_MAX_INTERFACES = 32,     /* logical interfaces ([interface NAME]) */
	SL_MAX_POOL = 32,           /* media addresses of one interface, IPv4 and IPv6 together */
	SL_MAX_ADDRESS_SLOTS = 128, /* media addresses in all */

	SL_MAX_PREFIXES = 4096, /* allowed and denied together */

	SL_BURST = 64, /* packets that travel the pipeline together */

	SL_LIVE_SSRCS = 4,      /* SSRCs of one flow with a full replay window */
	SL_REPLAY_WINDOW = 128, /* packets; RFC 3711 3.3.2 asks for at least 64 */
};

#endif
