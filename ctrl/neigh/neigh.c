/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/neigh/neigh.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "ctrl/neigh/neigh_table.h"

enum {
	TICK = 250,  /* ms: a sweep over all hops is cut into ticks, to keep the loop responsive */
	SLICE = 128, /* destinations or hops looked up again in one go */
	SETTLE = 20, /* ms from the first sign of a change of routes to looking them up */
	BREATHE = 500,        /* ms between two such rounds at least: routing may flap for long */
	DATAGRAMS = 64,       /* read in one go */
	EVENT_ROOM = 4 << 20, /* bytes of notifications that may wait */
};

struct sl_neigh {
	struct sl_neigh_table table;
	struct mnl_socket *events;
	uv_loop_t *loop;
	uv_poll_t poll;
	uv_timer_t tick, round;
	unsigned handles;

	uint32_t sweep; /* next hop that a tick looks at */

	/* Looking things up again, in slices, after routes have changed or notifications were lost.
	 */
	bool changed; /* since the round under way began */
	bool lost;    /* hops must be asked about too */
	bool running;
	uint32_t next_destination, next_hop;
	uint64_t round_end; /* ms, of the last one; 0: none yet */
};

int sl_neigh_get(
	struct sl_neigh *neigh, int ifindex, const uint8_t ip[16], uint64_t owner, uint32_t *id)
{
	neigh->table.now = uv_now(neigh->loop);
	return sl_neigh_table_get(&neigh->table, ifindex, ip, owner, id);
}

bool sl_neigh_waits(const struct sl_neigh *neigh, uint32_t id)
{
	return sl_neigh_table_waits(&neigh->table, id);
}

void sl_neigh_put(struct sl_neigh *neigh, uint32_t id)
{
	sl_neigh_table_put(&neigh->table, id);
}

int sl_neigh_fix(struct sl_neigh *neigh, int ifindex, const uint8_t ip[16], const uint8_t mac[6])
{
	return sl_neigh_table_fix(&neigh->table, ifindex, ip, mac);
}

struct sl_neigh_counts sl_neigh_counts(const struct sl_neigh *neigh)
{
	return neigh->table.counts;
}

static void begin_round(struct sl_neigh *neigh)
{
	neigh->running = true;
	neigh->next_destination = 1;
	neigh->next_hop = neigh->lost ? 1 : UINT32_MAX;
	neigh->changed = neigh->lost = false;
}

static void run_round(uv_timer_t *timer)
{
	struct sl_neigh *neigh = timer->data;
	struct sl_neigh_table *table = &neigh->table;
	unsigned slice = SLICE;

	table->now = uv_now(neigh->loop);
	if (!neigh->running)
		begin_round(neigh);
	for (; slice && neigh->next_destination < table->destinations.top; slice--) {
		if (table->destinations.nodes[neigh->next_destination].refs)
			sl_neigh_table_resolve(table, neigh->next_destination);
		neigh->next_destination++;
	}
	for (; slice && neigh->next_hop < table->hops.top; slice--)
		sl_neigh_table_tend(table, neigh->next_hop++);
	if (!slice) {
		uv_timer_start(&neigh->round, run_round, 1, 0);
		return;
	}
	neigh->running = false;
	neigh->round_end = table->now;
	if (neigh->changed)
		uv_timer_start(&neigh->round, run_round, BREATHE, 0);
}

static void want_round(struct sl_neigh *neigh)
{
	uint64_t now = uv_now(neigh->loop), delay = SETTLE;

	neigh->changed = true;
	if (uv_is_active((uv_handle_t *)&neigh->round))
		return;
	if (neigh->round_end && now < neigh->round_end + BREATHE)
		delay = neigh->round_end + BREATHE - now;
	uv_timer_start(&neigh->round, run_round, delay, 0);
}

static int hear(const struct nlmsghdr *message, void *context)
{
	struct sl_neigh *neigh = context;
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	struct sl_neigh_entry entry;

	switch (message->nlmsg_type) {
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		if (!sl_neigh_read_entry(message, &entry))
			sl_neigh_table_apply(&neigh->table, &entry);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		/* Path MTU exceptions (cloned) and multicast do not move a next hop. */
		if (mnl_nlmsg_get_payload_len(message) >= sizeof(*route) &&
			!(route->rtm_flags & RTM_F_CLONED) && route->rtm_type != RTN_MULTICAST)
			want_round(neigh);
		break;
	default: /* links, rules, next-hop objects: routes may go without a word of their own */
		want_round(neigh);
		break;
	}
	return MNL_CB_OK;
}

