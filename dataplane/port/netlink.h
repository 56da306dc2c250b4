/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VLANs and addresses of an exception port, by rtnetlink. Control thread only, with CAP_NET_ADMIN;
 * 0 or -errno. Private to dataplane/port.
 */
#ifndef SL_DATAPLANE_NETLINK_H
#define SL_DATAPLANE_NETLINK_H

#include <stdint.h>

/* Gives the netdev an address (IPv4 in mapped form; prefix length in bits of its own family). One
 * that it has already is no error. */
int sl_netlink_add_address(unsigned ifindex, const uint8_t ip[16], unsigned prefix);

/* Makes `name`, up: the VLAN `id` of the netdev `parent`, with which it goes away. -EOPNOTSUPP: the
 * kernel has no VLANs. */
int sl_netlink_add_vlan(unsigned parent, uint16_t id, const char *name);

#endif
