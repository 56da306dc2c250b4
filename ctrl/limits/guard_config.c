/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/limits/guard_config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/base/address.h"
#include "dataplane/flow/latch.h"
#include "dataplane/flow/police.h"
#include "sluice/guard.h"

static const struct number_key {
	const char *name;
	size_t offset; /* of an unsigned */
	unsigned min, max, standard;
	bool hundredths; /* written as 2.0; else as a whole number */
	bool may_be_off;
} keys[] = {
#define AT(member) offsetof(struct sl_guard_config, member)
	{"unknown-source-pps", AT(unknown_source_pps), 1, 10000000, 200, false, true},
	{"unknown-source-burst", AT(unknown_source_burst), 1, 1000000, 200, false, false},
	{"unknown-pps", AT(unknown_pps), 1, 100000000, 20000, false, true},
	{"min-ttl", AT(min_ttl), 1, 255, 1, false, false},
	{"flow-rate-slack", AT(flow_slack), 100, 100000, 200, true, true},
	{"rtcp-pps", AT(rtcp_pps), SL_POLICE_PPS_LEAST, 100000, 100, false, true},
	{"learning-pps", AT(learning_pps), SL_POLICE_PPS_LEAST, SL_LATCH_TRIES_MOST, 50, false,
		false},
	{"max-unknown-sources", AT(max_unknown_sources), 1024, 16777216,
		SL_GUARD_MAX_UNKNOWN_SOURCES, false, false},
	{"max-expected-sources", AT(max_expected_sources), 1024, 16777216, SL_GUARD_MAX_EXPECTED,
		false, false},
	{"alarm-pps", AT(alarm_pps), 1, 100000000, 1000, false, true},
	{"alarm-auth-pps", AT(alarm_auth_pps), 1, 1000000, 20, false, true},
	{"alarm-loss-pps", AT(alarm_loss_pps), 1, 1000000, 10, false, true},
	{"alarm-core-wait-ms", AT(alarm_core_wait_ms), 1, 1000, 10, false, true},
#undef AT
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static unsigned *field(struct sl_guard_config *config, const struct number_key *key)
{
	return (unsigned *)((char *)config + key->offset);
}

void sl_guard_config_init(struct sl_guard_config *config)
{
	memset(config, 0, sizeof(*config));
	for (int i = 0; i < KEYS; i++)
		*field(config, &keys[i]) = keys[i].standard;
}

/* Digits, and with `hundredths` at most two behind a point. */
static bool read_number(const char *text, bool hundredths, unsigned max, unsigned *number)
{
	unsigned long n = 0;
	int behind = -1;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text; text++) {
		if (*text == '.' && hundredths && behind < 0 && text[1]) {
			behind = 0;
			continue;
		}
		if (*text < '0' || *text > '9' || behind == 2)
			return false;
		n = n * 10 + (unsigned long)(*text - '0');
		if (behind >= 0)
			behind++;
		if (n > max)
			return false;
	}
	for (; hundredths && behind < 2; behind = behind < 0 ? 1 : behind + 1)
		n *= 10;
	*number = (unsigned)n;
	return n <= max;
}

static int set_number(struct sl_guard_config *config, const struct number_key *key,
	const char *value, struct sl_error *error)
{
	unsigned number;

	if (key->may_be_off && strcmp(value, "off") == 0)
		number = 0;
	else if (!read_number(value, key->hundredths, key->max, &number) || number < key->min) {
		unsigned unit = key->hundredths ? 100 : 1;

		return sl_refuse(error, -EINVAL, "%s: '%.32s'; write a number from %u to %u%s",
			key->name, value, key->min / unit, key->max / unit,
			key->may_be_off ? ", or off" : "");
	}
	*field(config, key) = number;
	return 0;
}

int sl_prefix_parse(const char *text, struct sl_listed *listed, struct sl_error *error)
{
	char address[SL_ADDRESS_TEXT] = "";
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	unsigned bits, most;

	if (len < sizeof(address))
		memcpy(address, text, len);
	if (!address[0] || sl_address_parse(address, listed->ip) != 0)
		return sl_refuse(error, -EINVAL,
			"'%.48s' is no IPv4 or IPv6 prefix; write 192.0.2.0/24", text);
	bits = most = sl_address_is_ipv4(listed->ip) ? 32 : 128;
	if (slash && !read_number(slash + 1, false, most, &bits))
		return sl_refuse(error, -EINVAL, "'%.48s': a prefix has 0 to %u bits", text, most);
	listed->bits = (uint8_t)(128 - most + bits);
	if (listed->bits <= 80 && most == 128 && !memcmp(listed->ip, (uint8_t[10]){0}, 10)) {
		return sl_refuse(error, -EINVAL,
			"'%.48s' covers more than what IPv6 gives out; write 2000::/3", text);
	}
	for (unsigned bit = listed->bits; bit < 128; bit++) {
		if (listed->ip[bit / 8] & 0x80 >> bit % 8)
			return sl_refuse(error, -EINVAL,
				"'%.48s' has bits set behind its prefix; did you mean /%u?", text,
				most);
	}
	return 0;
}