static void lose(struct sl_neigh *neigh)
{
	neigh->lost = true;
	neigh->table.counts.resyncs++;
	want_round(neigh);
}

static void hear_events(uv_poll_t *poll, int status, int events)
{
	struct sl_neigh *neigh = poll->data;
	char buffer[16384];
	ssize_t len;

	neigh->table.now = uv_now(neigh->loop);
	for (unsigned i = 0; i < DATAGRAMS; i++) {
		len = mnl_socket_recvfrom(neigh->events, buffer, sizeof(buffer));
		if (len >= 0)
			mnl_cb_run(buffer, (size_t)len, 0, 0, hear, neigh);
		else if (errno == ENOBUFS ||
			 errno == ENOSPC) /* overrun, or larger than the buffer */
			lose(neigh);
		else if (errno != EINTR)
			break;
	}
}

static void sweep_hops(uv_timer_t *timer)
{
	struct sl_neigh *neigh = timer->data;
	uint32_t share = neigh->table.hops.top / (SL_NEIGH_SWEEP / TICK) + 1;

	neigh->table.now = uv_now(neigh->loop);
	for (; share && neigh->sweep < neigh->table.hops.top; share--)
		sl_neigh_table_refresh(&neigh->table, neigh->sweep++);
	if (neigh->sweep >= neigh->table.hops.top)
		neigh->sweep = 1;
}

static int open_events(struct sl_neigh *neigh)
{
	static const int groups[] = {RTNLGRP_NEIGH, RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_NEXTHOP};
	int room = EVENT_ROOM;
	int fd;

	neigh->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!neigh->events || mnl_socket_bind(neigh->events, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	fd = mnl_socket_get_fd(neigh->events);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (mnl_socket_setsockopt(neigh->events, NETLINK_ADD_MEMBERSHIP, (void *)&groups[i],
			    sizeof(groups[i])))
			return -errno;
	}
	return 0;
}

static int open_requests(struct sl_neigh *neigh)
{
	/* The kernel answers within the send; the bound is for the unforeseen. */
	struct timeval patience = {.tv_sec = 1};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	neigh->table.requests = socket;
	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ||
		setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
			sizeof(patience)))
		return -errno;
	return 0;
}

static int open_handles(struct sl_neigh *neigh)
{
	int ret = uv_poll_init(neigh->loop, &neigh->poll, mnl_socket_get_fd(neigh->events));

	if (ret)
		return ret;
	neigh->handles = 3;
	uv_timer_init(neigh->loop, &neigh->tick);
	uv_timer_init(neigh->loop, &neigh->round);
	neigh->poll.data = neigh->tick.data = neigh->round.data = neigh;
	uv_timer_start(&neigh->tick, sweep_hops, TICK, TICK);
	return uv_poll_start(&neigh->poll, UV_READABLE, hear_events);
}

int sl_neigh_open(struct sl_neigh **out, uv_loop_t *loop, sl_nexthop *table, uint32_t entries,
	sl_neigh_changed changed, void *context)
{
	struct sl_neigh *neigh = calloc(1, sizeof(*neigh));
	int ret;

	if (!neigh)
		return -ENOMEM;
	neigh->loop = loop;
	neigh->sweep = 1;
	neigh->table.words = table;
	neigh->table.changed = changed;
	neigh->table.context = context;
	ret = sl_neigh_table_init(&neigh->table, entries);
	if (!ret)
		ret = open_events(neigh);
	if (!ret)
		ret = open_requests(neigh);
	if (!ret)
		ret = open_handles(neigh);
	if (ret) {
		sl_neigh_close(neigh);
		return ret;
	}
	*out = neigh;
	return 0;
}

static void finish(struct sl_neigh *neigh)
{
	if (neigh->events)
		mnl_socket_close(neigh->events);
	if (neigh->table.requests)
		mnl_socket_close(neigh->table.requests);
	sl_neigh_table_clear(&neigh->table);
	free(neigh);
}

static void handle_closed(uv_handle_t *handle)
{
	struct sl_neigh *neigh = handle->data;

	if (--neigh->handles == 0)
		finish(neigh);
}

void sl_neigh_close(struct sl_neigh *neigh)
{
	if (!neigh)
		return;
	if (!neigh->handles) {
		finish(neigh);
		return;
	}
	uv_close((uv_handle_t *)&neigh->poll, handle_closed);
	uv_close((uv_handle_t *)&neigh->tick, handle_closed);
	uv_close((uv_handle_t *)&neigh->round, handle_closed);
}
