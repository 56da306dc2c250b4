/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ebpf/guard_private.h"

int sl_guard_policy_set(
	struct sl_guard *guard, const struct sl_policy *policy, char why[SL_GUARD_WHY])
{
	__u32 only = 0;
	int error = bpf_map_update_elem(guard->maps[POLICY], &only, policy, BPF_ANY);

	if (error)
		sl_guard_refuse(error, why, "%s: cannot tell the guard its limits: %s",
			guard->netdev, strerror(-error));
	return error;
}

int sl_guard_prefix_set(struct sl_guard *guard, const uint8_t ip[16], unsigned bits,
	enum sl_prefix prefix, char why[SL_GUARD_WHY])
{
	struct sl_guard_prefix key = {.bits = bits};
	__u32 value = prefix;
	int error;

	if (bits > 128)
		return sl_guard_refuse(-EINVAL, why, "a prefix of %u bits", bits);
	memcpy(key.ip, ip, sizeof(key.ip));
	if (prefix == SL_PREFIX_NONE) {
		error = bpf_map_delete_elem(guard->maps[PREFIXES], &key);
		error = error == -ENOENT ? 0 : error;
	} else {
		error = bpf_map_update_elem(guard->maps[PREFIXES], &key, &value, BPF_ANY);
	}
	if (error)
		sl_guard_refuse(error, why, "%s: cannot change the guard's list: %s%s",
			guard->netdev, strerror(-error),
			error == -ENOSPC ? "; aggregate prefixes" : "");
	return error;
}

/* As the program looks it up. */
static struct sl_guard_address source_key(const uint8_t ip[16])
{
	struct sl_guard_address key;

	sl_source_key(ip, key.ip);
	return key;
}

int sl_guard_source_add(struct sl_guard *guard, const uint8_t ip[16])
{
	struct sl_guard_address key = source_key(ip);
	__u32 calls = 0;

	if (bpf_map_lookup_elem(guard->maps[EXPECTED], &key, &calls) != 0)
		calls = 0;
	calls++;
	return bpf_map_update_elem(guard->maps[EXPECTED], &key, &calls, BPF_ANY);
}

void sl_guard_source_remove(struct sl_guard *guard, const uint8_t ip[16])
{
	struct sl_guard_address key = source_key(ip);
	__u32 calls;

	if (bpf_map_lookup_elem(guard->maps[EXPECTED], &key, &calls) != 0)
		return;
	if (calls > 1) {
		calls--;
		bpf_map_update_elem(guard->maps[EXPECTED], &key, &calls, BPF_EXIST);
	} else {
		bpf_map_delete_elem(guard->maps[EXPECTED], &key);
	}
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
