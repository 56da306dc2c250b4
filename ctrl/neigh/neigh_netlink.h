/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of neigh to the kernel over rtnetlink, and how it reads the answers. Requests are
 * answered by the kernel within the call (microseconds), so they are plain function calls. Private
 * to ctrl/neigh.
 */
#ifndef SL_CTRL_NEIGH_NETLINK_H
#define SL_CTRL_NEIGH_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdint.h>

enum sl_neigh_state {
	SL_NEIGH_UNKNOWN, /* no entry, or not resolved yet */
	SL_NEIGH_FAILED,  /* asked, and nobody answered */
	/* From here on the link-layer address is known. */
	SL_NEIGH_STALE,     /* the kernel will only check it when somebody uses it */
	SL_NEIGH_FRESH,     /* confirmed, or being checked */
	SL_NEIGH_PERMANENT, /* the operator's, or the link does not resolve at all */
};

/* One entry of the kernel's neighbour table. */
struct sl_neigh_entry {
	uint8_t ip[16];
	int ifindex;
	enum sl_neigh_state state;
	uint8_t mac[6]; /* SL_NEIGH_STALE and above only */
};

/*
 * The next hop from ifindex towards `ip`: a gateway, or `ip` itself when it is on-link. 0;
 * -EHOSTUNREACH and other errors of the kernel when there is none, also when `ip` is local or no
 * unicast address there.
 */
int sl_neigh_ask_route(
	struct mnl_socket *socket, int ifindex, const uint8_t ip[16], uint8_t hop[16]);

/* Fills in entry->state and mac of entry->ip at entry->ifindex. 0 or -errno; no entry is
 * SL_NEIGH_UNKNOWN. */
int sl_neigh_ask_entry(struct mnl_socket *socket, struct sl_neigh_entry *entry);

/*
 * Tells the kernel that the entry is in use, as if a packet had been sent: it resolves what it does
 * not know and checks what is stale. Not for permanent entries. 0 or -errno.
 */
int sl_neigh_use(struct mnl_socket *socket, int ifindex, const uint8_t ip[16]);

/* Deletes an entry of which the kernel knows no link-layer address. 0 or -errno. */
int sl_neigh_forget(struct mnl_socket *socket, int ifindex, const uint8_t ip[16]);

/* Reads an RTM_NEWNEIGH or RTM_DELNEIGH message. 0, or -EINVAL: not an IP neighbour. */
int sl_neigh_read_entry(const struct nlmsghdr *message, struct sl_neigh_entry *entry);

#endif
