/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `sluicectl doctor`: is this machine fit to relay media as the configuration says? A table of
 * checks, each a function that reads one thing below a root directory ("": this machine) and
 * reports it with what to do. Works without sluiced; what a running one told goes in as values.
 */
#ifndef SL_CTRL_DOCTOR_H
#define SL_CTRL_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/config/config.h"
#include "ctrl/host/core_scan.h"

enum sl_health { SL_HEALTH_OK, SL_HEALTH_WARN, SL_HEALTH_FAIL, SL_HEALTH_COUNT };

extern const char *const sl_health_names[SL_HEALTH_COUNT];

enum { SL_DOCTOR_FINDINGS = 128, SL_DOCTOR_INTERRUPTS = 512 };

struct sl_finding {
	const char *check; /* its name in the table */
	enum sl_health health;
	char fact[256];
	char fix[256]; /* "": there is nothing to do */
};

/* An interrupt that may come to a worker's core, and how often it did since the start. */
struct sl_interrupt_seen {
	unsigned long number;
	unsigned core;
	uint64_t count;
};

enum sl_clock_state { SL_CLOCK_UNKNOWN, SL_CLOCK_ADRIFT, SL_CLOCK_SYNCHRONISED };

struct sl_doctor {
	/* Filled in by the caller. */
	const char *root;
	const struct sl_config *config; /* NULL: checks that need one are left out */
	enum sl_clock_state clock;      /* as adjtimex(2) says */
	unsigned n_users;               /* who ran on the workers' cores just now */
	struct sl_core_users users[SL_MAX_WORKERS];
	unsigned n_interrupts; /* by sl_doctor_note_interrupts */
	struct sl_interrupt_seen interrupt[SL_DOCTOR_INTERRUPTS];
	bool running; /* sluiced answers; then: */
	int pid;
	unsigned n_waits;
	struct {
		unsigned core;
		double percent; /* of the last seconds, for which others had it */
	} wait[SL_MAX_WORKERS];
	uint64_t ng_requests, ng_pings; /* so far */

	/* The result. */
	unsigned n, count[SL_HEALTH_COUNT];
	struct sl_finding finding[SL_DOCTOR_FINDINGS];
	const char *now; /* the check that is looking */
};

/* Some time before the checks: how often interrupts have come so far. Those that do not come
 * meanwhile are none to worry about. Needs a configuration. */
void sl_doctor_note_interrupts(struct sl_doctor *doctor);

/* All checks, in the order of the table. Findings that were there before stay. */
void sl_doctor_run(struct sl_doctor *doctor);

/* One of them, for tests. */
void sl_doctor_check(struct sl_doctor *doctor, const char *name);

/* The cores that the configuration names, each once. Returns how many. */
unsigned sl_doctor_cores(const struct sl_config *config, unsigned cores[SL_MAX_WORKERS]);

/* A finding of the check `doctor->now`. `fix` "": there is nothing to do. */
void sl_doctor_found(struct sl_doctor *doctor, enum sl_health health, const char *fix,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
