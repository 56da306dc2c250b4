/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user side of the guard of a netdev: its XDP program, the same behind it at tc ingress, their
 * maps and their counters.
 *
 * The order of use for a netdev with a dataplane:
 *   sl_guard_stale_detach      before DPDK probes the device: its driver attaches only to a netdev
 *                              without a program, and on any failure detaches what it finds there.
 *                              What a Sluice before this one left at tc ingress judges meanwhile
 *   (rte_eth_rx_queue_setup)   loads and attaches the placeholder (ebpf/placeholder.bpf.c)
 *   sl_guard_load, sl_guard_policy_set, sl_guard_prefix_set, sl_guard_address_add
 *   sl_guard_attach            takes its place, and then the one at tc
 *   sl_guard_pinhole_open, sl_guard_pinhole_close, sl_guard_counters
 *   sl_guard_close             before rte_eth_dev_close, which detaches what is at XDP; the place
 *                              at tc stays
 * Without one: sl_guard_load (`kernel`), the same, sl_guard_attach without sockets,
 * sl_guard_let_go; and at any time, by whomever, sl_guard_open, sl_guard_counters, sl_guard_let_go.
 *
 * One handle is one thread's, the control thread's; handles are not shared. ifindex counts in the
 * calling thread's network namespace. Loading, opening and attaching need CAP_BPF and CAP_NET_ADMIN
 * (older kernels: CAP_SYS_ADMIN); an open handle needs no privilege for pinholes, and on kernels
 * since 5.19 none for addresses and counters.
 *
 * Errors are -errno, with `error` saying what the operator can do; on success
 * `error` is untouched.
 */
#ifndef SL_EBPF_GUARD_USER_H
#define SL_EBPF_GUARD_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/error.h"
#include "sluice/guard.h"

struct sl_guard;

/*
 * Removes the guard that a killed Sluice left on the netdev; no program, nothing to do: 0. It is
 * ours by its name and the names of its maps, of whatever version.
 *   -EEXIST  another XDP program is attached: left alone
 *   -EBUSY   the guard is in use: a process (visible in /proc) holds its socket map
 */
int sl_guard_stale_detach(unsigned ifindex, struct sl_error *error);

/*
 * A file in memory with the program that holds the guard's place while DPDK opens its sockets
 * (ebpf/placeholder.bpf.c): /proc/self/fd/N is a path for DPDK's `xdp_prog`. The caller closes it.
 * -errno.
 */
int sl_guard_placeholder(void);

/* Entries of the tables; 0: as many as the program says. */
struct sl_guard_sizes {
	unsigned unknown_sources; /* memory is taken at once */
	unsigned sources;         /* that calls name; memory as they come */
};

/*
 * Loads programs and maps for the netdev; nothing is attached. `kernel`:
 * there is no dataplane, open ports are the kernel's, whoever is an unknown source there is
 * limited. The caller owns *guard and ends it with sl_guard_close or sl_guard_let_go.
 */
int sl_guard_load(unsigned ifindex, const struct sl_guard_sizes *sizes, bool kernel,
	struct sl_guard **guard, struct sl_error *error);

/*
 * From now on it judges what arrives, without a gap where a guard stood before: at XDP in place of
 * a program of ours, or as the first; then at tc ingress. `sockets`: the AF_XDP socket of each of
 * the `n` queues. `generic`: where the driver cannot run the program the kernel may, for every
 * packet that it has made an skb of.
 *   0, or 1 when it is the kernel that runs it
 *   -EBUSY   a process guards the netdev
 *   -EEXIST  another program is attached at XDP, or in our place at tc ingress: left alone
 * On failure what stood there before stands there.
 */
int sl_guard_attach(struct sl_guard *guard, const int *sockets, unsigned n, bool generic,
	struct sl_error *error);

/*
 * Removes the guard that nobody holds, from XDP and from tc ingress, and the clsact qdisc if nobody
 * else has a filter there.
 *   -ENOENT  none stands there
 *   -EBUSY   a process guards the netdev
 */
int sl_guard_detach(unsigned ifindex, struct sl_error *error);

/*
 * Finds the guard that stands before the netdev, at XDP or, if there is none, at tc ingress, and
 * takes hold of its maps. The caller owns *guard.
 *   -ENOENT  no program is attached
 *   -EPROTO  the program is not the guard, or its maps are of another version
 */
int sl_guard_open(unsigned ifindex, struct sl_guard **guard, struct sl_error *error);

/*
 * Closes the media ports of every slot (all ports of a slot that was not added) and lets go. What
 * is attached stays, with its addresses and limits: media is dropped as `closed`, and the kernel is
 * not given ports to answer for. NULL is ignored.
 */
void sl_guard_close(struct sl_guard *guard);

/* Lets go of the maps and leaves everything as it is. NULL is ignored. */
void sl_guard_let_go(struct sl_guard *guard);

/*
 * From now on UDP to `ip` (IPv4 in mapped form, network byte order), in the VLAN of that id (0:
 * untagged) and to a port of [port_min, port_max] (host byte order), is media, dropped unless its
 * pinhole is open. `slot` names the pair in the calls below; each slot is added once. Two slots may
 * have one address and ranges of their own: the program then guards everything from the lowest to
 * the highest of their ports. Both ports 0: none is media; what is opened is the kernel's.
 *   -EINVAL  slot >= SL_MAX_ADDRESS_SLOTS, port_min > port_max, or from port 0
 *   -E2BIG   the map is full
 */
int sl_guard_address_add(struct sl_guard *guard, uint8_t slot, const uint8_t ip[16], uint16_t vlan,
	uint16_t port_min, uint16_t port_max, struct sl_error *error);

/*
 * One atomic write to shared memory each, no syscall; repeating one is harmless. The program sees
 * it with the next packet. slot < SL_MAX_ADDRESS_SLOTS (else nothing happens), port in host byte
 * order. A port outside the slot's media ports is the kernel's; open, its unknown sources are
 * limited.
 */
void sl_guard_pinhole_open(struct sl_guard *guard, uint8_t slot, uint16_t port);
void sl_guard_pinhole_close(struct sl_guard *guard, uint8_t slot, uint16_t port);

/* The limits from now on. A program that was just loaded has none: all zero. */
int sl_guard_policy_set(
	struct sl_guard *guard, const struct sl_policy *policy, struct sl_error *error);

/*
 * Puts a prefix on a list; SL_PREFIX_NONE takes it off the lists. `bits` count from the
 * start of the mapped form: 96 more than an IPv4 prefix has. The policy's `prefixes` is the
 * caller's to keep.
 *   -EINVAL  more than 128 bits
 *   -ENOSPC  the list is full
 */
int sl_guard_prefix_set(struct sl_guard *guard, const uint8_t ip[16], unsigned bits,
	enum sl_prefix prefix, struct sl_error *error);

/*
 * Calls name this source (of IPv6: its /64): it is no unknown source until it was taken back as
 * often as it was given, by this handle. -E2BIG, -ENOMEM: no room; it stays an unknown source.
 */
int sl_guard_source_add(struct sl_guard *guard, const uint8_t ip[16]);
void sl_guard_source_remove(struct sl_guard *guard, const uint8_t ip[16]);

/* Shows `see` the sampled events since the last time. */
typedef void sl_guard_see(void *context, const struct sl_guard_event *event);
void sl_guard_events(struct sl_guard *guard, sl_guard_see *see, void *context);

/* Packets since the program was loaded, summed over all CPUs; indexed by enum sl_guard_counter. */
int sl_guard_counters(
	struct sl_guard *guard, uint64_t out[SL_GUARD_COUNTER_COUNT], struct sl_error *error);

#endif
