/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether one more call may come in. A pure leaf. It is asked for new calls only: what belongs to a
 * call that is known passes at every limit, since refusing it would break what works.
 *
 * Emergency calls (docs/operate.md) have a reserve of sessions and ports that others cannot use,
 * and pass the limits on load, which exist to keep quality, not to keep within what there is.
 */
#ifndef SL_CTRL_ADMISSION_H
#define SL_CTRL_ADMISSION_H

#include <stdbool.h>

/* Limits of the configuration; 0: none. */
struct sl_limits {
	unsigned sessions;
	unsigned worker_percent; /* busy time of the busiest worker */
	unsigned load_average;   /* of the machine, over one minute */
	unsigned mbit;           /* per second, sent by all ports together */
	unsigned reserve;        /* of `sessions` and of each port pool's pairs, for emergency */
};

/* Pairs that each port pool keeps for emergency calls: enough for one, if there is a reserve. */
unsigned sl_reserved_pairs(const struct sl_limits *limits);

/* How things stand. */
struct sl_load {
	unsigned sessions;
	unsigned worker_percent;
	double load_average;
	unsigned mbit;
	unsigned free_pairs; /* the least of the port pools that the call would use */
};

/* X(identifier, label, what a proxy is told, in the words that make it try another relay) */
#define SL_ADMISSIONS(X)                                          \
	X(SESSIONS, "sessions", "Parallel session limit reached") \
	X(CPU, "cpu", "CPU usage limit exceeded")                 \
	X(LOAD, "load", "Load limit exceeded")                    \
	X(BANDWIDTH, "bandwidth", "Bandwidth limit exceeded")     \
	X(PORTS, "ports", "Ran out of ports")

enum sl_admission {
	SL_ADMITTED = 0,
#define X(id, label, text) SL_FULL_##id,
	SL_ADMISSIONS(X)
#undef X
		SL_ADMISSION_COUNT,
};

/* For counters, by enum sl_admission. */
extern const char *const sl_admission_labels[SL_ADMISSION_COUNT];

enum sl_admission sl_admit(
	const struct sl_limits *limits, const struct sl_load *load, bool emergency);

/*
 * Returns the refusal in words. A proxy that does not know "load limit" (`supports`) fails over on
 * two texts only, so every other limit is told to it as that of sessions.
 */
const char *sl_admission_text(enum sl_admission admission, bool load_limit);

/* With `supports: load limit` these are an answer of their own, not an error. */
bool sl_admission_is_load(enum sl_admission admission);

#endif
