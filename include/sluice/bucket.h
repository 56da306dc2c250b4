/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A token bucket in nanoseconds, shared by the XDP program and the worker (the generic cell rate
 * algorithm, ITU-T I.371). Its whole state is one number: when it will be full again, modulo 2^64;
 * 0 is a full bucket. Time may be any clock; `now` is an argument.
 */
#ifndef SLUICE_BUCKET_H
#define SLUICE_BUCKET_H

#include <linux/types.h>
#include <stdbool.h>

/* The rate of a bucket. */
struct sl_rate {
	__u64 interval; /* ns per packet in the long run; 0: no limit */
	__u64 depth;    /* ns: (burst - 1) × interval, burst being the packets of a full bucket */
};

/* `pps` packets a second in the long run, `burst` at once; 0 pps: no limit. */
static inline struct sl_rate sl_rate_of(__u32 pps, __u32 burst)
{
	__u64 interval = pps ? 1000000000 / pps : 0;

	if (pps && interval == 0)
		interval = 1;
	return (struct sl_rate){
		.interval = interval, .depth = burst > 1 ? (burst - 1) * interval : 0};
}

/*
 * Takes one packet out of a bucket that is full at `full_at`: `*passes` says whether it was there,
 * and the result is the new state. A bucket that is fuller in the future than any packet can have
 * made it means that the clock went back: it counts as just emptied, so that neither more than the
 * rate passes nor anybody waits longer than for an empty bucket.
 */
static inline __u64 sl_bucket_next(
	__u64 full_at, const struct sl_rate *rate, __u64 now, bool *passes)
{
	__s64 debt = (__s64)(full_at - now);
	__s64 most = (__s64)(rate->depth + rate->interval);

	*passes = true;
	if (rate->interval == 0)
		return full_at;
	if (debt < 0)
		debt = 0;
	*passes = debt <= (__s64)rate->depth;
	if (*passes)
		debt += (__s64)rate->interval;
	if (debt > most)
		debt = most;
	return now + (__u64)debt;
}

static inline __u64 sl_bucket_read(const __u64 *full_at)
{
#ifdef __bpf__ /* its compiler knows no atomic load; one of a word is one there */
	return *(const volatile __u64 *)full_at;
#else
	return __atomic_load_n(full_at, __ATOMIC_RELAXED);
#endif
}

/*
 * The same for a bucket that several CPUs take from: what another one takes from at the same
 * instant is tried a second time, and then counts as empty. True: the packet passes.
 */
static inline bool sl_bucket_take(__u64 *full_at, const struct sl_rate *rate, __u64 now)
{
	for (int i = 0; i < 2; i++) {
		__u64 before = sl_bucket_read(full_at), after;
		bool passes;

		after = sl_bucket_next(before, rate, now, &passes);
		if (after == before) /* as with all that is refused, unless the clock went back */
			return passes;
		if (__sync_val_compare_and_swap(full_at, before, after) == before)
			return passes;
	}
	return false;
}

#endif
