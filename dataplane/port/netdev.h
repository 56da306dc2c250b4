/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Properties of a kernel network interface that Sluice reads and sets. Control thread only; 0 or
 * -errno. Private to dataplane/port.
 */
#ifndef SL_DATAPLANE_NETDEV_H
#define SL_DATAPLANE_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

int sl_netdev_ifindex(const char *name, unsigned *ifindex);
/* The netdev of the VLAN `id` on the netdev `name`. -ENODEV: there is none. */
int sl_netdev_vlan(const char *name, uint16_t id, unsigned *ifindex);
int sl_netdev_mac(const char *name, uint8_t mac[6]);
int sl_netdev_mtu(const char *name, uint16_t *mtu);
/* Its carrier is there. */
bool sl_netdev_up(const char *name);
/* It was set up (`ip link set up`), whether or not its carrier is there. */
bool sl_netdev_enabled(const char *name);

/* RX queues in use: by its channels, or, where its driver has none, as /sys of this namespace lists
 * them. */
int sl_netdev_rx_queues(const char *name, unsigned *n);
/* Sets the number of channels (combined where the driver has them, else RX); `ethtool -L` by
 * another name. */
int sl_netdev_set_rx_queues(const char *name, unsigned n);

/* The driver's name (`ethtool -i`); empty when it does not say. */
void sl_netdev_driver(const char *name, char driver[32]);

/* The AF_XDP socket of this process with the lowest descriptor above `after`, or -1. */
int sl_netdev_next_xdp_socket(int after);

#endif
