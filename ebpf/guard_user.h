/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user side of the guard: the XDP program that net_af_xdp attached to a netdev, its policy maps
 * and its counters. The program itself is loaded and attached by DPDK, and detached by it on close.
 *
 * The order of use, per af_xdp netdev:
 *   sl_guard_stale_detach      before DPDK probes the device: its driver attaches only to a netdev
 *                              without a program, and on any failure detaches what it finds there
 *   (rte_eth_rx_queue_setup)   loads and attaches the program
 *   sl_guard_open, sl_guard_address_add
 *   sl_guard_pinhole_open, sl_guard_pinhole_close, sl_guard_counters
 *   sl_guard_close             before rte_eth_dev_close
 *
 * One handle is one thread's, the control thread's; handles are not shared. ifindex counts in the
 * calling thread's network namespace. Opening needs CAP_BPF and CAP_NET_ADMIN (older kernels:
 * CAP_SYS_ADMIN); an open handle needs no privilege for pinholes, and on kernels since 5.19 none
 * for addresses and counters.
 *
 * Errors are -errno, with `why` (bytes: SL_GUARD_WHY) saying what the operator can do; on success
 * `why` is untouched.
 */
#ifndef SL_EBPF_GUARD_USER_H
#define SL_EBPF_GUARD_USER_H

#include <stdint.h>

#include "sluice/guard.h"

enum { SL_GUARD_WHY = 256 };

struct sl_guard;

/*
 * Removes the guard that a killed Sluice left on the netdev; no program, nothing to do: 0. It is
 * ours by its name and the names of its maps, of whatever version.
 *   -EEXIST  another XDP program is attached: left alone
 *   -EBUSY   the guard is in use: a process (visible in /proc) holds its socket map
 */
int sl_guard_stale_detach(unsigned ifindex, char why[SL_GUARD_WHY]);

/*
 * Finds the program attached to the netdev and takes hold of its maps. The caller owns *guard and
 * ends it with sl_guard_close. A program fresh from DPDK has no address and no open pinhole.
 *   -ENOENT  no XDP program is attached
 *   -EPROTO  the program is not the guard, or its maps are of another version
 */
int sl_guard_open(unsigned ifindex, struct sl_guard **guard, char why[SL_GUARD_WHY]);

/*
 * Closes every pinhole and lets go of the maps. The program stays attached until DPDK closes the
 * port and keeps its addresses: in between, media is dropped as `closed`, and the kernel is not
 * given ports to answer for. NULL is ignored.
 */
void sl_guard_close(struct sl_guard *guard);

/*
 * From now on UDP to `ip` (IPv4 in mapped form, network byte order), in the VLAN of that id (0:
 * untagged) and to a port of [port_min, port_max] (host byte order), is media, dropped unless its
 * pinhole is open. `slot` names the pair in the calls below; each slot is added once. Two slots may
 * have one address and ranges of their own: the program then guards everything from the lowest to
 * the highest of their ports. -EINVAL  slot >= SL_MAX_ADDRESS_SLOTS, port_min > port_max, or port 0
 *   -E2BIG   the map is full
 */
int sl_guard_address_add(struct sl_guard *guard, uint8_t slot, const uint8_t ip[16], uint16_t vlan,
	uint16_t port_min, uint16_t port_max, char why[SL_GUARD_WHY]);

/*
 * One atomic write to shared memory each, no syscall; repeating one is harmless. The program sees
 * it with the next packet. slot < SL_MAX_ADDRESS_SLOTS (else nothing happens), port in host byte
 * order.
 */
void sl_guard_pinhole_open(struct sl_guard *guard, uint8_t slot, uint16_t port);
void sl_guard_pinhole_close(struct sl_guard *guard, uint8_t slot, uint16_t port);

/* The limits from now on. A program fresh from DPDK has none: all zero. */
int sl_guard_policy_set(
	struct sl_guard *guard, const struct sl_policy *policy, char why[SL_GUARD_WHY]);

/*
 * What is said of a prefix from now on; SL_PREFIX_NONE takes it off the list. `bits` count from the
 * start of the mapped form: 96 more than an IPv4 prefix has. The policy's `prefixes` is the
 * caller's to keep.
 *   -EINVAL  more than 128 bits
 *   -ENOSPC  the list is full
 */
int sl_guard_prefix_set(struct sl_guard *guard, const uint8_t ip[16], unsigned bits,
	enum sl_prefix prefix, char why[SL_GUARD_WHY]);

/*
 * Calls name this source (of IPv6: its /64): it is no stranger until it was taken back as often as
 * it was given. -E2BIG: no room; it stays a stranger.
 */
int sl_guard_source_add(struct sl_guard *guard, const uint8_t ip[16]);
void sl_guard_source_remove(struct sl_guard *guard, const uint8_t ip[16]);

/* Shows `see` the sampled events since the last time. */
typedef void sl_guard_see(void *context, const struct sl_guard_event *event);
void sl_guard_events(struct sl_guard *guard, sl_guard_see *see, void *context);

/* Packets since the program was loaded, summed over all CPUs; indexed by enum sl_guard_counter. */
int sl_guard_counters(
	struct sl_guard *guard, uint64_t out[SL_GUARD_COUNTER_COUNT], char why[SL_GUARD_WHY]);

#endif
