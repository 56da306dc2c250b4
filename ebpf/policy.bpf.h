/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The policy: who may send to an open port, and how much. Buckets are shared by the CPUs; one that
 * another CPU takes from at the same instant is tried a second time and then counts as empty.
 */
#ifndef SL_EBPF_POLICY_BPF_H
#define SL_EBPF_POLICY_BPF_H

#include "parse.bpf.h"

/* An array, and searched by hand: of a flood every packet is looked up, and a hash map is a call.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sl_guard_addresses);
} media_addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sl_policy);
} policy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, SL_MAX_PREFIXES);
	__type(key, struct sl_guard_prefix);
	__type(value, __u32);
} prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, SL_GUARD_MAX_EXPECTED);
	__type(key, struct sl_guard_address);
	__type(value, __u32);
} expected SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SL_GUARD_MAX_UNKNOWN_SOURCES);
	__type(key, struct sl_guard_address);
	__type(value, __u64);
} unknown_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SL_BUDGETS);
	__type(key, __u32);
	__type(value, __u64);
} budget SEC(".maps");

static __always_inline const struct sl_policy *the_policy(void)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(&policy, &only);
}

static __always_inline enum sl_prefix listed(const struct packet *packet)
{
	struct sl_guard_prefix key = {.bits = 128};
	const __u32 *value;

	__builtin_memcpy(key.ip, packet->from.ip, sizeof(key.ip));
	value = bpf_map_lookup_elem(&prefixes, &key);
	return value ? *value : SL_PREFIX_NONE;
}

static __always_inline bool is_ipv4(const struct sl_guard_address *address)
{
	return is_ipv4_mapped((const struct in6_addr *)address->ip);
}

static __always_inline bool is_same(
	const struct sl_guard_address *a, const struct sl_guard_address *b)
{
	const __u64 *x = (const __u64 *)a->ip, *y = (const __u64 *)b->ip;

	return x[0] == y[0] && x[1] == y[1];
}

/*
 * Returns what is known of one of our addresses, as a number; 0: it is none of ours, or not in that
 * VLAN. A global function (Linux 5.12): the verifier walks its loop once, and not once for every
 * way that leads here.
 */
__noinline __u64 slot_of(const struct sl_guard_address *address, __u16 vlan)
{
	const struct sl_guard_addresses *ours;
	__u32 only = 0, place;

	ours = bpf_map_lookup_elem(&media_addresses, &only);
	if (!address || !ours)
		return 0;
	place = sl_guard_place(address);
	for (int i = 0; i < SL_GUARD_PLACES; i++) {
		const struct sl_guard_slot *slot = &ours->at[place % SL_GUARD_PLACES].slot;

		if (slot->port_max == 0)
			break;
		if (slot->vlan == vlan &&
			is_same(&ours->at[place % SL_GUARD_PLACES].address, address))
			return *(const __u64 *)slot;
		place++;
	}
	return 0;
}

/* The same; nearly all addresses stand where they should, or that place is free: no call then. */
static __always_inline __u64 slot_at_once(const struct sl_guard_address *address, __u16 vlan)
{
	__u32 only = 0, place = sl_guard_place(address) % SL_GUARD_PLACES;
	const struct sl_guard_addresses *ours = bpf_map_lookup_elem(&media_addresses, &only);

	if (!ours || ours->at[place].slot.port_max == 0)
		return 0;
	if (ours->at[place].slot.vlan == vlan && is_same(&ours->at[place].address, address))
		return *(const __u64 *)&ours->at[place].slot;
	return slot_of(address, vlan);
}

/* Nobody, nobody in particular, or we ourselves. */
static __always_inline bool is_martian(const struct packet *packet)
{
	return sl_is_martian(packet->from.ip) || slot_of(&packet->from, packet->vlan) != 0;
}

/* Makes the key of one source: an IPv4 address, an IPv6 /64. */
static __always_inline struct sl_guard_address who(const struct packet *packet)
{
	struct sl_guard_address key = packet->from;

	if (!is_ipv4(&key))
		__builtin_memset(key.ip + 8, 0, 8);
	return key;
}

static __always_inline enum sl_unknown judge_unknown(
	const struct sl_policy *limits, const struct sl_guard_address *key, __u32 whose)
{
	__u64 now = bpf_ktime_get_ns(), fresh, *bucket, *all;
	enum sl_unknown verdict = SL_UNKNOWN_PASSES;

	bucket = bpf_map_lookup_elem(&unknown_sources, key);
	all = bpf_map_lookup_elem(&budget, &whose);
	if (all)
		verdict = sl_unknown_judge(limits, bucket, all, now);
	if (verdict == SL_UNKNOWN_PASSES && !bucket && limits->unknown_source.interval) {
		fresh = sl_unknown_first(limits, now);
		bpf_map_update_elem(&unknown_sources, key, &fresh, BPF_ANY);
	}
	return verdict;
}

#endif
