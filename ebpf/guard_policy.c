/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ebpf/guard_private.h"

int sl_guard_policy_set(
	struct sl_guard *guard, const struct sl_policy *policy, struct sl_error *error)
{
	__u32 only = 0;
	int rc = bpf_map_update_elem(guard->maps[POLICY], &only, policy, BPF_ANY);

	if (rc)
		sl_refuse(error, rc, "%s: cannot tell the guard its limits: %s", guard->netdev,
			strerror(-rc));
	return rc;
}

int sl_guard_prefix_set(struct sl_guard *guard, const uint8_t ip[16], unsigned bits,
	enum sl_prefix prefix, struct sl_error *error)
{
	struct sl_guard_prefix key = {.bits = bits};
	__u32 value = prefix;
	int rc;

	if (bits > 128)
		return sl_refuse(error, -EINVAL, "a prefix of %u bits", bits);
	memcpy(key.ip, ip, sizeof(key.ip));
	if (prefix == SL_PREFIX_NONE) {
		rc = bpf_map_delete_elem(guard->maps[PREFIXES], &key);
		rc = rc == -ENOENT ? 0 : rc;
	} else {
		rc = bpf_map_update_elem(guard->maps[PREFIXES], &key, &value, BPF_ANY);
	}
	if (rc)
		sl_refuse(error, rc, "%s: cannot change the guard's list: %s%s", guard->netdev,
			strerror(-rc), rc == -ENOSPC ? "; aggregate prefixes" : "");
	return rc;
}

/* A source that calls name. The program need only find it; how often is counted here, so that the
 * calls of one gateway cost system calls with the first and the last of them. */
struct expected {
	struct sl_guard_address source; /* as the program looks it up */
	unsigned calls;
};

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sl_guard_address));
}

static struct expected *expected_find(
	const struct sl_guard *guard, const struct sl_guard_address *source)
{
	struct expected **found = tfind(source, &guard->expected_sources, compare);

	return found ? *found : NULL;
}

static int expected_new(struct sl_guard *guard, const struct sl_guard_address *source)
{
	struct expected *expected = malloc(sizeof(*expected));
	const __u32 calls = 1;
	int rc = -ENOMEM;

	if (!expected)
		return rc;
	*expected = (struct expected){*source, calls};
	if (tsearch(expected, &guard->expected_sources, compare))
		rc = bpf_map_update_elem(guard->maps[EXPECTED], source, &calls, BPF_ANY);
	if (rc) {
		tdelete(expected, &guard->expected_sources, compare);
		free(expected);
	}
	return rc;
}

int sl_guard_source_add(struct sl_guard *guard, const uint8_t ip[16])
{
	struct sl_guard_address source;
	struct expected *expected;

	sl_source_key(ip, source.ip);
	expected = expected_find(guard, &source);
	if (!expected)
		return expected_new(guard, &source);
	expected->calls++;
	return 0;
}

void sl_guard_source_remove(struct sl_guard *guard, const uint8_t ip[16])
{
	struct sl_guard_address source;
	struct expected *expected;

	sl_source_key(ip, source.ip);
	expected = expected_find(guard, &source);
	if (!expected || --expected->calls)
		return;
	bpf_map_delete_elem(guard->maps[EXPECTED], &source);
	tdelete(expected, &guard->expected_sources, compare);
	free(expected);
}

static int show(void *context, void *data, size_t size)
{
	const struct sl_guard *guard = context;

	if (size >= sizeof(struct sl_guard_event))
		guard->see(guard->context, data);
	return 0;
}

void sl_guard_events(struct sl_guard *guard, sl_guard_see *see, void *context)
{
	guard->see = see;
	guard->context = context;
	ring_buffer__consume(guard->events);
}

int sl_guard_events_open(struct sl_guard *guard)
{
	guard->events = ring_buffer__new(guard->maps[EVENTS], show, guard, NULL);
	return guard->events ? 0 : -errno;
}
