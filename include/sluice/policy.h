/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of the policy ([guard] in the configuration) that is needed to look at packets: the XDP
 * program, as its map `policy`, and the workers.
 *
 * An unknown source is a source that no call names, neither in its signalling nor by what
 * authenticated.
 */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include "sluice/bucket.h"

struct sl_policy {
	struct sl_rate unknown_source; /* packets of each unknown source, an IPv4 address or an IPv6
				    /64, to open ports */
	struct sl_rate unknown_total;  /* of all unknown sources together */
	__u32 prefixes;                /* in the map of prefixes; 0: nobody need look */
	__u32 min_hops;                /* TTL or hop limit that media arrives with at least */
};

/* The verdict of a prefix of the lists; of several that match, the longest counts. */
enum sl_prefix {
	SL_PREFIX_NONE,
	SL_PREFIX_ALLOW, /* never counted as an unknown source */
	SL_PREFIX_DENY,  /* refused, whatever it sends */
};

/* Makes the key of one source: an IPv4 address (in mapped form), an IPv6 /64. */
static inline void sl_source_key(const __u8 ip[16], __u8 key[16])
{
	__u32 word[4];

	__builtin_memcpy(word, ip, sizeof(word));
	if ((word[0] | word[1]) != 0 || ip[8] || ip[9] || ip[10] != 0xff || ip[11] != 0xff)
		word[2] = word[3] = 0;
	__builtin_memcpy(key, word, sizeof(word));
}

struct sl_listed {
	__u8 ip[16]; /* IPv4 in mapped form; bits that do not count are zero */
	__u8 bits;   /* of the mapped form: 96 more than an IPv4 prefix has */
	__u8 prefix; /* enum sl_prefix: SL_PREFIX_ALLOW, SL_PREFIX_DENY */
};

/* Unknown sources are counted together for each of these. */
enum sl_budget {
	SL_BUDGET_MEDIA,  /* to open pinholes */
	SL_BUDGET_KERNEL, /* to the kernel: its limited ports, TCP SYN, echo requests */
	SL_BUDGETS,
};

/*
 * An unknown source's packet to an open port. A source that is over its own rate costs the others
 * nothing, and is told so first. Who keeps the buckets remembers a new unknown source's
 * (sl_unknown_first) only when it passes: one that there is no budget for is not remembered.
 */
enum sl_unknown {
	SL_UNKNOWN_PASSES,
	SL_UNKNOWN_SOURCE_OVER, /* beyond its own rate */
	SL_UNKNOWN_TOTAL_OVER,  /* beyond that of all together */
};

/* `bucket`: the unknown source's own, NULL: none is remembered; `budget`: that of all. */
static inline enum sl_unknown sl_unknown_judge(
	const struct sl_policy *limits, __u64 *bucket, __u64 *budget, __u64 now)
{
	if (bucket && !sl_bucket_take(bucket, &limits->unknown_source, now))
		return SL_UNKNOWN_SOURCE_OVER;
	if (limits->unknown_total.interval && !sl_bucket_take(budget, &limits->unknown_total, now))
		return SL_UNKNOWN_TOTAL_OVER;
	return SL_UNKNOWN_PASSES;
}

/* The bucket of one whose first packet has just passed. */
static inline __u64 sl_unknown_first(const struct sl_policy *limits, __u64 now)
{
	bool passes;

	return sl_bucket_next(0, &limits->unknown_source, now, &passes);
}

/*
 * Addresses that nobody can send from: nobody, this host, many, or what was never given out (RFC
 * 6890, RFC 4291 2.5). IPv4 in mapped form. Our own addresses are not looked at.
 */
static inline bool sl_is_martian(const __u8 ip[16])
{
	__u32 word[3];

	__builtin_memcpy(word, ip, sizeof(word));
	if ((word[0] | word[1]) != 0)
		return ip[0] == 0xff;
	if (ip[8] == 0 && ip[9] == 0 && ip[10] == 0xff && ip[11] == 0xff)
		return ip[12] == 0 || ip[12] == 127 || ip[12] >= 224;
	return word[2] == 0;
}

#endif
