/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The policy as an operator writes it: the keys of [guard] in the configuration and of
 * `sluicectl guard set`. docs/guard.md says what each protects and why it is what it is. Pure: no
 * allocation.
 */
#ifndef SL_CTRL_GUARD_CONFIG_H
#define SL_CTRL_GUARD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/error.h"
#include "sluice/limits.h"
#include "sluice/policy.h"

enum {
	SL_PREFIX_TEXT = 46 + 4, /* bytes that hold any prefix as text, NUL included */
};

struct sl_guard_config {
	unsigned unknown_source_pps;   /* of one source that no call names; 0: off */
	unsigned unknown_source_burst; /* packets */
	unsigned unknown_pps;          /* of all of them; 0: off */
	unsigned min_ttl;              /* that media arrives with at least */
	unsigned flow_slack;           /* hundredths: 200 is twice what the SDP announces; 0: off */
	unsigned rtcp_pps;             /* of one direction of a call; 0: off */
	unsigned learning_pps;         /* tags tried at one pinhole for unknown SSRCs or sources */
	unsigned alarm_pps;            /* drops a second of one kind that raise an alarm; 0: none */
	unsigned alarm_auth_pps;      /* failures a second of one source, or at one call; 0: none */
	unsigned alarm_core_wait_ms;  /* a second that a worker waits for its core; 0: none */
	unsigned alarm_loss_pps;      /* packets a second that calls would have needed; 0: none */
	unsigned max_unknown_sources; /* the guard's table of them; taken at start */
	unsigned max_expected_sources; /* sources that calls name */
	unsigned n_listed;
	struct sl_listed listed[SL_MAX_PREFIXES];
};

void sl_guard_config_init(struct sl_guard_config *config);

/*
 * Sets a key that has one value, or adds a prefix to `allow` or `deny`. Returns 0; or -EINVAL or
 * -ENOSPC with `error`, and changes nothing.
 */
int sl_guard_config_set(
	struct sl_guard_config *config, const char *key, const char *value, struct sl_error *error);

/* Takes a prefix off the list; false: it is not on it. */
bool sl_guard_config_forget(struct sl_guard_config *config, const struct sl_listed *listed);

/* Says the values of `key` as the configuration has them, each prefix by itself; NULL: of all keys.
 */
void sl_guard_config_walk(const struct sl_guard_config *config, const char *key,
	void (*say)(void *context, const char *key, const char *value), void *context);

/* Reads "192.0.2.0/24", "2001:db8::/32" or an address. Returns 0; or -EINVAL with `error`: it is
 * none, or has bits set behind its prefix. */
int sl_prefix_parse(const char *text, struct sl_listed *listed, struct sl_error *error);
const char *sl_prefix_text(const struct sl_listed *listed, char text[SL_PREFIX_TEXT]);

/* The prefix by which what comes from `ip` is refused; NULL: it is not. */
const struct sl_listed *sl_guard_config_denies(
	const struct sl_guard_config *config, const uint8_t ip[16]);

/* Returns the policy for the guard and the workers. */
struct sl_policy sl_guard_config_policy(const struct sl_guard_config *config);

#endif
