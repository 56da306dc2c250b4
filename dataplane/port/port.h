/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet ports, their queues and their exception ports; media addresses. The order of use:
 * sl_eal_init, sl_ports_reserve, sl_port_open per port, sl_address_add per address,
 * sl_workers_start (dataplane/path/workers.h); then flows (dataplane/handoff/mailbox.h); at the end
 * sl_workers_stop, sl_ports_close, sl_eal_cleanup. All of this is the control thread's. Errors are
 * -errno with `error` saying what the operator can do.
 */
#ifndef SL_DATAPLANE_PORT_H
#define SL_DATAPLANE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/port/numa.h"
#include "sluice/error.h"
#include "sluice/limits.h"

struct sl_eal_config {
	int hugepages_mib;   /* >0: take that many MiB of hugepages; 0: run on ordinary pages; -1:
				hugepages if there are */
	unsigned memory_mib; /* memory cap, both kinds */
	const char *const
		*pci; /* PCI addresses to allow, NULL-terminated; NULL or empty: none is touched */
	bool verbose; /* DPDK's notices as well, not only its errors */
	/* Hears each line that DPDK logs, with its level of syslog(3), from any thread; NULL: they
	 * go to stderr. */
	void (*say)(int level, const char *line);
};

/* Starts DPDK in memory only: no files, no sockets, no PCI device but those named. `huge` tells
 * what was taken. */
int sl_eal_init(const struct sl_eal_config *config, bool *huge, struct sl_error *error);
void sl_eal_cleanup(void);

/* `verbose` of sl_eal_config from here on. */
void sl_eal_verbose(bool verbose);

/* Packet buffers for the queues of all ports together, on the NUMA node `node` if it has room
 * (SL_NUMA_ANY, and where it has none: anywhere); after sl_eal_init, before the first sl_port_open.
 */
int sl_ports_reserve(unsigned queues, int node, struct sl_error *error);

struct sl_port_config {
	const char *name;
	const char *device;    /* "af_xdp:IFACE", "pci:BDF" or "vdev:STRING" */
	const unsigned *cores; /* one worker and one queue pair each */
	unsigned n_cores;
	bool adaptive;     /* workers may sleep when idle */
	bool set_channels; /* af_xdp: narrow the netdev's channels to n_cores instead of refusing */
	const char
		*xdp_object; /* af_xdp: path of the program that DPDK loads: sl_guard_placeholder */
	const char *exception; /* pci, vdev: name of the TAP exception port to create; NULL: none */
	const uint8_t *mac;    /* vdev: 6 bytes, or NULL for the driver's own */
};

/* Index of the opened port in `port`. The netdev that the kernel routes by is sl_port_ifindex. */
int sl_port_open(const struct sl_port_config *config, uint8_t *port, struct sl_error *error);

/* The kernel's interface behind the port (the netdev itself, or the exception port); 0: there is
 * none. */
unsigned sl_port_ifindex(uint8_t port);
/* The netdev that the kernel routes a VLAN of the port by, once its addresses were added; 0: none,
 * 0 as `vlan`: sl_port_ifindex. */
unsigned sl_port_vlan_ifindex(uint8_t port, uint16_t vlan);
const char *sl_port_name(uint8_t port);
/* Says how an opened port works less well than it could; empty: it does not. */
const char *sl_port_warning(uint8_t port);

/* True: no XDP program guards it, and a worker applies the policy to what arrives by it. */
bool sl_policy_here(uint8_t port);

/* The AF_XDP socket of a queue, the port's to close; -1: it has none. */
int sl_port_xdp_socket(uint8_t port, unsigned queue);

/*
 * A media address of a port: packets to it and to a UDP port within the range are Sluice's,
 * everything else is the kernel's.
 */
struct sl_address_config {
	uint8_t ip[16];  /* IPv4 in mapped form */
	unsigned prefix; /* bits of its own family: what an exception port is configured with */
	uint16_t vlan;   /* id of the 802.1Q tag it is behind, 1 to 4094; 0: none */
	uint16_t port_min, port_max;  /* UDP ports, inclusive, host byte order */
	const uint16_t *kernel_ports; /* the kernel's UDP ports whose unknown sources are limited,
					 where the worker is the guard; host byte order */
	unsigned n_kernel_ports;
};

/* `slot` is the index that flows name the address by. An af_xdp netdev has the address already. */
int sl_address_add(uint8_t port, const struct sl_address_config *config, uint8_t *slot,
	struct sl_error *error);

/* Stops the ports and removes what was made for them: XDP program, AF_XDP sockets, exception ports.
 */
void sl_ports_close(void);

/* X(identifier, label). How they follow each other: dataplane/handoff/port_turn.h. */
#define SL_PORT_STATES(X)                                                          \
	X(SERVES, "serves") /* workers use it */                                   \
	X(AWAY, "reset")    /* its device was reset, and is not set up anew yet */ \
	X(SILENT, "silent") /* its device was set up anew, but has received nothing since then */

enum sl_port_state {
#define X(id, label) SL_PORT_##id,
	SL_PORT_STATES(X)
#undef X
};

struct sl_port_stats {
	uint64_t rx, tx, rx_bytes, tx_bytes; /* these, and the next, never decrease */
	uint64_t rx_missed; /* packets that the device or its socket dropped before Sluice saw them
			     */
	uint64_t resets;    /* of its device, by others */
	enum sl_port_state state;
	bool link_up;
	uint16_t mtu, queues;
	const char *driver;
	const char *rss; /* how packets get to the queue of their owner, in words */
};

void sl_port_stats(uint8_t port, struct sl_port_stats *out);

#endif