const char *sl_prefix_text(const struct sl_listed *listed, char text[SL_PREFIX_TEXT])
{
	char address[SL_ADDRESS_TEXT];

	snprintf(text, SL_PREFIX_TEXT, "%s/%u", sl_address_text(listed->ip, address),
		listed->bits - (sl_address_is_ipv4(listed->ip) ? 96u : 0u));
	return text;
}

static struct sl_listed *find(struct sl_guard_config *config, const struct sl_listed *listed)
{
	for (unsigned i = 0; i < config->n_listed; i++)
		if (config->listed[i].bits == listed->bits &&
			memcmp(config->listed[i].ip, listed->ip, sizeof(listed->ip)) == 0)
			return &config->listed[i];
	return NULL;
}

static int add_prefix(struct sl_guard_config *config, enum sl_prefix prefix, const char *value,
	struct sl_error *error)
{
	struct sl_listed listed = {.prefix = (uint8_t)prefix}, *known;

	int rc = sl_prefix_parse(value, &listed, error);

	if (rc)
		return rc;
	known = find(config, &listed);
	if (known) {
		known->prefix = (uint8_t)prefix; /* the last word counts */
		return 0;
	}
	if (config->n_listed == SL_MAX_PREFIXES)
		return sl_refuse(
			error, -ENOSPC, "more than %d prefixes; aggregate them", SL_MAX_PREFIXES);
	config->listed[config->n_listed++] = listed;
	return 0;
}

int sl_guard_config_set(
	struct sl_guard_config *config, const char *key, const char *value, struct sl_error *error)
{
	if (strcmp(key, "allow") == 0)
		return add_prefix(config, SL_PREFIX_ALLOW, value, error);
	if (strcmp(key, "deny") == 0)
		return add_prefix(config, SL_PREFIX_DENY, value, error);
	for (int i = 0; i < KEYS; i++)
		if (strcmp(key, keys[i].name) == 0)
			return set_number(config, &keys[i], value, error);
	return sl_refuse(error, -EINVAL, "there is no '%.32s' in [guard]", key);
}

bool sl_guard_config_forget(struct sl_guard_config *config, const struct sl_listed *listed)
{
	struct sl_listed *known = find(config, listed);

	if (!known)
		return false;
	*known = config->listed[--config->n_listed];
	return true;
}

static bool covers(const struct sl_listed *listed, const uint8_t ip[16])
{
	unsigned bytes = listed->bits / 8, rest = listed->bits % 8;

	return memcmp(listed->ip, ip, bytes) == 0 &&
	       (!rest || (listed->ip[bytes] ^ ip[bytes]) >> (8 - rest) == 0);
}

const struct sl_listed *sl_guard_config_denies(
	const struct sl_guard_config *config, const uint8_t ip[16])
{
	const struct sl_listed *longest = NULL;

	for (unsigned i = 0; i < config->n_listed; i++)
		if (covers(&config->listed[i], ip) &&
			(!longest || config->listed[i].bits > longest->bits))
			longest = &config->listed[i];
	return longest && longest->prefix == SL_PREFIX_DENY ? longest : NULL;
}

void sl_guard_config_walk(const struct sl_guard_config *config, const char *key,
	void (*say)(void *context, const char *key, const char *value), void *context)
{
	char text[SL_PREFIX_TEXT];

	for (int i = 0; i < KEYS; i++) {
		unsigned number = *field((struct sl_guard_config *)config, &keys[i]);

		if (key && strcmp(key, keys[i].name) != 0)
			continue;
		if (number == 0)
			snprintf(text, sizeof(text), "off");
		else if (keys[i].hundredths)
			snprintf(text, sizeof(text), "%u.%02u", number / 100, number % 100);
		else
			snprintf(text, sizeof(text), "%u", number);
		say(context, keys[i].name, text);
	}
	for (unsigned i = 0; i < config->n_listed; i++) {
		const struct sl_listed *listed = &config->listed[i];
		const char *list = listed->prefix == SL_PREFIX_DENY ? "deny" : "allow";

		if (!key || strcmp(key, list) == 0)
			say(context, list, sl_prefix_text(listed, text));
	}
}

struct sl_policy sl_guard_config_policy(const struct sl_guard_config *config)
{
	return (struct sl_policy){
		.unknown_source =
			sl_rate_of(config->unknown_source_pps, config->unknown_source_burst),
		/* A tenth of a second at once: what a burst of new calls sends. */
		.unknown_total = sl_rate_of(config->unknown_pps, config->unknown_pps / 10 + 1),
		.prefixes = config->n_listed,
		.min_hops = config->min_ttl,
	};
}
