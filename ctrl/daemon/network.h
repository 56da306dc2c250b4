/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network side of the daemon: DPDK, the ports with their guards, the addresses of the
 * interfaces, the next hops. Opened in the order of the functions below, as root. Those that can
 * fail return 0, or -errno with `error`, after which sl_network_detach and sl_network_close are to
 * be called all the same.
 */
#ifndef SL_CTRL_NETWORK_H
#define SL_CTRL_NETWORK_H

#include <uv.h>

#include "ctrl/call/interface.h"
#include "ctrl/config/config.h"
#include "ctrl/neigh/neigh.h"
#include "ebpf/guard_user.h"

#include "sluice/error.h"

struct sl_network {
	const struct sl_config *config;
	bool hugepages;
	uint8_t ports[SL_MAX_PORTS];           /* of the dataplane, by port of the configuration */
	struct sl_guard *guards[SL_MAX_PORTS]; /* likewise; NULL: none */
	struct sl_interface interfaces[SL_MAX_INTERFACES];
	unsigned n_interfaces;
	struct sl_neigh *neigh; /* NULL: not open; its owner closes it after the last call */
};

/* DPDK and its memory. `config` must outlive the network. */
int sl_network_reserve(
	struct sl_network *net, const struct sl_config *config, struct sl_error *error);

/* The ports, and their guards, which judge nothing yet. */
int sl_network_open(struct sl_network *net, struct sl_error *error);

/* Addresses and next hops; from here on the guards are in force. */
int sl_network_attach(struct sl_network *net, uv_loop_t *loop, struct sl_error *error);

/* The guards let go of their netdevs; calls that are still up no longer tell them anything. */
void sl_network_detach(struct sl_network *net);

/* The rest but `neigh`; no worker runs any more. */
void sl_network_close(struct sl_network *net);

#endif
