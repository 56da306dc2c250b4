/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/capacity.h"

static double share(double used, double limit)
{
	return limit > 0 ? used / limit : 1;
}

struct pools {
	double fullest;
	unsigned most_free; /* pairs */
};

static void look_at_pool(
	struct pools *p, const struct sl_interface *interface, int family, unsigned reserve)
{
	struct sl_portpool_counts c = sl_interface_ports(interface, family);
	unsigned left = c.total - c.taken - c.resting;
	double used;

	if (!sl_interface_has(interface, family))
		return;
	used = share((double)c.taken + c.resting, (double)c.total - reserve);
	if (used > p->fullest)
		p->fullest = used;
	if (left > p->most_free)
		p->most_free = left;
}

void sl_capacity_read(const struct sl_sessions *sessions, struct sl_capacity *capacity)
{
	const struct sl_limits *limits = &sessions->env.limits;
	const unsigned reserve = sl_reserved_pairs(limits);
	struct sl_load load = sessions->load;
	struct pools pools = {0};
	double *used = capacity->used;

	for (unsigned i = 0; i < sessions->env.n_interfaces; i++)
		for (int family = 0; family < SL_FAMILIES; family++)
			look_at_pool(&pools, &sessions->env.interfaces[i], family, reserve);
	load.sessions = sessions->n;
	load.free_pairs = pools.most_free;
	for (int i = 0; i < SL_ADMISSION_COUNT; i++)
		used[i] = -1;
	if (limits->sessions)
		used[SL_FULL_SESSIONS] =
			share(load.sessions, (double)limits->sessions - limits->reserve);
	if (limits->worker_percent)
		used[SL_FULL_CPU] = share(load.worker_percent, limits->worker_percent);
	if (limits->load_average)
		used[SL_FULL_LOAD] = share(load.load_average, limits->load_average);
	if (limits->mbit)
		used[SL_FULL_BANDWIDTH] = share(load.mbit, limits->mbit);
	used[SL_FULL_PORTS] = pools.fullest;
	capacity->nearest = SL_FULL_PORTS;
	for (int i = 0; i < SL_ADMISSION_COUNT; i++)
		if (used[i] > used[capacity->nearest])
			capacity->nearest = (enum sl_admission)i;
	capacity->refused_by = sl_admit(limits, &load, false);
}
